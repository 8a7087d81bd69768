"""Alarms: what nobody would notice otherwise has one, and it tells whoever gave an address."""

from typing import Any

import pytest

from tests.unit.template.declared import ROOT, functions, of_type

ALARMS = of_type("AWS::CloudWatch::Alarm")


def watched(metric: str) -> set[str]:
    """What the alarms on a metric look at."""
    return {
        _name(alarm["Dimensions"][0]["Value"])
        for alarm in ALARMS.values()
        if alarm["MetricName"] == metric
    }


def _name(value: Any) -> str:
    (argument,) = value.values()
    return str(argument[0] if isinstance(argument, list) else argument.partition(".")[0])


def test_every_queue_has_an_alarm_for_what_it_must_not_do() -> None:
    assert watched("ApproximateNumberOfMessagesVisible") == {"DeadLetterQueue"}
    assert watched("ApproximateAgeOfOldestMessage") == {
        *("RunsQueue", "BulkQueue", "DeliveriesQueue"),
    }


def test_what_nobody_calls_has_an_alarm_for_its_errors_and_the_sweeper_for_its_silence() -> None:
    assert watched("Errors") == {"Worker", "BulkWorker", "Sender", "Listener", "Sweeper"}
    assert watched("Invocations") == {"Sweeper"}
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
    told = {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")}
    assert told - {"alarm"} == set(ALARMS)
