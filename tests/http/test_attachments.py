"""What is attached before a run's first start is part of its context pack: stored anew, or linked
by whoever may see it.
"""

import time
from typing import Any

import pytest

from local.demo.client import Client
from shared.adapters.dynamodb.history_text import history_text
from shared.records.run import HistoryEntry, Status
from tests.support.care import Ward, any_uuid
from tests.support.waiting import until

pytestmark = pytest.mark.rule("R-ATTACH-1")
ECG: dict[str, Any] = {
    "artifact_type": "ecg_analysis",
    "artifact_name": "ECG of today",
    "artifact_data": {"rhythm": "atrial fibrillation"},
}


def artifact(answer: Any) -> Any:
    assert answer.status == 201, answer.body
    return answer.data["artifact"]


def pack(client: Client, run_id: str) -> Any:
    """What the model was sent."""
    return client.call("GET", f"/api/diagnosis-runs/{run_id}", None, "clinician").data["run"][
        "context_pack"
    ]


def listed(client: Client, run_id: str) -> list[str]:
    return [
        row["id"]
        for row in client.call(
            "GET", f"/api/studio/diagnosis-runs/{run_id}/artifacts", None, "clinician"
        ).data["artifacts"]
    ]


def test_new_and_linked_artifacts_reach_the_model_in_their_order(
    ward: Ward, client: Client
) -> None:
    earlier = ward.create(wait=20).data["run"]["artifact_id"]
    run_id = ward.a_run()
    ids = [
        artifact(ward.attach(run_id, **ECG))["id"],
        artifact(ward.attach(run_id, artifact_id=earlier))["id"],
        artifact(
            ward.attach(
                run_id,
                artifact_type="report",
                artifact_name="A text",
                artifact_data="Irregular since May.",
            )
        )["id"],
    ]
    assert ids[1] == earlier
    assert listed(client, run_id) == ids
    ward.execute(run_id)
    run = ward.run(run_id, wait=20)
    sent = pack(client, run_id)["artifacts"]
    assert [one["name"] for one in sent] == ["ECG of today", sent[1]["name"], "A text"]
    assert (sent[0]["data"], sent[2]["data"]) == (
        {"rhythm": "atrial fibrillation"},
        "Irregular since May.",
    )
    assert sent[1]["data"]["summary"]
    assert listed(client, run_id) == [*ids, run["artifact_id"]]
    assert run["artifacts_count"] == 4


def test_one_artifact_serves_several_runs_and_is_the_same_in_each(
    ward: Ward, client: Client
) -> None:
    first, second = ward.a_run(), ward.a_run()
    made = artifact(ward.attach(first, **ECG))
    again = artifact(ward.attach(second, artifact_id=made["id"]))
    assert again == made
    assert listed(client, first) == listed(client, second) == [made["id"]]


def test_naming_it_twice_changes_nothing(ward: Ward) -> None:
    run_id = ward.a_run()
    made = artifact(ward.attach(run_id, **ECG))
    assert artifact(ward.attach(run_id, artifact_id=made["id"])) == made
    assert (ward.run(run_id)["artifacts_count"], len(ward.events(run_id))) == (1, 2)


def test_many_who_attach_at_once_all_find_their_place(ward: Ward) -> None:
    from concurrent.futures import ThreadPoolExecutor

    run_id = ward.a_run()
    with ThreadPoolExecutor(16) as pool:
        made = list(
            pool.map(
                lambda n: artifact(ward.attach(run_id, **ECG | {"artifact_name": f"ECG {n}"})),
                range(16),
            )
        )
    assert sorted(one["sequence_order"] for one in made) == list(range(1, 17))
    assert ward.run(run_id)["artifacts_count"] == 16


def test_after_the_first_start_it_is_too_late(ward: Ward, client: Client) -> None:
    spare = artifact(ward.attach(ward.a_run(), **ECG))["id"]
    for status in ("running", "succeeded", "failed", "cancelled"):
        run_id = ward.a_run(status)
        assert (
            ward.attach(run_id, **ECG).code
            == ward.attach(run_id, artifact_id=spare).code
            == "CONFLICT"
        )
        assert listed(client, run_id) == []


def test_after_the_first_start_what_the_run_holds_cannot_be_linked_either(ward: Ward) -> None:
    run_id = ward.a_run()
    made = artifact(ward.attach(run_id, **ECG))
    linked = artifact(ward.attach(run_id, artifact_id=made["id"], key="early"))
    ward.execute(run_id, wait=25)
    run = ward.run(run_id)
    assert (run["status"], run["artifacts_count"]) == ("succeeded", 2)
    for artifact_id in (made["id"], run["artifact_id"]):
        for key in (None, f"late-{artifact_id}", f"late-{artifact_id}"):
            late = ward.attach(run_id, artifact_id=artifact_id, key=key)
            assert (late.status, late.code) == (409, "CONFLICT"), key
    again = ward.attach(run_id, artifact_id=made["id"], key="early")
    assert (again.status, again.data["artifact"]) == (200, linked), "the request of then, repeated"
    assert ward.run(run_id)["artifacts_count"] == 2


def test_queued_again_after_a_start_is_too_late_too(ward: Ward) -> None:
    ward.script("529")
    run_id = ward.create().data["run"]["id"]
    until(lambda: ward.run(run_id), lambda run: (run["status"], run["attempt"]) == ("queued", 1))
    assert ward.attach(run_id, **ECG).code == "CONFLICT"
    ward.cancel(run_id)


@pytest.mark.rule("R-ATTACH-2")
def test_only_what_is_of_the_same_patient_can_be_linked(ward: Ward, client: Client) -> None:
    """Not even by a clinician of both patients, or an admin: the other clinicians of this patient
    would read of the other one.
    """
    other = Ward(client, any_uuid()).admitted()
    theirs = artifact(other.attach(other.a_run(), **ECG))["id"]
    run_id, key = ward.a_run(), any_uuid()
    for user in ("clinician", "admin"):
        refused = ward.attach(run_id, user, key=key, artifact_id=theirs)
        assert (refused.status, refused.code) == (422, "VALIDATION_ERROR")
        assert refused.body["error"]["errors"][0]["field"] == "body.artifact_id"
    own = artifact(ward.attach(ward.a_run(), **ECG))["id"]
    assert ward.attach(run_id, key=key, artifact_id=own).status == 201
    other.unassign("clinician")
    assert ward.attach(run_id, artifact_id=theirs).code == "FORBIDDEN"
    assert listed(client, run_id) == [own]


@pytest.mark.rule("R-ATTACH-3")
def test_a_run_takes_twenty_attachments(ward: Ward) -> None:
    run_id, spare, key = ward.a_run(), artifact(ward.attach(ward.a_run(), **ECG))["id"], any_uuid()
    last = [artifact(ward.attach(run_id, key=key, **ECG)), *(
        artifact(ward.attach(run_id, **ECG)) for _ in range(19)
    )][0]  # fmt: skip
    for body in (ECG, {"artifact_id": spare}):
        refused = ward.attach(run_id, **body)
        assert (refused.status, refused.code) == (422, "VALIDATION_ERROR")
    assert ward.attach(run_id, artifact_id=last["id"]).status == 201  # it is there already
    assert ward.attach(run_id, key=key, **ECG).status == 200
    assert ward.run(run_id)["artifacts_count"] == 20


@pytest.mark.rule("R-ATTACH-3")
def test_a_run_takes_two_megabytes_of_attachments(ward: Ward) -> None:
    run_id, kb = ward.a_run(), 1024
    for _ in range(8):  # with its quotes each has 255 KB
        artifact(ward.attach(run_id, **ECG | {"artifact_data": "x" * (255 * kb - 2)}))
    assert ward.attach(run_id, **ECG | {"artifact_data": "x" * (9 * kb)}).code == "VALIDATION_ERROR"
    assert ward.attach(run_id, **ECG | {"artifact_data": "x" * (8 * kb - 2)}).status == 201
    assert ward.attach(run_id, **ECG).code == "VALIDATION_ERROR"
    assert ward.run(run_id)["artifacts_count"] == 9


def test_what_does_not_exist_for_the_caller_is_a_404(ward: Ward, client: Client) -> None:
    assert client.call("PUT", f"/api/patients/{ward.patient}", {}, "outsider").status == 201
    abroad = artifact(ward.attach(ward.a_run(user="outsider"), "outsider", **ECG))["id"]
    run_id = ward.a_run()
    for missing in (abroad, any_uuid(), run_id, ward.assessment(), ward.patient):
        assert ward.attach(run_id, artifact_id=missing).code == "NOT_FOUND", missing
    assert ward.run(run_id)["artifacts_count"] == 0


@pytest.mark.rule("R-ATTACH-3")
def test_more_than_a_run_takes_from_an_earlier_version_can_be_executed_and_fails_the_run(
    ward: Ward, client: Client
) -> None:
    ids = [artifact(ward.attach(run, **ECG))["id"]
           for run in (ward.a_run(), ward.a_run()) for _ in range(11)]  # fmt: skip
    run_id, calls = ward.a_run(), ward.model_calls()
    attached_before(client, run_id, [ids[n % len(ids)] for n in range(199)])
    assert ward.execute(run_id).status == 202
    run = ward.run(run_id, wait=20)
    assert (run["status"], run["error_info"]["code"]) == ("failed", "CONTEXT_FETCH_ERROR")
    assert ward.model_calls() == calls


def attached_before(client: Client, run_id: str, ids: list[str]) -> None:
    """Give a queued run a history in which an earlier version let somebody attach these."""
    now, code = time.time_ns() // 1_000_000, "ARTIFACT_ATTACHED"
    told = [HistoryEntry(now, "somebody", Status.QUEUED, "op", 0)] + [
        HistoryEntry(now, "somebody", Status.QUEUED, f"op-{n}", 0, None, code, (one,))
        for n, one in enumerate(ids)
    ]
    as_left = {"h": [history_text(entry, None) for entry in told]}
    assert client.call("POST", "/dev/item", {"run_id": run_id, "set": as_left}).status == 200


@pytest.mark.rule("R-ATTACH-2")
def test_an_artifact_is_seen_by_whoever_may_see_its_patient(ward: Ward, client: Client) -> None:
    """`theirs` is as an earlier version left it: named by a run of another patient, too."""
    other = Ward(client, any_uuid()).admitted()
    other.assign("other-clinician")
    secret = ECG | {"artifact_data": {"rhythm": "known to nobody else"}}
    made = artifact(ward.attach(ward.a_run(), **secret))["id"]
    path = f"/api/studio/diagnosis-artifacts/{made}"
    assert client.call("GET", path, None, "clinician").status == 200
    assert client.call("GET", path, None, "other-clinician").code == "FORBIDDEN"
    run_id = other.a_run()
    attached_before(client, run_id, [made])
    assert client.call("GET", path, None, "other-clinician").code == "FORBIDDEN"
    for listing in (f"/api/studio/diagnosis-runs/{run_id}", f"/runs/{run_id}"):
        rows = client.call("GET", f"{listing}/artifacts", None, "other-clinician").data["artifacts"]
        assert rows == [{"id": made, "unavailable": True}]
    download = f"/runs/{run_id}/artifacts/{made}/download"
    assert client.call("GET", download, None, "other-clinician").code == "NOT_FOUND"
    other.execute(run_id)
    assert other.run(run_id, wait=20)["status"] == "succeeded"
    assert pack(client, run_id)["artifacts"] == []


def test_a_phases_artifact_is_its_creators_to_see_and_no_patients(
    ward: Ward, client: Client
) -> None:
    body = {"profile": "analytics_forecast_app", "intake": "A forecast of beds"}
    orchestration = client.call("POST", "/runs", body, "clinician").data["run"]["id"]
    client.call("POST", f"/runs/{orchestration}/next", None, "clinician", prefer="wait=25")
    (made, *_) = client.call("GET", f"/runs/{orchestration}/artifacts", None, "clinician").data[
        "artifacts"
    ]
    path = f"/api/studio/diagnosis-artifacts/{made['id']}"
    shown = {
        user: client.call("GET", path, None, user).status
        for user in ("clinician", "admin", "other-clinician", "member", "outsider")
    }
    assert shown == {
        "clinician": 200,
        "admin": 200,
        "other-clinician": 403,
        "member": 403,
        "outsider": 404,
    }
    assert ward.attach(ward.a_run(), artifact_id=made["id"]).code == "VALIDATION_ERROR"


def test_what_could_not_be_attached_does_not_exist(ward: Ward, client: Client) -> None:
    """The record was written first, but no run names it: under its key it can be found
    by nobody.
    """
    key = any_uuid()
    run_id = ward.a_run("running")
    assert ward.attach(run_id, key=key, **ECG).code == "CONFLICT"
    again = ward.attach(run_id, key=key, **ECG)
    assert again.code == "CONFLICT"
    assert ward.run(run_id)["artifacts_count"] == 0
