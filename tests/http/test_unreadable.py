"""A run that this version of the service cannot read, as another one may have left it: it is named
to whoever might see it, left alone by everybody, and breaks nothing else.
"""

from typing import Any

import pytest

from local.demo.client import Client
from tests.support.care import Ward, any_uuid

pytestmark = pytest.mark.rule("R-UNREAD-1")


@pytest.mark.parametrize("spoilt", [{"st": "z"}, {"d": "z"}, {"dl": "soon"}, {"h": ["?"]}])
@pytest.mark.one_in(4)
def test_what_cannot_be_read_is_named_and_left_alone(
    ward: Ward, client: Client, spoilt: dict[str, Any]
) -> None:
    ward.belongs_to("patient")
    run_id, other = ward.a_run(), ward.a_run()
    assert client.call("POST", "/dev/item", {"run_id": run_id, "set": spoilt}).status == 200
    row = {"id": run_id, "status": "unreadable"}
    lists = (f"/api/studio/patients/{ward.patient}/diagnosis-runs", "/api/diagnosis-runs", "/runs")
    for path in lists:
        for user in ("clinician", "admin"):
            runs = client.call("GET", path, None, user).data["runs"]
            assert row in runs, (path, user)
            assert any(run["id"] == other for run in runs), (path, user)
            only = client.call("GET", f"{path}?status=unreadable", None, user).data["runs"]
            assert row in only, (path, user)
            assert {run["status"] for run in only} == {"unreadable"}
            queued = client.call("GET", f"{path}?status=queued", None, user).data["runs"]
            assert row not in queued
    assert row in client.call("GET", "/api/diagnosis-runs", None, "patient").data["runs"]
    for path in (f"/runs/{run_id}", f"/api/studio/diagnosis-runs/{run_id}",
                 f"/api/diagnosis-runs/{run_id}"):  # fmt: skip
        assert client.call("GET", path, None, "clinician").data == {"run": row}
        assert client.call("GET", path, None, "outsider").code == "NOT_FOUND"
    assert client.call("GET", f"/runs/{other}/metrics", None, "clinician").status == 200
    changes = [
        ward.execute(run_id), ward.cancel(run_id), ward.retry(run_id),
        ward.update(run_id, status="running"),
        ward.attach(run_id, artifact_type="note", artifact_name="n", artifact_data={}),
        client.call("POST", f"/runs/{run_id}/clone", None, "clinician"),
        client.call("POST", f"/runs/{run_id}/next", None, "clinician"),
        client.call("GET", f"/runs/{run_id}/events", None, "clinician"),
    ]  # fmt: skip
    assert [(one.status, one.code) for one in changes] == [(409, "CONFLICT")] * len(changes)
    ward.belongs_to(None)


def spoil(client: Client, run_id: str, **values: Any) -> dict[str, str]:
    """The row of the run once these attributes have been set."""
    assert client.call("POST", "/dev/item", {"run_id": run_id, "set": values}).status == 200
    return {"id": run_id, "status": "unreadable"}


def test_it_is_named_to_nobody_who_could_not_have_seen_it(ward: Ward, client: Client) -> None:
    row = spoil(client, ward.a_run(), st="z")
    changes = (f"/runs/{row['id']}/cancel", f"/api/studio/diagnosis-runs/{row['id']}/execute")
    views = (f"/runs/{row['id']}", f"/api/studio/diagnosis-runs/{row['id']}",
             f"/api/diagnosis-runs/{row['id']}")  # fmt: skip
    for user, code in (("other-clinician", "FORBIDDEN"), ("outsider", "NOT_FOUND")):
        assert {client.call("GET", path, None, user).code for path in views} == {code}
        assert {client.call("POST", path, None, user).code for path in changes} == {code}
        for path in ("/runs", "/api/diagnosis-runs"):
            assert row not in client.call("GET", f"{path}?limit=100", None, user).data["runs"]
    ward.unassign("clinician")
    assert client.call("GET", views[0], None, "clinician").code == "FORBIDDEN"
    for path in ("/runs", "/api/diagnosis-runs"):
        assert row not in client.call("GET", path, None, "clinician").data["runs"]
        assert row in client.call("GET", path, None, "admin").data["runs"]


def test_what_is_asked_of_it_beside_its_view_is_a_conflict(ward: Ward, client: Client) -> None:
    row, other = spoil(client, ward.a_run(), w="one of next year"), ward.a_run()
    paths = [f"/runs/{row['id']}{part}"
             for part in ("/metrics", "/why", "/events", "/artifacts", "/stream",
                          f"/artifacts/{any_uuid()}/download")]  # fmt: skip
    paths.append(f"/runs/compare?a={other}&b={row['id']}")
    for path in paths:
        answer = client.call("GET", path, None, "clinician")
        assert (answer.status, answer.code) == (409, "CONFLICT"), path


def test_an_error_without_a_failure_is_told_in_words_of_ours(ward: Ward, client: Client) -> None:
    run_id, other = ward.a_run(), ward.a_run()
    spoil(client, run_id, ec="Quillfeather_HIV")
    for path in (f"/runs/{run_id}", "/runs", f"/runs/compare?a={other}&b={run_id}"):
        answer = client.call("GET", path, None, "clinician")
        assert answer.status == 200
        assert b"Quillfeather" not in answer.raw
    assert ward.run(run_id)["error_info"]["code"] == "EXECUTION_ERROR"
    assert ward.cancel(run_id).status == 200


@pytest.mark.parametrize("values", [{"q": 5}, {"n": "x"}, {"o": "x"}, {"g": 5}, {"s": None}])
def test_what_dynamodb_would_refuse_the_local_stack_refuses(
    ward: Ward, client: Client, values: dict[str, Any]
) -> None:
    answer = client.call("POST", "/dev/item", {"run_id": ward.a_run(), "set": values})
    assert answer.status == 422
    assert client.call("GET", "/runs", None, "admin").status == 200


def test_a_project_names_its_newest_run(client: Client) -> None:
    project = client.call("POST", "/api/projects", {"name": "P"}, "member").data["project"]["id"]
    path = f"/api/projects/{project}"
    client.call("POST", f"{path}/inputs", {"input": {"hypothesis": "It sells."}}, "member")
    run_id = client.call("POST", f"{path}/generate", None, "member").data["run"]["id"]
    client.call("GET", f"/runs/{run_id}", None, "member", prefer="wait=20")
    row = spoil(client, run_id, dl="soon")
    assert client.call("GET", f"{path}/runs", None, "member").data["runs"] == [row]
    assert client.call("GET", f"{path}/runs/latest", None, "member").data["run"] == row
    queued = client.call("GET", f"{path}/runs/latest?status=queued", None, "member")
    assert queued.data["run"] is None
    listed = client.call("GET", "/api/projects?limit=1", None, "member").data["projects"][0]
    assert listed["last_run"] == row | {"started_at": None, "finished_at": None}
