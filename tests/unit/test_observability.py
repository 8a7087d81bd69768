"""The log takes ids and codes from a closed list, an exception by its type and place, and a metric
by its name.
"""

import json
from typing import Any

import pytest

from shared.observability import count, log, log_bug

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


def test_a_metric_has_the_embedded_form(capsys: pytest.CaptureFixture[str]) -> None:
    count("RunsSwept", 3)
    record = written(capsys)
    assert record["RunsSwept"] == 3
    assert record["_aws"]["CloudWatchMetrics"] == [
        {"Namespace": "StudioRuns", "Dimensions": [[]], "Metrics": [{"Name": "RunsSwept"}]}
    ]
