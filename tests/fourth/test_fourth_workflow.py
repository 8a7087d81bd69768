"""A workflow that only its registration knows is created, worked, listed, measured and cloned like
the others: what a workflow must bring is in tests/fourth/minutes.py, and nothing else is needed.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def played() -> Mapping[str, Any]:
    command = [sys.executable, "-m", "tests.fourth.play"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3_000:]
    answers: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answers


def test_it_is_created_and_the_worker_is_rung(played: Mapping[str, Any]) -> None:
    run = played["created"]
    assert (run["workflow"], run["status"]) == ("minutes", "queued")
    assert run["subject"] == {"type": "meeting", "id": run["id"]}
    assert played["rung"] == [run["id"]]


def test_the_worker_asks_the_offline_model_and_ends_it(played: Mapping[str, Any]) -> None:
    run = played["read"]
    assert (run["status"], run["usage"]["calls"]) == ("succeeded", 1)
    assert run["output"] == {"summary": "The meeting was about this: Pumps are lost at night."}
    assert [(step["name"], step["status"]) for step in run["steps"]] == [("write", "succeeded")]


def test_its_metrics_are_those_of_its_steps(played: Mapping[str, Any]) -> None:
    metrics, usage = played["metrics"], played["read"]["usage"]
    assert [phase["phase"] for phase in metrics["phases_metrics"]] == ["write"]
    assert metrics["total_cost_usd"] == usage["cost_usd"] > 0
    assert metrics["governance_score"] is None


def test_the_list_is_filtered_by_its_name(played: Mapping[str, Any]) -> None:
    listed = [run["id"] for run in played["listed"]["runs"]]
    assert listed == [played["clone"]["id"], played["created"]["id"]]
    assert played["others"]["runs"] == []


def test_a_clone_has_its_input_and_runs_too(played: Mapping[str, Any]) -> None:
    clone = played["clone_read"]
    assert clone["metadata"] == {"cloned_from": played["created"]["id"]}
    assert (clone["status"], clone["input"]) == ("succeeded", played["read"]["input"])
    assert played["worked_clone"] == [clone["id"]]


def test_nobody_waits_for_what_has_ended(played: Mapping[str, Any]) -> None:
    assert played["why"]["blocked_by"] is None
    assert [one["reason"] for one in played["why"]["waiting_for"]] == ["ended"]
