"""Patients: the record, clinicians, assessments, and the studio's panel behind its flag."""

import json
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import expect

from local.client import Client
from tests.browser.conftest import Open
from tests.browser.console import PATIENT

pytestmark = pytest.mark.browser

RECORD = Path(__file__).parents[2] / "local" / "seed_record.json"


def test_an_admin_admits_a_patient(open_console: Open, tmp_path: Path) -> None:
    console = open_console("admin", at="#/patients").press("Add a patient")
    patient = console.page.get_by_label("Id", exact=True).input_value()
    console.press("Add the patient").sees("No record yet").sees("Nobody is assigned")
    console.page.get_by_label("FHIR bundle").set_input_files(RECORD)
    console.sees("The record is now version 1.").sees("MedicationRequest")
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


def test_an_assessment_and_the_run_that_starts_from_it(open_console: Open) -> None:
    patient = open_console("patient", at=f"#/patients/{PATIENT}").press("Add")
    patient.fill("Questionnaire", "stairs").fill("Question 1", "Short of breath on stairs?").fill("Answer 1", "Since spring")
    patient.press("Add the assessment").sees("stairs")
    patient.page.locator("summary").filter(has_text="stairs").first.click()
    patient.sees("Since spring").sees_no("Start a diagnosis run from it")
    clinician = open_console("clinician", at=f"#/patients/{PATIENT}")
    clinician.page.locator("summary").filter(has_text="stairs").first.click()
    clinician.press("Start a diagnosis run from it").press("Start the run").status("Succeeded").sees("Since spring")
    first = clinician.run_id
    clinician.go(f"#/patients/{PATIENT}").page.locator("summary").filter(has_text="stairs").first.click()
    clinician.press("Start a diagnosis run from it").press("Start the run").sees("This run exists already")
    assert clinician.run_id == first


@pytest.mark.parametrize("flag_before_the_hash", [True, False])
def test_the_panel_behind_its_flag(open_console: Open, flag_before_the_hash: bool) -> None:
    console = open_console("clinician", at=f"#/patients/{PATIENT}", fresh=True).sees("New diagnosis")
    panel = console.page.get_by_role("heading", name="Diagnosis runs panel")
    expect(panel).to_have_count(0)
    at = f"?enableDiagnosisRuns#/patients/{PATIENT}" if flag_before_the_hash else f"#/patients/{PATIENT}?enableDiagnosisRuns"
    console.page.goto(console.url + at)
    expect(panel).to_be_visible()


def test_the_panel_creates_executes_and_shows(open_console: Open, client: Client) -> None:
    client.call("POST", "/dev/settings", {"worker_enabled": False})
    console = open_console("clinician", at=f"#/patients/{PATIENT}?enableDiagnosisRuns").press("Create a run")
    console.sees("The worker is switched off, so it can't be executed now.").sees_no("Execute")
    client.call("POST", "/dev/settings", {"worker_enabled": True})
    console.page.reload()
    console.press("Execute").confirm("Execute")
    console.sees("1. diagnosis.json").press("Show").sees("risk_level")


def test_system_processes_an_assessment_run(open_console: Open, client: Client) -> None:
    funnel = {"slug": "system", "version": "1", "questions": [{"id": "q", "text": "Well?"}]}
    assessment = client.call("POST", f"/api/patients/{PATIENT}/assessments", {"funnel": funnel, "answers": {"q": "yes"}}, "system")
    body = {"assessment_id": assessment.data["assessment"]["id"], "correlation_id": str(uuid.uuid4()), "dispatch": "manual"}
    run = client.call("POST", "/api/diagnosis-runs", body, "system").data["run"]
    console = open_console("system", at=f"#/runs/{run['id']}").status("Queued").sees_no("Cancel run")
    console.press("Execute").confirm("Execute")
    console.status("Succeeded")
