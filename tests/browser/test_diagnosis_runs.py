"""Diagnosis runs as a clinician works with them: create, watch, read, download, retry, cancel, take
over, attach.
"""

import hashlib
import json
import re

import pytest
from playwright.sync_api import expect

from local.demo.client import Client
from tests.browser.conftest import Open
from tests.browser.console import PATIENT, Console

pytestmark = pytest.mark.browser


def choose_patient(console: Console) -> None:
    console.page.get_by_label("Patient", exact=True).and_(
        console.page.get_by_role("combobox")
    ).select_option(PATIENT)


def created(console: Console, focus: str, manual: bool = False) -> Console:
    console.go("#/new/diagnosis").fill("Question or focus", focus)
    choose_patient(console)
    if manual:
        console.page.get_by_text("More options").click()
        console.page.get_by_label("Start").select_option("manual")
    return console.press("Create the run")


def test_from_the_form_to_the_artifact_without_reloading(
    open_console: Open, client: Client
) -> None:
    console = open_console("clinician")
    console.page.get_by_role("link", name="New run").click()
    console.page.get_by_role("link", name=re.compile("^Diagnosis")).click()
    choose_patient(console)
    console.fill("Question or focus", "Rising creatinine").press("Create the run")
    console.status("Succeeded").sees("Findings").sees("Recommendations")
    console.sees("a clinician has to confirm it").sees("Rising creatinine").sees("version 1, read")
    bar = console.page.get_by_role("complementary", name="Patient")
    expect(bar).to_contain_text("65 years, female")
    console.page.get_by_role("button", name="Show the fact: Penicillin").first.click()
    expect(console.page.locator(":focus")).to_contain_text("criticality high")
    expect(
        console.page.locator(".waterfall").get_by_role(
            "img", name=re.compile("Call the model: attempt 1, worked")
        )
    ).to_be_visible()
    console.section("Artifacts").sees("Diagnosis made from the patient")
    with console.page.expect_download() as started:
        console.press("Download")
    content = started.value.path().read_bytes()
    [artifact] = client.call("GET", f"/runs/{console.run_id}/artifacts", user="clinician").data[
        "artifacts"
    ]
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
    console = (
        created(open_console("clinician"), "Invalid")
        .status("Failed")
        .sees("The model's answer did not have the agreed form")
    )
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
    run = client.call(
        "POST", f"/api/studio/patients/{PATIENT}/diagnosis-runs", body, "clinician"
    ).data["run"]
    console.go("#/runs?tag=browser-list")
    row = console.page.get_by_role("list", name="Runs").get_by_role("listitem")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Queued")
    client.call("POST", f"/api/studio/diagnosis-runs/{run['id']}/execute", {}, "clinician")
    expect(row).to_contain_text("Succeeded")
    console.press("Failed").sees("No run matches")
    assert "status=failed" in console.page.url
    console.press("Succeeded")
    expect(row).to_have_count(1)
    console.page.reload()
    expect(row).to_have_count(1)
    expect(console.button("Succeeded")).to_have_attribute("aria-pressed", "true")
    console.page.get_by_label("Id or name").fill(run["id"][:13])
    console.page.keyboard.press("Enter")
    expect(row).to_have_count(1)
    console.page.go_back()
    expect(console.page.get_by_label("Id or name")).to_have_value("")
    console.press("Clear")
    expect(console.page.get_by_label("Tag")).to_have_value("")
    console.page.get_by_label("Created").select_option("dates")
    console.fill("From", "2001-01-01").fill("To", "2001-01-02").sees("No run matches")


def test_a_hidden_tab_asks_for_nothing(open_console: Open, client: Client) -> None:
    body = {"input_config": {}, "dispatch": "manual", "tags": ["browser-hidden"]}
    client.call("POST", f"/api/studio/patients/{PATIENT}/diagnosis-runs", body, "clinician")
    console = open_console("clinician", at="#/runs?tag=browser-hidden", fresh=True).sees(
        "until somebody starts it"
    )
    console.page.clock.install()
    console.page.reload()
    console.sees("until somebody starts it")
    asked: list[str] = []
    console.page.on("request", lambda request: asked.append(request.url))
    with console.page.expect_request("**/runs?**"):
        console.page.clock.run_for(5_000)
    console.page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true })"
    )
    asked.clear()
    console.page.clock.run_for(120_000)
    assert asked == []
    with console.page.expect_request("**/runs?**"):
        console.page.evaluate(
            "delete document.hidden, document.dispatchEvent(new Event('visibilitychange'))"
        )


def test_pages_by_cursor(open_console: Open, client: Client) -> None:
    for _ in range(27):
        body = {"input_config": {}, "dispatch": "manual", "tags": ["browser-pages"]}
        client.call("POST", f"/api/studio/patients/{PATIENT}/diagnosis-runs", body, "clinician")
    console = open_console("clinician", at="#/runs?tag=browser-pages")
    rows = console.page.get_by_role("list", name="Runs").get_by_role("listitem")
    expect(rows).to_have_count(25)
    rows.nth(20).scroll_into_view_if_needed()
    before = console.page.evaluate("scrollY")
    rows.nth(20).click()
    console.status("Queued").page.go_back()
    expect(rows).to_have_count(25)
    console.page.wait_for_function("(y) => Math.abs(scrollY - y) < 5", arg=before)
    console.press("Older")
    expect(rows).to_have_count(2)
    rows.first.click()
    console.status("Queued").page.go_back()
    expect(rows).to_have_count(2)
    console.page.reload()
    expect(rows).to_have_count(2)
    console.page.go_back()
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
    console.status("Running").sees("You have taken this run over").sees("To be finished in")
    console.press("Finish by hand").press("End the run").sees("is needed")
    console.fill("Summary", "Stable since the last visit").fill(
        "Findings", "No oedema\nClear lungs"
    ).press("End the run")
    console.status("Succeeded").sees("Stable since the last visit").sees("Clear lungs")
    expect(console.page.locator(".waterfall > ol")).not_to_contain_text("Queued")


def test_attaching_before_the_start(open_console: Open) -> None:
    console = created(open_console("clinician"), "With an ECG", manual=True).status("Queued")
    console.press("Attach").fill("Name", "ECG of today").fill("Type", "ecg_analysis").fill(
        "Content", '{"rhythm": "sinus"}'
    )
    console.page.get_by_role("dialog").get_by_role("button", name="Attach", exact=True).click()
    console.section("Artifacts").sees("ECG of today").sees("rhythm")
    console.press("Execute").confirm("Execute")
    console.status("Succeeded").sees_no("Attach")


def test_a_clone_by_form(open_console: Open) -> None:
    console = created(open_console("clinician"), "The original").status("Succeeded")
    original = console.run_id
    console.page.get_by_role("link", name="Clone").click()
    console.sees("Clone a run")
    expect(console.page.get_by_label("Question or focus")).to_have_value("The original")
    console.fill("Question or focus", "The copy")
    console.press("Create the clone").status("Succeeded")
    assert console.run_id != original
    expect(console.page.get_by_role("link", name=f"{original[:8]}…")).to_be_visible()
    console.section("Input and output").sees("The copy")


def test_a_question_is_cloned_as_a_question_and_not_as_json(
    open_console: Open, client: Client
) -> None:
    body = {"input_config": {"question": "Which dose?"}, "dispatch": "manual"}
    path = f"/api/studio/patients/{PATIENT}/diagnosis-runs"
    run = client.call("POST", path, body, "clinician").data["run"]
    console = open_console("clinician", at=f"#/runs/{run['id']}/clone").sees("Create the clone")
    expect(console.page.get_by_label("Question or focus")).to_have_value("Which dose?")
    expect(console.page.get_by_label("Further configuration")).to_have_value("")
    expect(console.page.get_by_label("Further configuration")).to_be_hidden()


def test_a_refusal_marks_every_field_in_the_forms_words_and_nothing_typed_is_lost(
    open_console: Open,
) -> None:
    console = open_console("clinician", at="#/new/diagnosis", fresh=True)
    choose_patient(console)
    console.fill("Question or focus", "Kept").page.get_by_text("More options").click()
    console.fill("Attempts at most", "99").fill("Budget in dollars", "-1").press("Create the run")
    console.sees("Something in the form needs another value.").sees("Request")
    problem = console.page.get_by_role("alert")
    for label in ("Attempts at most", "Budget in dollars"):
        expect(problem).to_contain_text(label)
        expect(console.page.get_by_label(label)).to_have_attribute("aria-invalid", "true")
    expect(problem).not_to_contain_text("max_attempts")
    console.page.get_by_role("link", name="Attempts at most").click()
    expect(console.page.get_by_label("Attempts at most")).to_be_focused()
    console.fill("Further configuration", "no JSON").press("Create the run")
    for label in ("Attempts at most", "Budget in dollars", "Further configuration"):
        expect(problem.get_by_role("link", name=label)).to_be_visible()
    console.go("#/runs").sees("More filters").page.go_back()
    expect(console.page.get_by_label("Question or focus")).to_have_value("Kept")


def test_the_patient_sees_the_result_and_not_the_input(open_console: Open, client: Client) -> None:
    body = {"input_config": {"focus": "for the clinician only"}}
    run = client.call(
        "POST",
        f"/api/studio/patients/{PATIENT}/diagnosis-runs",
        body,
        "clinician",
        prefer="wait=20",
    ).data["run"]
    console = (
        open_console("patient", at=f"#/runs/{run['id']}")
        .status("Succeeded")
        .sees("Recommendations")
    )
    assert (
        console.page.locator("main")
        .get_by_role("button", name=re.compile("Retry|Cancel|Execute|Attach"))
        .count()
        == 0
    )
    console.section("Input and output").sees("The input is not shown to you.")
    expect(console.page.get_by_role("heading", name="Context pack")).to_have_count(0)


def test_another_clinician_is_refused(open_console: Open, client: Client) -> None:
    run = client.call(
        "POST", f"/api/studio/patients/{PATIENT}/diagnosis-runs", {"input_config": {}}, "clinician"
    ).data["run"]
    open_console("other-clinician", at=f"#/runs/{run['id']}").sees(
        "Your role, or your relation to this, does not allow it."
    )
    outsider = open_console("outsider", at=f"#/runs/{run['id']}").sees(
        "There is no such thing, or it is not in your organisation."
    )
    outsider.sees_no("Try again")
