"""What a deployment measures of itself, written by the real functions on a stack of its own, and
the lines by which a request, its run and its calls of the model are found by ids.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.demo.client import Client
from local.demo.stack_process import ROOT, running_stack
from shared.observability import UNITS
from tests.support.care import Ward, any_uuid
from tests.support.waiting import until
from tests.support.witness import LOGS, needs_local
from tests.unit.template.declared import of_type

pytestmark = [pytest.mark.rule("R-METRIC-1"), needs_local(LOGS)]
NOT_PLAYED = {"WebhooksDisabled", "UnreadableMessages", "UnreadableRecords", "ProbesSent"}
"""What takes days, or a store that somebody spoilt: tests of the engine have those."""
Lines = list[dict[str, Any]]


class Played:
    """A stack on which runs were made to succeed, fail, wait and be tried again."""

    def __init__(self, url: str) -> None:
        self.ward = Ward(Client(url), any_uuid()).admitted()
        self._folder = Path(ROOT / ".local" / "logs" / str(urlsplit(url).port))
        self.hook = self._webhook(f"{url}/dev/webhooks/receiver")
        self.good = self.run_with()
        self.bad = self.run_with("not_json")
        self.again = self.run_with("500")
        self.refused = self.run_with("429")
        self.cancelled = self.ward.a_run("cancelled")

    def _webhook(self, url: str) -> str:
        body = {"url": url, "events": ["run.succeeded", "run.failed"]}
        client = self.ward.client
        assert client.call("POST", "/dev/webhooks", {"answers": [200, 500]}).status == 200
        return str(client.call("POST", "/webhooks", body, "admin").data["webhook"]["id"])

    def run_with(self, *script: str) -> str:
        self.ward.script(*script)
        run_id = str(self.ward.create(wait=5).data["run"]["id"])
        for _ in range(3):
            if self.ward.run(run_id, wait=5)["status"] in ("succeeded", "failed"):
                break
            self.ward.advance(300)
        return run_id

    def lines(self) -> Lines:
        texts = [file.read_text("utf-8") for file in self._folder.glob("*.log")]
        rows = [row for text in texts for row in text.splitlines() if row.startswith("{")]
        return [json.loads(row) for row in rows]

    def measured(self) -> dict[str, Lines]:
        """The lines in which each metric was taken."""
        found: dict[str, Lines] = {}
        for line in self.lines():
            for spec in line.get("_aws", {}).get("CloudWatchMetrics", []):
                for metric in spec["Metrics"]:
                    found.setdefault(metric["Name"], []).append(line)
        return found


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    with running_stack() as url:
        yield Played(url)


def total(lines: Lines, metric: str, **by: str) -> float:
    chosen = [line for line in lines if all(line.get(k) == v for k, v in by.items())]
    return float(sum(sum(line[metric]) for line in chosen))


def test_every_metric_is_taken_and_none_is_lost(played: Played) -> None:
    wanted = set(UNITS) - NOT_PLAYED
    until(lambda: set(played.measured()), lambda seen: wanted <= seen)
    assert [line for line in played.lines() if line["action"] == "metric_lost"] == []


def test_numbers_are_those_of_what_was_played(played: Played) -> None:
    found = until(
        played.measured, lambda seen: total(seen.get("RunsSucceeded", []), "RunsSucceeded") == 3
    )
    assert total(found["RunsCreated"], "RunsCreated") == 5
    assert total(found["RunsFailed"], "RunsFailed") == 1
    assert total(found["RunsFailed"], "RunsFailed", code="VALIDATION_ERROR") == 1
    assert total(found["RunsCancelled"], "RunsCancelled") == 1
    assert total(found["Retries"], "Retries", code="LLM_ERROR") == 1
    assert total(found["EntriesRefused"], "EntriesRefused") == 1
    assert total(found["ModelCalls"], "ModelCalls") == 6
    assert total(found["OutputTokens"], "OutputTokens") > 0
    assert total(found["CostUSD"], "CostUSD") > 0
    assert total(found["Violations"], "Violations") == 0
    steps = {line["step"] for line in found["StepTime"]}
    assert steps == {"build_context", "call_model", "validate", "persist"}


def test_no_metric_is_split_by_an_organisation_a_person_or_a_run(played: Played) -> None:
    dimensions = {
        name
        for line in played.lines()
        for spec in line.get("_aws", {}).get("CloudWatchMetrics", [])
        for names in spec["Dimensions"]
        for name in names
    }
    assert dimensions <= {"service", "code", "step"}


def test_a_request_its_run_and_its_calls_are_joined_by_ids(played: Played) -> None:
    lines = [line for line in played.lines() if line.get("run_id") == played.good]
    (created,) = [line for line in lines if line["action"] == "run_created"]
    (called,) = [line for line in lines if line["action"] == "model_called"]
    answered = [
        line
        for line in played.lines()
        if line["action"] == "request_answered" and line["request_id"] == created["request_id"]
    ]
    assert [line["status"] for line in answered] == [201]
    assert created["org_id"] == called["org_id"] == answered[0]["org_id"]
    assert created["person_id"] == answered[0]["person_id"] == played.ward.sub("clinician")
    assert called["model_request_id"]
    assert called["step"] == "call_model"
    claimed = next(line for line in lines if line["action"] == "run_claimed")
    assert 0 <= claimed["StartLatency"][0] < 60_000


def threshold(alarm: str) -> int:
    return int(of_type("AWS::CloudWatch::Alarm")[alarm]["Threshold"])


def test_the_runbook_s_provocations_cross_the_thresholds(played: Played) -> None:
    ward = played.ward
    assert total(played.measured()["EntriesRefused"], "EntriesRefused") > threshold(
        "RefusedEntriesAlarm"
    )
    for _ in range(9):
        played.run_with("not_json")
    found = until(played.measured, lambda seen: total(seen["RunsFailed"], "RunsFailed") == 10)
    failed, good = (total(found[name], name) for name in ("RunsFailed", "RunsSucceeded"))
    assert 100 * failed / (failed + good) > threshold("FailingRunsAlarm")
    assert "EXECUTION_ERROR" not in {line.get("code") for line in found["RunsFailed"]}
    spoilt = {"run_id": ward.a_run(), "set": {"st": "z"}}
    assert ward.client.call("POST", "/dev/item", spoilt).status == 200
    ward.advance(120)
    until(
        played.measured,
        lambda seen: (
            max(line["Violations"][0] for line in seen["Violations"]) > threshold("ViolationsAlarm")
        ),
    )
    ward.client.call("POST", "/dev/worker", {"kill_at": "call_model"})
    run_id = str(ward.create().data["run"]["id"])
    until(lambda: ward.run(run_id)["steps"][0]["status"], lambda status: status == "succeeded")
    ward.advance(400)
    assert ward.run(run_id, wait=20)["status"] == "succeeded"
    until(played.measured, lambda seen: total(seen["Retries"], "Retries", code="LEASE_LOST") == 1)


def test_a_run_that_a_bug_ended_crosses_the_threshold_and_its_line_names_it(
    played: Played,
) -> None:
    run_id, done = played.ward.a_run(), ("build_context", "call_model", "validate", "persist")
    spoilt = {"run_id": run_id, "set": {"sp": {step: {} for step in done}}}
    assert played.ward.client.call("POST", "/dev/item", spoilt).status == 200
    assert played.ward.execute(run_id, wait=20).status < 300
    found = until(
        played.measured,
        lambda seen: total(seen["RunsFailed"], "RunsFailed", code="EXECUTION_ERROR") > 0,
    )
    number = total(found["RunsFailed"], "RunsFailed", code="EXECUTION_ERROR")
    assert number > threshold("BrokenRunsAlarm")
    told = [line for line in played.lines() if line["action"] == "execution_error"]
    assert [(line["run_id"], bool(line["at"])) for line in told] == [(run_id, True)]


def test_a_patient_is_named_by_no_line(played: Played) -> None:
    played.ward.belongs_to("patient")
    path = f"/api/diagnosis-runs/{played.good}"
    assert played.ward.client.call("GET", path, None, "patient").status == 200
    account = played.ward.sub("patient")
    asked = [line for line in played.lines() if line.get("action") == "request_answered"]
    assert asked
    assert [line for line in played.lines() if account in json.dumps(line)] == []
