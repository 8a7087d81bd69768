"""Patients: the record, clinicians, assessments, and the studio's panel behind its flag."""

import json
import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import expect

from local.demo.client import Client
from tests.browser.conftest import Open
from tests.browser.console import PATIENT

pytestmark = pytest.mark.browser

RECORD = Path(__file__).parents[2] / "local" / "seed_record.json"


def test_an_admin_admits_a_patient(open_console: Open, tmp_path: Path) -> None:
    console = open_console("admin", at="#/patients").press("Add a patient")
    patient = console.page.get_by_label("Id", exact=True).input_value()
    console.press("Add the patient").sees("No record yet").sees("Nobody is assigned")
    console.page.get_by_label("FHIR bundle").set_input_files(RECORD)
    console.sees("Nothing is stored yet.").sees("no record yet").press("Store this record")
    console.sees("The record is now version 1.").sees("MedicationRequest").sees("Versions (1)")
    console.fill("Assign a clinician", "other-clinician").press("Assign").sees("Other clinician")
    other = open_console("other-clinician", at=f"#/patients/{patient}").sees("MedicationRequest")
    console.press("End").confirm("End it", "loses access to this patient")
    console.sees("Nobody is assigned")
    other.page.reload()
    other.sees("Your role, or your relation to this, does not allow it.")


def test_what_is_no_bundle_is_refused(open_console: Open, client: Client, tmp_path: Path) -> None:
    patient = str(uuid.uuid4())
    client.call("PUT", f"/api/patients/{patient}", {}, "admin")
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"resourceType": "Observation"}), encoding="utf-8")
    console = open_console("admin", at=f"#/patients/{patient}").sees("No record yet")
    console.page.get_by_label("FHIR bundle").set_input_files(wrong)
    console.sees("Something in the form needs another value.")


def test_another_persons_record_replaces_none_unless_one_says_so(
    open_console: Open, client: Client, tmp_path: Path
) -> None:
    patient = str(uuid.uuid4())
    client.call("PUT", f"/api/patients/{patient}", {"label": "Bed 4"}, "admin")
    own = json.loads(RECORD.read_text(encoding="utf-8"))
    client.call("PUT", f"/api/patients/{patient}/record", own, "admin")
    for entry in own["entry"]:
        if entry["resource"]["resourceType"] == "Patient":
            entry["resource"] |= {"birthDate": "1951-01-02", "gender": "male"}
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(own), encoding="utf-8")
    studio = f"/api/studio/patients/{patient}/diagnosis-runs"
    read = client.call("POST", studio, {"input_config": {}}, "admin", prefer="wait=20").data["run"]
    console = open_console("admin", at=f"#/patients/{patient}").sees("Bed 4").sees("Version")
    expect(console.page.get_by_text("is there now")).to_have_count(0)
    bar = console.page.get_by_role("complementary", name="Patient")
    expect(bar).to_contain_text("65 years, female")
    console.page.get_by_label("FHIR bundle").set_input_files(wrong)
    console.sees("This record is of another person").sees("years, male")
    expect(console.button("Replace the record all the same")).to_be_disabled()
    console.press("Go back")
    expect(console.page.get_by_text("This record is of another person")).to_have_count(0)
    expect(bar).to_contain_text("record version 1")
    console.page.get_by_label("FHIR bundle").set_input_files(wrong)
    console.sees("This record is of another person")
    console.page.get_by_label("I have checked that this record belongs").check()
    console.press("Replace the record all the same").sees("The record is now version 2.")
    expect(bar).to_contain_text("male")
    expect(bar).to_contain_text("record version 2")
    for place in (f"#/patients/{patient}", f"#/runs/{read['id']}"):
        console.go(place).sees("Version 1 of the record was read; version 2 is there now")
    versions = client.call("GET", f"/api/patients/{patient}/record/versions", user="admin").data
    assert [one["version"] for one in versions["versions"]] == [2, 1]


def test_a_label_tells_patients_apart_everywhere(open_console: Open, client: Client) -> None:
    patient = str(uuid.uuid4())
    client.call("PUT", f"/api/patients/{patient}", {}, "admin")
    console = open_console("admin", at=f"#/patients/{patient}").press("Change the label")
    console.page.get_by_role("textbox", name="Label").fill("Bed 7, A.M.")
    console.press("Change it").sees("The label was changed.")
    console.go("#/patients").sees("Bed 7, A.M.")
    console.go(f"#/new/diagnosis?patient={patient}")
    bar = console.page.get_by_role("complementary", name="Patient")
    expect(bar).to_contain_text("Bed 7, A.M.")


def test_an_assessment_and_the_run_that_starts_from_it(open_console: Open) -> None:
    patient = open_console("patient", at=f"#/patients/{PATIENT}").press("Add")
    patient.fill("Questionnaire", "stairs").fill("Question 1", "Short of breath on stairs?").fill(
        "Answer 1", "Since spring"
    )
    patient.press("Add the assessment").sees("stairs")
    patient.page.locator("summary").filter(has_text="stairs").first.click()
    patient.sees("Since spring").sees_no("Start a diagnosis run from it")
    clinician = open_console("clinician", at=f"#/patients/{PATIENT}")
    clinician.page.locator("summary").filter(has_text="stairs").first.click()
    clinician.press("Start a diagnosis run from it").press("Start the run").status(
        "Succeeded"
    ).sees("Since spring")
    first = clinician.run_id
    clinician.go(f"#/patients/{PATIENT}").page.locator("summary").filter(
        has_text="stairs"
    ).first.click()
    clinician.press("Start a diagnosis run from it").press("Start the run").sees(
        "This run exists already"
    )
    assert clinician.run_id == first


@pytest.mark.parametrize("flag_before_the_hash", [True, False])
def test_the_panel_behind_its_flag(open_console: Open, flag_before_the_hash: bool) -> None:
    console = open_console("clinician", at=f"#/patients/{PATIENT}", fresh=True).sees(
        "New diagnosis"
    )
    panel = console.page.get_by_role("heading", name="Diagnosis runs panel")
    expect(panel).to_have_count(0)
    at = (
        f"?enableDiagnosisRuns#/patients/{PATIENT}"
        if flag_before_the_hash
        else f"#/patients/{PATIENT}?enableDiagnosisRuns"
    )
    console.page.goto(console.url + at)
    expect(panel).to_be_visible()


def test_the_panel_creates_executes_and_shows(open_console: Open, client: Client) -> None:
    client.call("POST", "/dev/settings", {"worker_enabled": False})
    console = open_console("clinician", at=f"#/patients/{PATIENT}?enableDiagnosisRuns").press(
        "Create a run"
    )
    console.sees("The worker is switched off, so it can't be executed now.").sees_no("Execute")
    client.call("POST", "/dev/settings", {"worker_enabled": True})
    console.page.reload()
    console.press("Execute").confirm("Execute")
    console.sees("1. diagnosis.json").press("Show").sees("risk_level")


def test_system_processes_an_assessment_run(open_console: Open, client: Client) -> None:
    funnel = {"slug": "system", "version": "1", "questions": [{"id": "q", "text": "Well?"}]}
    assessment = client.call(
        "POST",
        f"/api/patients/{PATIENT}/assessments",
        {"funnel": funnel, "answers": {"q": "yes"}},
        "system",
    )
    body = {
        "assessment_id": assessment.data["assessment"]["id"],
        "correlation_id": str(uuid.uuid4()),
        "dispatch": "manual",
    }
    run = client.call("POST", "/api/diagnosis-runs", body, "system").data["run"]
    console = (
        open_console("system", at=f"#/runs/{run['id']}").status("Queued").sees_no("Cancel run")
    )
    console.press("Execute").confirm("Execute")
    console.status("Succeeded")


def test_an_erasure_is_typed_watched_and_leaves_a_receipt(
    open_console: Open, client: Client
) -> None:
    """The last one here: it moves the stack's clock."""
    patient = str(uuid.uuid4())
    client.call("PUT", f"/api/patients/{patient}", {"label": "Bed 9"}, "admin")
    own = json.loads(RECORD.read_text(encoding="utf-8"))
    client.call("PUT", f"/api/patients/{patient}/record", own, "admin")
    studio = f"/api/studio/patients/{patient}/diagnosis-runs"
    skeleton = client.call("POST", studio, {"input_config": {}}, "admin", prefer="wait=20").data[
        "run"
    ]
    console = open_console("admin", at=f"#/patients/{patient}").press("Erase…")
    console.page.get_by_role("textbox", name="Type “Bed 9”").fill("Bed 8")
    console.press("Erase for good").sees("must be “Bed 9”")
    console.page.get_by_role("textbox", name="Type “Bed 9”").fill("Bed 9")
    console.press("Erase for good").sees("Erasure").sees_no("Cancel run")
    console.sees("Waits until nothing can be written behind it").sees("No attempt is spent")
    client.call("POST", "/dev/clock", {"advance_seconds": 16 * 60 + 180})
    console.status("Succeeded").sees("What lives on")
    removed = console.page.get_by_role("region", name="What was removed").get_by_role("row")
    expect(removed.filter(has_text="Patients")).to_contain_text("1")
    expect(removed.filter(has_text="Record versions")).to_contain_text(re.compile("[0-9a-f]{64}"))
    expect(console.page.locator(".waterfall-sum")).to_contain_text("until nothing could be")
    console.go(f"#/patients/{patient}").sees("This patient was erased.").sees_no("Try again")
    expect(console.page.get_by_text("was erased")).to_have_count(1)
    console.go(f"#/runs/{skeleton['id']}").sees("What this run held was erased")
    expect(console.page.get_by_role("link", name="Clone")).to_have_count(0)


def test_a_patient_is_not_told_what_is_missing_of_a_budget(
    open_console: Open, client: Client
) -> None:
    body = {"input_config": {}, "dispatch": "manual"}
    path = f"/api/studio/patients/{PATIENT}/diagnosis-runs"
    run = client.call("POST", path, body, "clinician").data["run"]
    waits = {"reason": "budget", "since": run["created_at"], "until": None,
             "detail": {"scope": "organisation", "missing_usd": 0.149}}  # fmt: skip
    why = {"status": "queued", "blocked_by": "budget", "waiting_for": [waits],
           "looked_at_again_at": None, "ends_by": run["deadline_at"]}  # fmt: skip
    for user, said in (("patient", "when there is room"), ("clinician", "$0.149 is missing")):
        console = open_console(user, at="#/new", fresh=True)
        console.page.route(
            "**/why", lambda route: route.fulfill(json={"success": True, "data": why})
        )
        console.go(f"#/runs/{run['id']}").sees("A budget is used up").sees(said)
    console = open_console("patient", at="#/new", fresh=True).go(f"#/runs/{run['id']}")
    console.sees("Nobody was told to start yet")
    expect(console.page.get_by_text("$")).to_have_count(0)


def test_a_patient_without_a_label_is_erased_by_the_whole_id_which_can_be_typed(
    open_console: Open,
) -> None:
    console = open_console("admin", at=f"#/patients/{PATIENT}", fresh=True).press("Erase…")
    typed = console.page.get_by_role("textbox", name=f"Type “{PATIENT}”")
    typed.fill(f"{PATIENT[:8]}…{PATIENT[-4:]}")
    console.press("Erase for good").sees(f"must be “{PATIENT}”")


def test_a_list_tells_patients_apart_by_age_and_gender(open_console: Open, client: Client) -> None:
    body = {"input_config": {}, "dispatch": "manual", "tags": ["browser-person"]}
    path = f"/api/studio/patients/{PATIENT}/diagnosis-runs"
    client.call("POST", path, body, "clinician")
    console = open_console("clinician", at="#/runs?tag=browser-person")
    row = console.page.get_by_role("list", name="Runs").get_by_role("listitem")
    expect(row.first).to_contain_text("65 years, female")
    console.go(f"#/patients/{PATIENT}").page.get_by_role("link", name="All runs").click()
    expect(console.page.get_by_label("Patient", exact=True)).to_have_value(PATIENT)


def test_whoever_starts_no_runs_is_told_so_instead_of_given_a_form(
    open_console: Open, client: Client
) -> None:
    body = {"input_config": {}, "dispatch": "manual"}
    path = f"/api/studio/patients/{PATIENT}/diagnosis-runs"
    run = client.call("POST", path, body, "clinician").data["run"]
    console = open_console("patient", at="#/new").sees("Your role does not start runs")
    for workflow in ("diagnosis", "orchestration", "analysis"):
        console.go(f"#/new/{workflow}").sees("Your role does not start such runs")
    console.go(f"#/runs/{run['id']}/clone").sees("You cannot clone this run")
    expect(console.page.locator("main form")).to_have_count(0)
    console.go("#/patients").sees("What is kept of you here")
    expect(console.page.get_by_role("heading", name="Your record", level=1)).to_be_visible()
    outsider = open_console("outsider", at="#/new/diagnosis").sees("The organisation has none yet")
    outsider.page.locator("main").get_by_role("link", name="Add a patient").click()
    outsider.sees("Add the first one")
