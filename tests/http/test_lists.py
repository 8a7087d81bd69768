"""Every list: `limit`, `cursor`, newest first, a null cursor at the end, and cursors that serve one
list of one organisation only.

Long because every list there is is made and asked for in one place.
"""

import base64
import string
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from local.demo.client import Client
from tests.support.care import Ward, any_uuid
from tests.support.routes import BUNDLE, lists

pytestmark = pytest.mark.rule("R-LIST-1")
COUNT = 5
BASE64 = string.ascii_letters + string.digits + "-_"


@dataclass(frozen=True)
class Listed:
    """A list of at least COUNT things: where it is, under which name, what tells its rows apart,
    who reads it.
    """

    path: str
    plural: str
    user: str
    field: str = "id"
    newest_first: bool = True


def runs_of_a_patient(ward: Ward) -> Listed:
    for _ in range(COUNT):
        ward.a_run()
    return Listed(f"/api/studio/patients/{ward.patient}/diagnosis-runs", "runs", "clinician")


def assessment_runs(ward: Ward) -> Listed:
    runs_of_a_patient(ward)
    return Listed("/api/diagnosis-runs", "runs", "clinician")


def every_run(ward: Ward) -> Listed:
    runs_of_a_patient(ward)
    return Listed("/runs", "runs", "clinician")


def artifacts(ward: Ward) -> Listed:
    run_id = ward.a_run()
    for n in range(COUNT):
        ward.attach(run_id, artifact_type="note", artifact_name=str(n), artifact_data={})
    return Listed(
        f"/api/studio/diagnosis-runs/{run_id}/artifacts",
        "artifacts",
        "clinician",
        newest_first=False,
    )


def artifacts_by_phase(ward: Ward) -> Listed:
    run_id = artifacts(ward).path.split("/")[4]
    return Listed(f"/runs/{run_id}/artifacts", "artifacts", "clinician", newest_first=False)


def events(ward: Ward) -> Listed:
    run_id = artifacts(ward).path.split("/")[4]
    return Listed(f"/runs/{run_id}/events", "events", "clinician", "seq", newest_first=False)


def record_versions(ward: Ward) -> Listed:
    for n in range(COUNT):
        patient = {"resourceType": "Patient", "id": "p1", "language": f"x-{n}"}
        ward.record(BUNDLE | {"entry": [{"resource": patient}]})
    path = f"/api/patients/{ward.patient}/record/versions"
    return Listed(path, "versions", "clinician", "version")


def patients(ward: Ward) -> Listed:
    for _ in range(COUNT):
        Ward(ward.client, any_uuid()).admitted()
    return Listed("/api/patients", "patients", "clinician")


def clinicians(ward: Ward) -> Listed:
    for n in range(COUNT):
        ward.client.call(
            "PUT", f"/api/patients/{ward.patient}/clinicians/person-{n}", None, "admin"
        )
    return Listed(f"/api/patients/{ward.patient}/clinicians", "clinicians", "admin", "user_id")


def assessments(ward: Ward) -> Listed:
    for _ in range(COUNT):
        ward.assessment()
    return Listed(f"/api/patients/{ward.patient}/assessments", "assessments", "clinician")


def projects(ward: Ward) -> Listed:
    for n in range(COUNT):
        ward.client.call("POST", "/api/projects", {"name": str(n)}, "other-member")
    return Listed("/api/projects", "projects", "other-member")


def inputs(ward: Ward) -> Listed:
    project = ward.client.call("POST", "/api/projects", {"name": "P"}, "member").data["project"][
        "id"
    ]
    for n in range(COUNT):
        ward.client.call("POST", f"/api/projects/{project}/inputs", {"input": {"n": n}}, "member")
    return Listed(f"/api/projects/{project}/inputs", "inputs", "member", "version")


def runs_of_a_project(ward: Ward) -> Listed:
    made = inputs(ward)
    for version in range(1, COUNT + 1):
        ward.client.call(
            "POST", made.path.replace("/inputs", "/generate"), {"input_version": version}, "member"
        )
    return Listed(made.path.replace("/inputs", "/runs"), "runs", "member")


def looks(ward: Ward) -> Listed:
    """A page of looks at one patient each: a list leaves several rows of one request."""
    for _ in range(100):
        ward.client.call("GET", f"/api/patients/{ward.patient}", None, "clinician")
    return Listed("/audit", "entries", "admin", "request_id")


def a_webhook(ward: Ward) -> str:
    body = {"url": f"{ward.client.url}/dev/webhooks/receiver", "events": ["webhook.test"]}
    made = ward.client.call("POST", "/webhooks", body, "admin").data["webhook"]
    return str(made["id"])


def webhooks(ward: Ward) -> Listed:
    for _ in range(COUNT):
        a_webhook(ward)
    return Listed("/webhooks", "webhooks", "admin")


def deliveries(ward: Ward) -> Listed:
    path = f"/webhooks/{a_webhook(ward)}"
    for _ in range(COUNT):
        ward.client.call("POST", f"{path}/test", None, "admin")
    return Listed(f"{path}/deliveries", "deliveries", "admin")


def budgets(ward: Ward) -> Listed:
    """By scope."""
    for _ in range(COUNT):
        project = ward.client.call("POST", "/api/projects", {"name": "P"}, "member").data["project"]
        body = {"limit_usd": 1_000, "period": "month"}
        ward.client.call("PUT", f"/budgets/project:{project['id']}", body, "admin")
    return Listed("/budgets", "budgets", "admin", "scope")


LISTS: dict[str, Callable[[Ward], Listed]] = {
    "/api/studio/patients/{patientId}/diagnosis-runs": runs_of_a_patient,
    "/api/studio/diagnosis-runs/{runId}/artifacts": artifacts,
    "/api/diagnosis-runs": assessment_runs,
    "/runs": every_run,
    "/runs/{runId}/artifacts": artifacts_by_phase,
    "/runs/{runId}/events": events,
    "/api/patients": patients,
    "/api/patients/{patientId}/clinicians": clinicians,
    "/api/patients/{patientId}/assessments": assessments,
    "/api/patients/{patientId}/record/versions": record_versions,
    "/api/projects": projects,
    "/api/projects/{projectId}/inputs": inputs,
    "/api/projects/{projectId}/runs": runs_of_a_project,
    "/audit": looks,
    "/webhooks": webhooks,
    "/budgets": budgets,
    "/webhooks/{webhookId}/deliveries": deliveries,
}
_TIMES = ("created_at", "assigned_at", "at", "period_started_at")
_OTHERWISE = ("/api/patients", "/budgets")
"""A clinician's patients stand in the order of assignment, budgets in that of their scopes."""
every_list = pytest.mark.parametrize("make", LISTS.values(), ids=lambda make: make.__name__)


def test_every_list_is_in_this_suite() -> None:
    assert {route.template for route in lists()} == set(LISTS)


@every_list
@pytest.mark.one_in(5)
def test_pages_of_every_size_are_the_list(
    ward: Ward, client: Client, make: Callable[[Ward], Listed]
) -> None:
    listed = make(ward)

    def page(query: str) -> tuple[list[object], str | None]:
        data = client.call("GET", f"{listed.path}?{query}", None, listed.user).data
        return [row[listed.field] for row in data[listed.plural]], data["next_cursor"]

    whole, end = page("limit=100")
    assert (len(whole) >= COUNT, len(set(whole))) == (True, len(whole))
    default, _ = page("")
    assert default == whole[:50]
    for size in (1, 2, COUNT):
        found, cursor = page(f"limit={size}")
        for _ in range(COUNT // size - 1):
            assert cursor is not None
            assert len(found) % size == 0
            more, cursor = page(f"limit={size}&cursor={cursor}")
            found += more
        assert found == whole[: len(found)]
    exact, cursor = page(f"limit={len(whole)}")
    while cursor is not None and len(exact) < len(whole):  # a filtered page may be short
        more, cursor = page(f"limit={len(whole)}&cursor={cursor}")
        exact += more
    assert exact == whole
    if (
        end is None and cursor is not None
    ):  # what is left of a filtered list is known only when it is asked for
        assert page(f"cursor={cursor}") == ([], None)


@every_list
@pytest.mark.one_in(5)
def test_rows_are_newest_first_unless_said_otherwise(
    ward: Ward, client: Client, make: Callable[[Ward], Listed]
) -> None:
    listed = make(ward)
    rows = client.call("GET", f"{listed.path}?limit=100", None, listed.user).data[listed.plural]
    told = [row for row in rows if row.get("status") != "unreadable"]  # another suite leaves some
    times = [next(row[name] for name in _TIMES if name in row) for row in told]
    if listed.path not in _OTHERWISE:
        assert times == sorted(times, reverse=listed.newest_first)


@every_list
@pytest.mark.one_in(5)
def test_a_cursor_serves_its_own_list_only(
    ward: Ward, client: Client, make: Callable[[Ward], Listed]
) -> None:
    """Long because every list is asked with the cursor of every other."""
    listed = make(ward)
    cursor = client.call("GET", f"{listed.path}?limit=1", None, listed.user).data["next_cursor"]
    assert cursor
    elsewhere = "/api/projects" if listed.path == "/runs" else "/runs"
    other = client.call("GET", f"{elsewhere}?cursor={cursor}", None, "admin")
    abroad = client.call("GET", f"{listed.path}?cursor={cursor}", None, "outsider")
    colleague = client.call(
        "GET",
        f"{listed.path}?cursor={cursor}",
        None,
        "member" if listed.user == "admin" else "admin",
    )
    assert [(answer.status, answer.code) for answer in (other, abroad, colleague)] == [
        (400, "INVALID_REQUEST")
    ] * 3
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    for place in range(len(raw)):
        forged = raw.copy()
        forged[place] ^= 1
        text = base64.urlsafe_b64encode(bytes(forged)).decode().rstrip("=")
        assert (
            client.call("GET", f"{listed.path}?cursor={text}", None, listed.user).code
            == "INVALID_REQUEST"
        ), place
    respelled = [
        cursor + "=" * (-len(cursor) % 4 or 4),
        *(cursor[:-1] + last for last in BASE64 if last != cursor[-1]),
    ]
    for text in respelled:
        assert (
            client.call("GET", f"{listed.path}?cursor={text}", None, listed.user).code
            == "INVALID_REQUEST"
        ), text
    cut = base64.urlsafe_b64encode(bytes(raw[:16])).decode().rstrip("=")
    assert (
        client.call("GET", f"{listed.path}?cursor={cut}", None, listed.user).code
        == "INVALID_REQUEST"
    )


def test_a_filtered_page_may_be_short_and_the_walk_still_finds_all(ward: Ward) -> None:
    kept = []
    for n in range(12):
        run_id = ward.a_run("cancelled" if n % 4 == 0 else "queued")
        kept += [run_id] if n % 4 == 0 else []
    found = ward.walk(
        f"/api/studio/patients/{ward.patient}/diagnosis-runs", "runs", "status=cancelled&limit=1"
    )
    assert found == kept[::-1]


def test_a_walk_sees_nothing_twice_while_new_things_come(ward: Ward, client: Client) -> None:
    before = [ward.a_run() for _ in range(4)]
    path = f"/api/studio/patients/{ward.patient}/diagnosis-runs"
    first = client.call("GET", f"{path}?limit=2", None, "clinician").data
    ward.a_run()
    second = client.call(
        "GET", f"{path}?limit=2&cursor={first['next_cursor']}", None, "clinician"
    ).data
    assert [row["id"] for row in first["runs"] + second["runs"]] == before[::-1]


@pytest.mark.rule("R-ACCESS-1")
def test_a_page_holds_nothing_of_a_patient_who_was_taken_away_in_between(
    ward: Ward, client: Client
) -> None:
    other = Ward(client, any_uuid()).admitted()
    kept = [ward.a_run() for _ in range(2)]
    lost = [other.a_run() for _ in range(2)]
    first = client.call("GET", "/api/diagnosis-runs?limit=1", None, "clinician").data
    assert [row["id"] for row in first["runs"]] == [lost[1]]
    other.unassign("clinician")
    rest = client.call(
        "GET", f"/api/diagnosis-runs?limit=100&cursor={first['next_cursor']}", None, "clinician"
    ).data["runs"]
    ids = {row["id"] for row in rest}
    assert set(kept) <= ids
    assert not ids & set(lost)
