"""Alarms: what nobody would notice otherwise has one, and it tells whoever gave an address."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from shared.observability import NAMESPACE, SPLIT_BY, UNITS
from tests.unit.template.declared import ROOT, functions, of_type

ALARMS = of_type("AWS::CloudWatch::Alarm")


def watched(metric: str) -> set[str]:
    """What the alarms on a metric look at."""
    return {
        _name(alarm["Dimensions"][0]["Value"])
        for alarm in ALARMS.values()
        if alarm.get("MetricName") == metric
    }


def _name(value: Any) -> str:
    (argument,) = value.values()
    return str(argument[0] if isinstance(argument, list) else argument.partition(".")[0])


def test_every_queue_has_an_alarm_for_what_it_must_not_do() -> None:
    assert watched("ApproximateNumberOfMessagesVisible") == {"DeadLetterQueue"}
    assert watched("ApproximateAgeOfOldestMessage") == {
        *("RunsQueue", "ErasureQueue", "BulkQueue", "DeliveriesQueue"),
    }


def test_what_nobody_calls_has_an_alarm_for_its_errors_and_the_sweeper_for_its_silence() -> None:
    assert watched("Errors") == {
        *("Worker", "BulkWorker", "Eraser", "Sender", "Listener", "Sweeper"),
    }
    assert watched("Invocations") == {"Sweeper"}
    assert watched("IteratorAge") == {"Listener"}
    assert ALARMS["SweeperSilentAlarm"]["TreatMissingData"] == "breaching"


@pytest.mark.parametrize("alarm", ALARMS.values(), ids=ALARMS)
def test_an_alarm_is_heard_where_there_is_somebody_to_hear_it(alarm: dict[str, Any]) -> None:
    assert alarm["AlarmActions"] == {
        "Fn::If": ["HasAlarmEmail", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]
    }


def test_a_sweep_that_failed_is_left_to_the_next_one() -> None:
    """By the scheduler, and by Lambda, which the scheduler calls asynchronously."""
    never = {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    sweeper = functions()["sweeper"]
    assert sweeper.properties["EventInvokeConfig"] == never
    assert [event["RetryPolicy"] for event in sweeper.events("ScheduleV2")] == [never]


def test_every_alarm_has_a_line_in_the_runbook_and_every_line_an_alarm() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    text = text.partition("## Alarms")[2].partition("## Metrics")[0]
    told = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    assert sorted(told) == sorted(["alarm", *ALARMS])


def taken() -> Iterator[tuple[dict[str, Any], set[str]]]:
    """The metrics of our own that alarms look at, and what they are split by."""
    for alarm in ALARMS.values():
        stated = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", [])[1:]]
        for metric in stated or [alarm]:
            if metric["Namespace"] == NAMESPACE:
                yield metric, {dimension["Name"] for dimension in metric["Dimensions"]}


def test_an_alarm_looks_at_a_metric_that_is_taken_of_this_stack_alone() -> None:
    metrics = list(taken())
    assert len(metrics) > 5
    for metric, dimensions in metrics:
        assert metric["MetricName"] in UNITS
        assert "service" in dimensions <= {"service", *SPLIT_BY}
        service = next(one for one in metric["Dimensions"] if one["Name"] == "service")
        assert service["Value"] == {"Ref": "AWS::StackName"}


def test_the_dashboard_shows_every_metric_of_this_stack_alone() -> None:
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard").values()
    text = dashboard["DashboardBody"]["Fn::Sub"]
    shown: set[str] = set()
    for widget in json.loads(text)["widgets"]:
        assert widget["properties"]["metrics"]
        for metric in widget["properties"]["metrics"]:
            expression = metric[0].get("expression", "") if isinstance(metric[0], dict) else ""
            shown.update(re.findall(r'MetricName="(\w+)"', expression) or metric[1:2])
            if NAMESPACE in (metric[0], expression[9:19]):
                assert "${AWS::StackName}" in str(metric)
    assert set(UNITS) <= shown
    assert all(f"${{{queue}.QueueName}}" in text for queue in of_type("AWS::SQS::Queue"))


def test_the_runbook_explains_every_metric() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    assert {name for name in UNITS if f"`{name}`" not in text} == set()
