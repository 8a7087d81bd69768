"""CountsStore: sums by day that a record of the stream enters once, however often it comes."""

import random

import pytest

from shared.adapters.dynamodb import keys
from shared.records.counts import OPEN, Marked, Tally
from shared.runs.timing import DAY
from tests.contract.worlds import RealAdapters, World
from tests.fakes.world import MORNING
from tests.support.samples import ORG, OTHER_ORG

pytestmark = pytest.mark.rule("R-COUNT-1")
SHARD, OTHER_SHARD = (f"shardId-{MORNING + n:020d}-aa" for n in (0, 1))
MONDAY, TUESDAY = "2026-03-02", "2026-03-03"
LONG = 10**30
"""Sequence numbers have more digits than a number of DynamoDB's."""


def _marked(sequence: int, day: str = MONDAY, org: str = ORG, **counts: int) -> Marked:
    return Marked(sequence, Tally(org, day, counts or {"created|diagnosis": 1}))


def test_records_are_summed_by_organisation_and_day(world: World) -> None:
    world.counts.add(
        SHARD,
        [_marked(1), _marked(2), _marked(3, TUESDAY), _marked(4, org=OTHER_ORG), _marked(5, OPEN)],
        MORNING,
    )
    assert world.counts.days(ORG, MONDAY, TUESDAY) == {
        MONDAY: {"created|diagnosis": 2},
        TUESDAY: {"created|diagnosis": 1},
    }
    assert world.counts.days(ORG, TUESDAY, TUESDAY).keys() == {TUESDAY}
    assert world.counts.open(ORG) == {"created|diagnosis": 1}
    assert world.counts.open(OTHER_ORG) == {}


def test_what_sinks_to_nothing_is_left_out(world: World) -> None:
    world.counts.add(SHARD, [_marked(1, OPEN, queued=1)], MORNING)
    world.counts.add(SHARD, [_marked(2, OPEN, queued=-1, running=1)], MORNING)
    assert world.counts.open(ORG) == {"running": 1}


def _flat(records: list[list[Marked]]) -> list[Marked]:
    return [one for few in records for one in few]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.one_in(5)
def test_repetitions_in_any_cut_count_once(world: World, seed: int) -> None:
    """As a mapping that halves and retries would hand them over."""
    chance = random.Random(seed)
    records = [
        [_marked(LONG + n, day, worth=n) for day in chance.choice([[MONDAY], [TUESDAY, OPEN]])]
        for n in range(1, 13)
    ]
    for start in range(len(records)):
        world.counts.add(SHARD, _flat(records[: start + 1]), MORNING)
        first = chance.randint(0, start)
        world.counts.add(SHARD, _flat(records[first : start + 1]), MORNING)
    world.counts.add(OTHER_SHARD, [_marked(1, worth=100)], MORNING)
    total = {
        day: sum(
            one.tally.counts["worth"] for few in records for one in few if one.tally.day == day
        )
        for day in (MONDAY, TUESDAY, OPEN)
    }
    found = world.counts.days(ORG, MONDAY, TUESDAY)
    assert found[MONDAY]["worth"] == total[MONDAY] + 100
    assert found.get(TUESDAY, {}).get("worth", 0) == total[TUESDAY]
    assert world.counts.open(ORG).get("worth", 0) == total[OPEN]


def test_without_a_shard_everything_counts(world: World) -> None:
    for _ in range(2):
        world.counts.add(None, [_marked(1)], MORNING)
    assert world.counts.days(ORG, MONDAY, MONDAY)[MONDAY] == {"created|diagnosis": 2}


def test_a_recount_sets_and_forgets_no_shard(world: World) -> None:
    world.counts.add(SHARD, [_marked(5, queued=3)], MORNING)
    world.counts.put(ORG, MONDAY, {"created|analysis": 7})
    world.counts.add(SHARD, [_marked(5, queued=3)], MORNING)
    world.counts.add(SHARD, [_marked(6)], MORNING)
    assert world.counts.days(ORG, MONDAY, MONDAY)[MONDAY] == {
        "created|analysis": 7,
        "created|diagnosis": 1,
    }


def test_shards_that_are_over_leave_the_item(real: RealAdapters) -> None:
    real.counts.add(SHARD, [_marked(1, OPEN)], MORNING)
    late = MORNING + 4 * DAY
    real.counts.add(f"shardId-{late:020d}-aa", [_marked(2, OPEN)], late)
    (item,) = real.table.query_prefix(keys.counts_pk(ORG), "D#")
    assert [name for name in item if name.startswith("@")] == [f"@shardId-{late:020d}-aa"]
