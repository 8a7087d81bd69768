"""The log takes ids and codes from a closed list, an exception by its type and place, and a metric
by its name.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.observability import UNITS, bound, log, log_bug, measure

ROOT = Path(__file__).parents[2]
SESAME = "patient Sesame"


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().out.splitlines()
    record: dict[str, Any] = json.loads(line)
    return record


def caught() -> ValueError:
    try:
        raise ValueError(SESAME)
    except ValueError as exc:
        return exc


def test_a_line_is_its_action_and_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    log("run_swept", run_id="r", status="queued", code=None)
    assert written(capsys) == {
        "action": "run_swept",
        "level": "INFO",
        "run_id": "r",
        "status": "queued",
    }


def test_a_bug_is_its_type_and_where_it_arose_and_not_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_bug("message_failed", caught(), message_id="m")
    record = written(capsys)
    assert (record["error"], record["message_id"], record["level"]) == ("ValueError", "m", "ERROR")
    assert record["at"][-1].endswith(" caught")
    assert SESAME not in json.dumps(record)


def test_no_other_field_has_a_way_in(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError, match="name"):
        log("run_swept", name=SESAME)
    with pytest.raises(KeyError, match="text"):
        log_bug("message_failed", caught(), text=SESAME)
    assert capsys.readouterr().out == ""


def test_fields_that_are_bound_stand_in_every_line_within_and_in_none_after(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with bound(request_id="q", person_id=None), bound(org_id="o"):
        log("run_swept", run_id="r")
    log("run_swept")
    inside, outside = map(json.loads, capsys.readouterr().out.splitlines())
    assert (inside["request_id"], inside["org_id"], inside["run_id"]) == ("q", "o", "r")
    assert outside == {"action": "run_swept", "level": "INFO"}
    with pytest.raises(KeyError, match="label"), bound(label=SESAME):
        pass


def test_a_measurement_is_a_line_of_the_log_in_the_embedded_form(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "stack")
    measure("run_claimed", {"StartLatency": 7}, {"step": "persist"}, run_id="r")
    record = written(capsys)
    assert (record["action"], record["run_id"], record["StartLatency"]) == ("run_claimed", "r", [7])
    assert record["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "StudioRuns",
            "Dimensions": [["service"], ["service", "step"]],
            "Metrics": [{"Name": "StartLatency", "Unit": "Milliseconds"}],
        }
    ]
    assert (record["service"], record["step"]) == ("stack", "persist")


@pytest.mark.parametrize(
    ("values", "by"),
    [
        ({"Sesame": 1}, {}),
        ({"RunsSwept": "many"}, {}),
        ({"RunsSwept": 1}, {"org_id": "o"}),
        ({"RunsSwept": 1}, {"person_id": "p"}),
        ({}, {}),
    ],
)
def test_what_cannot_be_measured_is_said_and_harms_nothing(
    capsys: pytest.CaptureFixture[str], values: dict[str, Any], by: dict[str, str]
) -> None:
    measure("swept", values, by, kind="k")
    lost, line = map(json.loads, capsys.readouterr().out.splitlines())
    assert lost["action"] == "metric_lost"
    assert line == {"action": "swept", "level": "INFO", "kind": "k"}


def test_a_log_that_nobody_reads_any_more_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*args: Any, **kwargs: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", closed)
    measure("swept", {"RunsSwept": 1})


def test_every_metric_with_a_unit_is_taken_somewhere() -> None:
    """Names stand in the code as they are, beside `measure` or in what it is given."""
    text = "".join(
        path.read_text("utf-8")
        for folder in ("shared", "functions")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "observability.py"
    )
    assert {name for name in UNITS if f'"{name}"' not in text} == set()
