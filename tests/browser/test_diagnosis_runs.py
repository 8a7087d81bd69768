"""Diagnosis runs as a clinician works with them: create, watch, read, download, retry, cancel, take over, attach."""

import hashlib
import json
import re

import pytest
from playwright.sync_api import expect

from local.client import Client
from tests.browser.conftest import Open
from tests.browser.console import PATIENT, Console

pytestmark = pytest.mark.browser


def created(console: Console, focus: str, manual: bool = False) -> Console:
    console.go("#/new/diagnosis").fill("Question or focus", focus)
    if manual:
        console.page.get_by_text("More options").click()
        console.page.get_by_label("Start").select_option("manual")
    return console.press("Create the run")


def test_from_the_form_to_the_artifact_without_reloading(open_console: Open, client: Client) -> None:
    console = open_console("clinician")
    console.page.get_by_role("link", name="New run").click()
    console.page.get_by_role("link", name=re.compile("^Diagnosis")).click()
    console.fill("Question or focus", "Rising creatinine").press("Create the run")
    console.status("Succeeded").sees("Findings").sees("Recommendations")
    expect(console.page.locator(".waterfall").get_by_role("img", name=re.compile("Call the model: attempt 1, worked"))).to_be_visible()
    console.section("Artifacts").sees("Diagnosis made from the patient")
    with console.page.expect_download() as started:
        console.press("Download")
    content = started.value.path().read_bytes()
    [artifact] = client.call("GET", f"/runs/{console.run_id}/artifacts", user="clinician").data["artifacts"]
    assert started.value.suggested_filename == "diagnosis.json"
    assert hashlib.sha256(content).hexdigest() == artifact["sha256"]
    assert json.loads(content)["findings"]


def test_the_sections_of_a_run(open_console: Open) -> None:
    console = created(open_console("clinician"), "Every section").status("Succeeded")
    console.section("Input and output").sees("Every section")
    console.press("Show it")
    expect(console.page.get_by_text("laboratory_results")).to_be_visible()
    console.section("History").sees("Step finished").sees("Taken up")
    console.section("Usage").sees("Call the model").sees("claude-sonnet-5-5")


def test_a_failure_in_plain_words_and_its_retry(open_console: Open, client: Client) -> None:
    client.call("POST", "/dev/model", {"script": ["400"]})
    console = created(open_console("clinician"), "Refused at first").status("Failed")
    console.sees("The model call failed for good").sees("LLM_ERROR").sees_no("Cancel run")
    console.press("Retry").confirm("Retry", "exactly one more attempt", "Call the model")
    console.status("Succeeded").sees_no("Retry")


def test_an_invalid_answer_is_explained_and_shown(open_console: Open, client: Client) -> None:
    client.call("POST", "/dev/model", {"script": ["missing_fields"]})
    console = created(open_console("clinician"), "Invalid").status("Failed").sees("The model's answer did not have the agreed form")
    console.sees("findings is required").page.get_by_text("What the model answered").click()
    console.sees('"confidence_score"')


def test_cancelling_a_run_that_is_being_worked_on(open_console: Open, client: Client) -> None:
    client.call("POST", "/dev/model", {"script": [{"slow": 12}]})
    console = created(open_console("clinician"), "Slow").status("Running")
    console.press("Cancel run").confirm("Cancel the run", "It ends now, for good")
    console.status("Cancelled").sees("Cancelled while running").sees_no("Retry")


def test_the_list_follows_by_itself_and_is_filtered(open_console: Open, client: Client) -> None:
    console = open_console("clinician")
    body = {"input_config": {}, "tags": ["browser-list"], "dispatch": "manual"}
    run = client.call("POST", f"/api/studio/patients/{PATIENT}/diagnosis-runs", body, "clinician").data["run"]
    console.go("#/runs?tag=browser-list")
    row = console.page.get_by_role("list", name="Runs").get_by_role("listitem")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Queued")
    client.call("POST", f"/api/studio/diagnosis-runs/{run['id']}/execute", {}, "clinician")
    expect(row).to_contain_text("Succeeded")
    console.page.get_by_label("Status").select_option("failed")
    console.sees("No run matches")
    assert "status=failed" in console.page.url
    console.press("Clear")
    expect(console.page.get_by_label("Tag")).to_have_value("")
    console.page.get_by_label("Created").select_option("dates")
    console.fill("From", "2001-01-01").fill("To", "2001-01-02").sees("No run matches")


def test_a_hidden_tab_asks_for_nothing(open_console: Open, client: Client) -> None:
    body = {"input_config": {}, "dispatch": "manual", "tags": ["browser-hidden"]}
    client.call("POST", f"/api/studio/patients/{PATIENT}/diagnosis-runs", body, "clinician")
    console = open_console("clinician", at="#/runs?tag=browser-hidden", fresh=True).sees("until somebody starts it")
    console.page.clock.install()
    console.page.reload()
    console.sees("until somebody starts it")
    asked: list[str] = []
    console.page.on("request", lambda request: asked.append(request.url))
    with console.page.expect_request("**/runs?**"):
        console.page.clock.run_for(5_000)
    console.page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    asked.clear()
    console.page.clock.run_for(120_000)
    assert asked == []
    with console.page.expect_request("**/runs?**"):
        console.page.evaluate("delete document.hidden, document.dispatchEvent(new Event('visibilitychange'))")


def test_pages_by_cursor(open_console: Open, client: Client) -> None:
    for _ in range(27):
        body = {"input_config": {}, "dispatch": "manual", "tags": ["browser-pages"]}
        client.call("POST", f"/api/studio/patients/{PATIENT}/diagnosis-runs", body, "clinician")
    console = open_console("clinician", at="#/runs?tag=browser-pages")
    rows = console.page.get_by_role("list", name="Runs").get_by_role("listitem")
    expect(rows).to_have_count(25)
    console.press("Older")
    expect(rows).to_have_count(2)
    rows.first.click()
    console.status("Queued").page.go_back()
    expect(rows).to_have_count(2)
    console.press("Newer")
    expect(rows).to_have_count(25)


def test_execute_appears_only_where_the_worker_is_on(open_console: Open, client: Client) -> None:
    client.call("POST", "/dev/settings", {"worker_enabled": False})
    console = created(open_console("clinician"), "By hand", manual=True).status("Queued")
    console.sees("Nobody was told to start yet").sees_no("Execute")
    client.call("POST", "/dev/settings", {"worker_enabled": True})
    console.page.reload()
    console.press("Execute").confirm("Execute", "without name or address")
    console.status("Succeeded")


def test_taking_a_run_over_and_finishing_it_by_hand(open_console: Open) -> None:
    console = created(open_console("clinician"), "By a person", manual=True).status("Queued")
    console.press("Take over").confirm("Take over", "the worker leaves it alone".capitalize())
    console.status("Running").sees("You have taken this run over")
    console.press("Finish by hand").press("End the run").sees("is needed")
    console.fill("Summary", "Stable since the last visit").fill("Findings", "No oedema\nClear lungs").press("End the run")
    console.status("Succeeded").sees("Stable since the last visit").sees("Clear lungs")


def test_attaching_before_the_start(open_console: Open) -> None:
    console = created(open_console("clinician"), "With an ECG", manual=True).status("Queued")
    console.press("Attach").fill("Name", "ECG of today").fill("Type", "ecg_analysis").fill("Content", '{"rhythm": "sinus"}')
    console.page.get_by_role("dialog").get_by_role("button", name="Attach", exact=True).click()
    console.section("Artifacts").sees("ECG of today").sees("rhythm")
    console.press("Execute").confirm("Execute")
    console.status("Succeeded").sees_no("Attach")


def test_a_clone_by_form(open_console: Open) -> None:
    console = created(open_console("clinician"), "The original").status("Succeeded")
    original = console.run_id
    console.page.get_by_role("link", name="Clone").click()
    console.sees("Clone a run")
    console.page.get_by_label("Configuration").fill('{"focus": "The copy"}')
    console.press("Create the clone").status("Succeeded")
    assert console.run_id != original
    expect(console.page.get_by_role("link", name=f"{original[:8]}…")).to_be_visible()
    console.section("Input and output").sees("The copy")


def test_a_refusal_is_said_in_plain_words_with_its_request(open_console: Open) -> None:
    console = created(open_console("clinician"), "Bad options").status("Succeeded")
    console.go("#/new/diagnosis").page.get_by_text("More options").click()
    console.fill("Attempts at most", "99").press("Create the run")
    console.sees("Something in the form needs another value.").sees("max_attempts").sees("Request")


def test_the_patient_sees_the_result_and_not_the_input(open_console: Open, client: Client) -> None:
    body = {"input_config": {"focus": "for the clinician only"}}
    run = client.call("POST", f"/api/studio/patients/{PATIENT}/diagnosis-runs", body, "clinician", prefer="wait=20").data["run"]
    console = open_console("patient", at=f"#/runs/{run['id']}").status("Succeeded").sees("Recommendations")
    assert console.page.locator("main").get_by_role("button", name=re.compile("Retry|Cancel|Execute|Attach")).count() == 0
    console.section("Input and output").sees("The input is not shown to you.")
    expect(console.page.get_by_role("heading", name="Context pack")).to_have_count(0)


def test_another_clinician_is_refused(open_console: Open, client: Client) -> None:
    run = client.call("POST", f"/api/studio/patients/{PATIENT}/diagnosis-runs", {"input_config": {}}, "clinician").data["run"]
    open_console("other-clinician", at=f"#/runs/{run['id']}").sees("Your role, or your relation to this, does not allow it.")
    outsider = open_console("outsider", at=f"#/runs/{run['id']}").sees("There is no such thing, or it is not in your organisation.")
    outsider.sees_no("Try again")
