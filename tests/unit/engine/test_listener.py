"""The listener over the stream of a real table (in memory): counts equal a recount of all runs,
whatever comes twice.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from shared.adapters.dynamodb.stream_records import told
from shared.engine.listener import Listener
from shared.records.counts import OPEN
from shared.records.money import LedgerEntry, Usage
from shared.records.run import Run
from shared.runs.counting import recounted
from shared.runs.timing import DAY
from tests.contract.worlds import RealAdapters
from tests.fakes.world import MORNING, VirtualClock
from tests.support.aws import Clients, in_process_aws
from tests.support.lambda_stream import Stream
from tests.support.samples import ORG, a_run
from tests.support.story import Story

pytestmark = pytest.mark.rule("R-COUNT-1")
FIRST, LAST = "2020-01-01", "2039-12-31"


@pytest.fixture(scope="module")
def aws() -> Iterator[Clients]:
    with in_process_aws() as clients:
        yield clients


@pytest.fixture
def real(aws: Clients) -> Iterator[RealAdapters]:
    world = RealAdapters(aws)
    yield world
    world.delete()


def _lives(number: int) -> Story:
    """A run's life that visits every kind of count."""
    story = Story(a_run(number))
    if number % 5 == 0:
        return story
    if number % 5 == 1:
        return story.claim().checkpoint("build_context").complete("persist")
    if number % 5 == 2:
        return story.claim().fail("call_model").retry().claim()
    if number % 5 == 3:
        return story.take()
    return story.claim().release("call_model").cancel()


def _write(real: RealAdapters, story: Story) -> Run:
    """The life again, write by write, as the table saw it."""
    for version in story.versions:
        real.plant(version)
    return story.run


def _numbers(real: RealAdapters) -> dict[str, Mapping[str, int]]:
    found = dict(real.counts.days(ORG, FIRST, LAST))
    return {**found, OPEN: real.counts.open(ORG)}


def _expected(runs: list[tuple[Run, list[LedgerEntry]]]) -> dict[str, Mapping[str, int]]:
    sums: dict[tuple[str, str], Counter[str]] = recounted(runs)
    return {
        day: {name: number for name, number in counts.items() if number}
        for (_, day), counts in sums.items()
    }


@pytest.mark.parametrize("seed", range(5))
def test_counts_equal_a_recount_after_repetitions(real: RealAdapters, seed: int) -> None:
    chance = random.Random(seed)
    listener = Listener(real.runs, real.counts, VirtualClock())
    runs: list[tuple[Run, list[LedgerEntry]]] = []
    for number in range(1, 11):
        run = _write(real, _lives(number))
        line = LedgerEntry(Usage("m", 1, cost=number), 1, known_at=MORNING + number * DAY)
        real.payloads.put_answer(run, "call_model#0#aa", b"{}", line)
        runs.append((run, [line]))
    stream = Stream(real)
    for records in stream.batches(chance):
        listener.hear(stream.shard, told(records))
    assert _numbers(real) == _expected(runs)


def test_a_settled_call_counts_what_is_known_of_it(real: RealAdapters) -> None:
    run = _write(real, _lives(1))
    real.payloads.put_asked(run, "k#1", LedgerEntry(Usage("m", 1, 1, uncertain=9), asked_at=1))
    real.payloads.settle(run, "k#1", LedgerEntry(Usage("m", 1, 1, cost=4), known_at=MORNING))
    stream = Stream(real)
    Listener(real.runs, real.counts, VirtualClock()).hear(stream.shard, told(stream.records()))
    days = real.counts.days(ORG, FIRST, LAST)
    assert sum(counts.get("cost|diagnosis", 0) for counts in days.values()) == 4


def test_what_cannot_be_read_is_noted_by_its_id_and_holds_up_nothing(
    real: RealAdapters, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = a_run(1)
    real.spoil(bad)
    _write(real, _lives(6))
    stream = Stream(real)
    Listener(real.runs, real.counts, VirtualClock()).hear(stream.shard, told(stream.records()))
    days = real.counts.days(ORG, FIRST, LAST)
    assert sum(counts.get("created|diagnosis", 0) for counts in days.values()) == 1
    lines = capsys.readouterr().out
    assert bad.id in lines
    assert "record_unreadable" in lines


def test_the_images_of_lambda_hold_binaries_as_text(real: RealAdapters) -> None:
    run = _write(real, _lives(0))
    (change,) = told(Stream(real).records())
    assert _after(change) == run


def _after(change: Any) -> Run:
    found: Run = change.change.after
    return found
