"""Schedules in stack time, and what a jump over them does and leaves out."""

import math
import threading
from datetime import UTC, datetime

import pytest

from local.clock.stack_clock import StackClock
from local.clock.time_travel import Settling, TimeMachine
from local.errors import TemplateError
from local.runtime.schedules import Scheduler, parse
from local.template.blueprint import Schedule
from tests.unit.local.fixtures.handlers import SWEEPS, make_due
from tests.unit.local.small_stack import TABLE

DAY = 86_400


def fires(expression, start, count):
    following = parse(Schedule("S", "f", expression, {}, enabled=True))
    at, found = datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp(), []
    for _ in range(count):
        at = following(at)
        found.append(datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rate(1 minute)", ["2026-11-21 10:01", "2026-11-21 10:02"]),
        ("rate(2 hours)", ["2026-11-21 12:00", "2026-11-21 14:00"]),
        ("cron(*/20 * * * ? *)", ["2026-11-21 10:20", "2026-11-21 10:40"]),
        ("cron(30 3,22 * * ? *)", ["2026-11-21 22:30", "2026-11-22 03:30"]),
        ("cron(0 9 1 1-3 ? *)", ["2027-01-01 09:00", "2027-02-01 09:00"]),
        ("cron(0 9 ? * 2-6 *)", ["2026-11-23 09:00", "2026-11-24 09:00"]),
        ("cron(0 0 29 2 ? *)", ["2028-02-29 00:00"]),
    ],
)
def test_when_it_fires(expression, expected):
    assert fires(expression, "2026-11-21 10:00", len(expected)) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "at(2030-01-01T00:00:00)",
        "cron(0 9 L * ? *)",
        "cron(60 * * * ? *)",
        "rate(soon)",
        "cron(0 9 * *)",
    ],
)
def test_an_expression_it_does_not_know_is_refused(expression):
    with pytest.raises(TemplateError, match="ScheduleExpression"):
        parse(Schedule("S", "f", expression, {}, enabled=True))


def test_every_minute_of_a_short_jump_is_swept(world):
    before = len(SWEEPS)
    world.advance(600)
    assert len(SWEEPS) - before == 10
    gaps = [
        later - earlier
        for earlier, later in zip(SWEEPS[before:], SWEEPS[before + 1 :], strict=False)
    ]
    assert all(50_000 < gap < 70_000 for gap in gaps)


def done_after(world):
    """How long after its moment the sweeper did what was due, in milliseconds."""
    item = world.stack.aws.client("dynamodb").get_item(TableName=TABLE, Key={"pk": {"S": "due"}})[
        "Item"
    ]
    return int(item["done"]["S"]) - int(item["at"]["N"])


def test_thirty_days_sweep_where_something_can_be_due_and_at_the_end(world):
    clock, before = world.stack.clock, len(SWEEPS)
    make_due(clock.now_ms() + 7 * DAY * 1000 + 12_345)
    world.advance(30 * DAY)
    assert 0 <= done_after(world) < 75_000, "as if every minute had been swept"
    assert len(SWEEPS) - before < 150
    assert clock.now_ms() - SWEEPS[-1] < 70_000


def test_what_is_written_during_a_jump_is_swept_when_it_falls_due():
    """Hours into a jump somebody writes a moment, which the sweeps planned before know
    nothing of.
    """
    clock, moments, fires = StackClock(), [], []
    schedule = Schedule("S", "f", "rate(1 minute)", {}, enabled=True)
    scheduler = Scheduler(
        [schedule],
        clock,
        lambda _: fires.append(clock.now()),
        lambda after: min((moment for moment in moments if moment > after), default=math.inf),
        lambda: len(moments),
    )
    start = clock.now()

    def write():
        with clock.actor():
            clock.park(start + 5 * 3600, lambda: False)
            moments.append(start + 7 * 3600)
            clock.poke()

    threading.Thread(target=write, daemon=True).start()
    scheduler.start()
    TimeMachine(clock, Settling(clock, lambda: 0, lambda: 0), scheduler).advance(DAY)
    scheduler.stop()
    assert [fire for fire in fires if 0 <= fire - moments[0] < 75]
    assert len(fires) < 70
    assert clock.now() - fires[-1] < 70


def test_after_a_jump_the_minutes_go_on(world):
    world.advance(3 * DAY)
    before = len(SWEEPS)
    world.advance(120)
    assert len(SWEEPS) - before == 2


def test_every_minute_of_an_outage_is_swept_for_two_hours():
    clock, fires = StackClock(), []
    schedule = Schedule("S", "f", "rate(1 minute)", {}, enabled=True)
    scheduler = Scheduler(
        [schedule],
        clock,
        lambda _: fires.append(clock.now()),
        lambda after: math.inf,
        lambda: 0,
        lambda: True,
    )
    start = clock.now()
    scheduler.start()
    TimeMachine(clock, Settling(clock, lambda: 0, lambda: 0), scheduler).advance(DAY)
    scheduler.stop()
    assert len([fire for fire in fires if fire <= start + 7_201]) == 120
    assert len(fires) < 130
