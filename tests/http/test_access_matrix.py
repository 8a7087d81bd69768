"""Asks the API for every cell of access_matrix.py, in every state of the run, and that what is
refused changes nothing.

Long because every route is asked by every role, from one table.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from local.demo.client import Answer, Client
from tests.http.access_matrix import (
    HIDDEN,
    LISTED,
    LOGIN,
    NO,
    OWNED,
    OWNERS,
    PATIENTS,
    PEOPLE,
    ROLES,
    WHEN,
    YES,
)
from tests.support.care import Ward
from tests.support.conforming import without_id
from tests.support.routes import FUNNEL, Route, route, routes

pytestmark = pytest.mark.rule("R-ACCESS-1")
STATES = ("queued", "running", "succeeded", "failed", "cancelled")
NOT_FOUND = {
    "success": False,
    "error": {"code": "NOT_FOUND", "message": "There is no such resource."},
}
FORBIDDEN = {"success": False, "error": {"code": "FORBIDDEN", "message": "You may not do this."}}

USERS = {
    "creator": "clinician", "assigned": "other-clinician", "former": "clinician",
    "unassigned": "other-clinician", "self": "patient",
    "patient": "patient", "admin": "admin", "system": "system", "member": "member",
    "outsider": "outsider", "nobody": None,
}  # fmt: skip
"""Who plays which part. The same user plays two parts with two patients."""

ESTRANGED = {"former", "unassigned", "patient"}
"""The parts that are played with a patient whose clinician has changed and who is somebody else."""


@dataclass(frozen=True)
class Case:
    """A patient with a run in every state, an assessment, and an artifact that all the
    runs name.
    """

    ward: Ward
    runs: Mapping[str, str]
    assessment: str
    artifact: str

    def send(
        self, client: Client, one: Route, state: str, user: str | None, run_id: str | None = None
    ) -> Answer:
        ids = {
            "patientId": self.ward.patient,
            "runId": run_id or self.runs[state],
            "artifactId": self.artifact,
            "userId": "somebody",
        }
        return client.call(one.method, one.path(**ids), self.body(one), user)

    def body(self, one: Route) -> Any:
        if one.name == "POST /api/diagnosis-runs":
            return {
                "assessment_id": self.assessment,
                "correlation_id": str(uuid.uuid4()),
                "dispatch": "manual",
            }
        if one.name == "POST /runs/{runId}/clone":
            return {"overrides": {"dispatch": "manual"}}
        return one.body


def a_case(client: Client, *, estranged: bool, states: tuple[str, ...] = STATES) -> Case:
    ward = Ward(client, str(uuid.uuid4())).admitted()
    ward.assign("other-clinician")
    ward.record(
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": {"resourceType": "Patient"}}],
        }
    )
    first = ward.a_run()
    artifact = ward.attach(
        first, artifact_type="note", artifact_name="n", artifact_data={"a": 1}
    ).data["artifact"]["id"]
    runs = {"queued": first} | {state: run_in(ward, state, artifact) for state in states[1:]}
    assessment = ward.assessment()
    ward.belongs_to(None if estranged else "patient")
    if estranged:
        ward.unassign("clinician")
        ward.unassign("other-clinician")
    return Case(ward, runs, assessment, artifact)


def run_in(ward: Ward, state: str, artifact: str) -> str:
    """A run of `clinician` that names the artifact, brought to the state by people."""
    run_id = ward.a_run()
    assert ward.attach(run_id, artifact_id=artifact).status == 201
    ward.bring(run_id, state)
    return run_id


@pytest.fixture(scope="module")
def cases(client: Client) -> dict[bool, Case]:
    return {estranged: a_case(client, estranged=estranged) for estranged in (False, True)}


def is_as(cell: str, answer: Answer) -> bool:
    """Whether the answer is what the cell says, to the letter where it is a refusal."""
    if cell == LOGIN:
        return (answer.status, answer.body) == (401, {"message": "Unauthorized"})
    if cell == HIDDEN:
        return (answer.status, without_id(answer)) == (404, NOT_FOUND)
    if cell == NO:
        return (answer.status, without_id(answer)) == (403, FORBIDDEN)
    return answer.status < 400 or answer.status == 409


def test_the_tables_name_every_route_and_every_person() -> None:
    assert {*PATIENTS, *OWNED, *ROLES} == {one.name for one in routes()}
    assert all(
        set(row) == set(PEOPLE) == set(USERS)
        for table in (PATIENTS, LISTED)
        for row in table.values()
    )
    assert all(set(row) == set(OWNERS) for row in OWNED.values())
    changing = {name for name in PATIENTS if "{runId}" in name and not name.startswith("GET")}
    assert (set(WHEN), {state for row in WHEN.values() for state in row}) == (changing, set(STATES))


def named(table: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", table)


# --- patients and their runs ----------------------------------------------------------------------


@named(LISTED)
def test_a_list_holds_what_one_may_see_and_nothing_else(
    client: Client, cases: dict[bool, Case], name: str
) -> None:
    for person, cell in LISTED[name].items():
        case = cases[person in ESTRANGED]
        wanted = {case.ward.patient} if name.endswith("/patients") else set(case.runs.values())
        shown = listed(client, route(name).template, USERS[person])
        assert (wanted <= shown) if cell == YES else not wanted & shown, (
            f"{person}: {cell} expected"
        )


def listed(client: Client, path: str, user: str | None) -> set[str]:
    """The ids of a list's newest hundred; none where the caller may not list at all."""
    answer = client.call("GET", f"{path}?limit=100", None, user)
    return (
        {row["id"] for rows in answer.data.values() if isinstance(rows, list) for row in rows}
        if answer.status == 200
        else set()
    )


@pytest.fixture(scope="module")
def everything_stands(client: Client, cases: dict[bool, Case]) -> Iterator[None]:
    """All runs look the same before and after everything that is refused has been tried."""
    before = everything(client, cases)
    yield
    assert everything(client, cases) == before


def everything(client: Client, cases: dict[bool, Case]) -> list[Any]:
    return [
        client.call("GET", f"/runs/{run_id}", None, "admin").data
        for case in cases.values()
        for run_id in case.runs.values()
    ]


@pytest.mark.usefixtures("everything_stands")
@named(PATIENTS)
@pytest.mark.one_in(4)
def test_a_patients_runs_are_for_those_the_table_names(
    client: Client, cases: dict[bool, Case], name: str
) -> None:
    """Reading is tried by all, changing by those who may not: it changes nothing."""
    one = route(name)
    for state in STATES if "{runId}" in name else STATES[:1]:
        for person, cell in PATIENTS[name].items():
            if cell != YES or one.method == "GET":
                answer = cases[person in ESTRANGED].send(client, one, state, USERS[person])
                assert is_as(cell, answer), (
                    f"{person}, {state}: {cell} expected, got {answer.status} {answer.raw[:200]!r}"
                )


@named(WHEN)
def test_who_may_is_served_as_the_runs_state_allows(
    client: Client, cases: dict[bool, Case], name: str
) -> None:
    case, one = cases[False], route(name)
    for person in (person for person, cell in PATIENTS[name].items() if cell == YES):
        for state, allowed in WHEN[name].items():
            run_id = case.ward.a_run(state) if allowed == YES else None
            answer = case.send(client, one, state, USERS[person], run_id)
            assert (answer.status < 300) if allowed == YES else (answer.code == "CONFLICT"), (
                f"{person}, {state}: {answer.raw[:200]!r}"
            )


@named([name for name in PATIENTS if not name.startswith("GET") and "{runId}" not in name])
def test_who_may_change_what_is_no_run_is_served(client: Client, name: str) -> None:
    case, one = a_case(client, estranged=False, states=("queued",)), route(name)
    for person in (person for person, cell in PATIENTS[name].items() if cell == YES):
        answer = case.send(client, one, "queued", USERS[person])
        assert answer.status in (200, 201, 202, 204), f"{person}: {answer.raw[:200]!r}"


def test_a_relation_counts_from_the_moment_it_is_given_to_the_moment_it_is_taken(
    ward: Ward, client: Client
) -> None:
    run_id = ward.a_run()
    for _ in range(3):
        assert ward.assign("other-clinician").status == 200
        assert (
            client.call(
                "GET", f"/api/studio/diagnosis-runs/{run_id}", None, "other-clinician"
            ).status
            == 200
        )
        assert ward.unassign("other-clinician").status == 204
        assert (
            client.call(
                "GET", f"/api/studio/diagnosis-runs/{run_id}", None, "other-clinician"
            ).status
            == 403
        )
        assert run_id not in listed(client, "/api/diagnosis-runs", "other-clinician")


# --- what belongs to whoever made it --------------------------------------------------------------

OWNER_USERS = {
    "creator": "member", "colleague": "other-member", "clinician": "clinician",
    "patient": "patient", "admin": "admin", "system": "system",
    "outsider": "outsider", "nobody": None,
}  # fmt: skip


@dataclass(frozen=True)
class Owned:
    """A member's project with an input and a run, and their orchestrations."""

    project: str
    runs: Mapping[str, str]
    artifact: str
    bulk: str
    webhook: str
    delivery: str

    def send(self, client: Client, one: Route, run: str, user: str | None) -> Answer:
        ids = {"projectId": self.project, "artifactId": self.artifact, "bulkId": self.bulk}
        ids |= {"webhookId": self.webhook, "deliveryId": self.delivery}
        return client.call(
            one.method,
            one.path(runId=self.runs[run], **ids),
            one.body,
            user,
        )


@pytest.fixture(scope="module")
def owned(client: Client) -> Owned:
    project = client.call("POST", "/api/projects", {"name": "P"}, "member").data["project"]["id"]
    analysis = client.call("POST", f"/api/projects/{project}/generate", None, "member").body[
        "error"
    ]["run_id"]
    runs = {"analysis, failed": analysis} | {
        f"orchestration, {state}": an_orchestration(client, state)
        for state in ("waiting", "cancelled")
    }
    body = {"profile": "analytics_forecast_app", "intake": "Forecast."}
    ahead = client.call("POST", "/runs", body, "member").data["run"]["id"]
    assert (
        client.call("POST", f"/runs/{ahead}/next", None, "member", prefer="wait=25").data["status"]
        == "waiting"
    )
    artifact = client.call("GET", f"/runs/{ahead}/artifacts", None, "member").data["artifacts"][0][
        "id"
    ]
    runs["orchestration, at its second gate"] = ahead
    return Owned(project, runs, artifact, a_bulk(client), *a_webhook(client))


def a_webhook(client: Client) -> tuple[str, str]:
    """One of the organisation's, and a message that it was sent."""
    body = {"url": f"{client.url}/dev/webhooks/receiver", "events": ["budget.reached"]}
    webhook = str(client.call("POST", "/webhooks", body, "admin").data["webhook"]["id"])
    sent = client.call("POST", f"/webhooks/{webhook}/test", None, "admin")
    return webhook, str(sent.data["delivery"]["id"])


def a_bulk(client: Client) -> str:
    """One that was cancelled, so that it takes that again."""
    body = {"action": "cancel", "filter": {"tag": "of nobody"}, "dry_run": True}
    while True:
        bulk_id = str(client.call("POST", "/bulk", body, "member").data["bulk"]["id"])
        if client.call("POST", f"/bulk/{bulk_id}/cancel", None, "member").status == 200:
            return bulk_id


def an_orchestration(client: Client, state: str) -> str:
    run_id = str(
        client.call(
            "POST", "/runs", {"profile": "analytics_forecast_app", "intake": "Forecast."}, "member"
        ).data["run"]["id"]
    )
    if state == "cancelled":
        assert client.call("POST", f"/runs/{run_id}/cancel", None, "member").status == 200
    return run_id


@named(OWNED)
@pytest.mark.one_in(4)
def test_what_one_made_is_ones_own_and_the_admins(client: Client, owned: Owned, name: str) -> None:
    one = route(name)
    for run in owned.runs if "{runId}" in name else list(owned.runs)[:1]:
        if "download" in name and run != "orchestration, at its second gate":
            continue
        for person, cell in OWNED[name].items():
            if cell != YES or one.method == "GET":
                answer = owned.send(client, one, run, OWNER_USERS[person])
                assert is_as(cell, answer), (
                    f"{person}, {run}: {cell} expected, got {answer.status} {answer.raw[:200]!r}"
                )


@named([name for name in OWNED if not name.startswith("GET") and YES in OWNED[name].values()])
def test_its_maker_and_the_admins_may_change_it(client: Client, owned: Owned, name: str) -> None:
    for person in (person for person, cell in OWNED[name].items() if cell == YES):
        state = "cancelled" if name.endswith("/retry") else "waiting"
        made = {"fresh": an_orchestration(client, state)}
        webhook = a_webhook(client)
        fresh = Owned(owned.project, made, owned.artifact, owned.bulk, *webhook)
        answer = fresh.send(client, route(name), "fresh", OWNER_USERS[person])
        assert (
            answer.code == "CONFLICT"
            if name.endswith("/retry")
            else answer.status in (200, 201, 202, 204)
        ), answer.raw


# --- roles ----------------------------------------------------------------------------------------


@named(ROLES)
@pytest.mark.one_in(4)
def test_what_concerns_nobody_in_particular_goes_by_role(client: Client, name: str) -> None:
    one = route(name)
    for role, cell in ROLES[name].items():
        answer = client.call(one.method, one.path(), one.body, None if role == "nobody" else role)
        assert is_as(cell, answer), f"{role}: {cell} expected, got {answer.status}"


def test_an_assessment_is_of_its_patient_whoever_made_it(ward: Ward, client: Client) -> None:
    """Having made it gives no access to it."""
    ward.assign("other-clinician")
    body = {"funnel": FUNNEL, "answers": {"q1": "badly"}}
    assert (
        client.call(
            "POST", f"/api/patients/{ward.patient}/assessments", body, "other-clinician"
        ).status
        == 201
    )
    ward.unassign("other-clinician")
    assert (
        client.call(
            "GET", f"/api/patients/{ward.patient}/assessments", None, "other-clinician"
        ).status
        == 403
    )
