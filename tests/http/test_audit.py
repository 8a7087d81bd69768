"""The audit trail by the API: every request that comes to a patient's data leaves one entry, right
and free of content, whoever sends it and however it is answered.

Long because every route is asked by every person of the access matrix.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.demo.client import Answer, Client
from tests.http.access_matrix import LISTED, LOGIN, NO, OWNED, PATIENTS, ROLES, YES
from tests.http.test_access_matrix import ESTRANGED, OWNER_USERS, USERS, Case, a_case
from tests.support.care import Ward
from tests.support.routes import OPENAPI, route

pytestmark = pytest.mark.rule("R-AUDIT-1")
FIELDS = {
    "at", "person", "roles", "action", "patient_id", "run_id", "outcome", "request_id",
}  # fmt: skip
OPERATIONS = {
    f"{method.upper()} {path}": operation["operationId"]
    for path, methods in json.loads(OPENAPI.read_text("utf-8"))["paths"].items()
    for method, operation in methods.items()
}


def trail(client: Client, user: str = "admin", **query: str) -> list[dict[str, Any]]:
    """All entries that a query finds, newest first."""
    asked = "&".join(f"{name.strip('_')}={value}" for name, value in query.items())
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        more = cursor and f"&cursor={cursor}"
        data = client.call("GET", f"/audit?limit=100&{asked}{more}", None, user).data
        found += data["entries"]
        cursor = data["next_cursor"]
    return found


def of_request(client: Client, answer: Answer, **query: str) -> list[dict[str, Any]]:
    """They are the newest, and no request here has more than fifty."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    newest = client.call("GET", f"/audit?limit=100&{asked}", None, "admin").data["entries"]
    return [entry for entry in newest if entry["request_id"] == answer.headers["x-request-id"]]


@pytest.fixture(scope="module")
def cases(client: Client) -> dict[bool, Case]:
    return {estranged: a_case(client, estranged=estranged) for estranged in (False, True)}


@pytest.fixture(scope="module")
def people(client: Client) -> Mapping[str, Any]:
    return {user["user"]: user for user in client.call("GET", "/dev/users").body["users"]}


@pytest.mark.parametrize("name", PATIENTS)
@pytest.mark.one_in(5)
def test_every_route_of_a_patient_leaves_an_entry_whoever_asks(
    client: Client, cases: dict[bool, Case], people: Mapping[str, Any], name: str
) -> None:
    """Allowed and refused; of another organisation's caller and of nobody there is none."""
    one = route(name)
    for person, cell in PATIENTS[name].items():
        case, user = cases[person in ESTRANGED], USERS[person]
        if cell == YES and one.method != "GET":
            case = a_case(client, estranged=False, states=("queued",))
        answer = case.send(client, one, "queued", user)
        if cell == LOGIN:
            continue
        entries = of_request(client, answer, patient=case.ward.patient)
        if cell not in (YES, NO) or user == "outsider":
            assert entries == [], f"{person}: {answer.status}"
            continue
        named = runs_named(case, name, answer)
        assert [entry["run_id"] for entry in entries] == named, f"{person}, {answer.status}"
        for entry in entries:
            assert set(entry) == FIELDS
            assert entry["person"] == people[str(user)]["sub"]
            assert entry["roles"] == sorted(people[str(user)]["roles"])
            assert entry["action"] == OPERATIONS[name]
            assert entry["outcome"] == ("refused" if cell == NO else "allowed"), person


def runs_named(case: Case, name: str, answer: Answer) -> list[str | None]:
    """The run that was asked for, or that made what was asked for, and the one that was made."""
    is_of_a_run = "{runId}" in name or "rtifact" in name or name == "GET /runs/compare"
    asked = [case.runs["queued"]] if is_of_a_run else []
    data = answer.body.get("data") if isinstance(answer.body, dict) else None
    made = [data["run"]["id"]] if isinstance(data, dict) and "run" in data else []
    found = [*made, *asked]
    return list(dict.fromkeys(found)) or [None]


@pytest.mark.parametrize("name", LISTED)
@pytest.mark.one_in(3)
def test_a_list_is_one_entry_of_all_whom_it_shows(
    client: Client, cases: dict[bool, Case], name: str
) -> None:
    for person, cell in LISTED[name].items():
        case, user = cases[person in ESTRANGED], USERS[person]
        if user is None or user == "outsider":
            continue
        answer = client.call("GET", f"{route(name).template}?limit=50", None, user)
        if answer.status == 403:
            continue
        rows = next(rows for rows in answer.data.values() if isinstance(rows, list))
        shown = {
            row["id"] if name.endswith("/patients") else row["subject"]["id"]
            for row in rows
            if name.endswith("/patients") or row["subject"]["type"] == "patient"
        }
        sub = case.ward.sub(user)
        entries = of_request(client, answer, person=sub)
        assert {entry["patient_id"] for entry in entries} == shown, person
        assert len(entries) == len(shown)
        assert (case.ward.patient in shown) == (cell == YES)
        assert {(e["action"], e["outcome"]) for e in entries} <= {(OPERATIONS[name], "allowed")}


@pytest.mark.parametrize("name", [*OWNED, *(name for name in ROLES if name not in LISTED)])
@pytest.mark.one_in(6)
def test_what_is_no_patients_leaves_none(client: Client, name: str) -> None:
    if name == "GET /audit":
        return
    for user in {user for user in OWNER_USERS.values() if user is not None}:
        one = route(name)
        answer = client.call(one.method, one.path(), one.body, user)
        assert of_request(client, answer) == []


def test_the_worker_puts_on_record_that_it_reads(ward: Ward, client: Client) -> None:
    run = ward.create(wait=25).data["run"]
    assert run["status"] in ("succeeded", "failed")
    entries = trail(client, run=run["id"], person="worker")
    assert [(e["action"], e["patient_id"], e["roles"], e["outcome"]) for e in entries] == [
        ("read_record", ward.patient, [], "allowed")
    ]


def test_an_admin_asks_by_patient_person_run_and_time(ward: Ward, client: Client) -> None:
    run_id = ward.a_run()
    client.call("GET", f"/runs/{run_id}", None, "clinician")
    sub = ward.sub("clinician")
    all_of_patient = trail(client, patient=ward.patient)
    assert [e["at"] for e in all_of_patient] == sorted(
        (e["at"] for e in all_of_patient), reverse=True
    )
    assert {e["run_id"] for e in trail(client, run=run_id)} == {run_id}
    mine = trail(client, person=sub, patient=ward.patient)
    assert mine == [e for e in all_of_patient if e["person"] == sub]
    newest = all_of_patient[0]["at"]
    later = _after(newest)
    assert trail(client, patient=ward.patient, from_=later) == []
    assert all_of_patient[0] in trail(client, patient=ward.patient, from_=newest)
    assert all_of_patient[0] not in trail(client, patient=ward.patient, to=newest)
    assert trail(client, patient=ward.patient, to=later) == all_of_patient


def _after(moment: str) -> str:
    parsed = datetime.fromisoformat(moment.replace("Z", "+00:00")) + timedelta(milliseconds=1)
    return parsed.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_patient_reads_their_own_trail_and_no_other(ward: Ward, client: Client) -> None:
    ward.belongs_to("patient")
    own = trail(client, "patient", patient=ward.patient)
    assert own == trail(client, patient=ward.patient)
    assert own
    for query in ("", f"?patient={uuid.uuid4()}", f"?person={ward.sub('patient')}"):
        assert client.call("GET", f"/audit{query}", None, "patient").status == 403
    ward.belongs_to(None)
    answer = client.call("GET", f"/audit?patient={ward.patient}", None, "patient")
    assert answer.status == 403


def test_another_organisations_trail_is_its_own(ward: Ward, client: Client) -> None:
    assert trail(client, "outsider", patient=ward.patient) == []


@pytest.mark.parametrize("query", ["patient=x", "run=x", "from=x", "to=yesterday", "person="])
def test_a_malformed_question_is_a_422(client: Client, query: str) -> None:
    answer = client.call("GET", f"/audit?{query}", None, "admin")
    assert answer.code == "VALIDATION_ERROR"
    assert answer.body["error"]["errors"][0]["field"] == f"query.{query.partition('=')[0]}"
