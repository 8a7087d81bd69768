"""A recount sets the counts of days that have ended, and at rest all of them."""

import random
from dataclasses import replace

import pytest

from shared.adapters.dynamodb.stream_records import told
from shared.engine.listener import Listener
from shared.records.counts import OPEN
from shared.records.money import LedgerEntry, Usage
from shared.runs.counting import day_of
from shared.runs.timing import DAY
from tests.contract.worlds import RealAdapters
from tests.fakes.world import MORNING, VirtualClock
from tests.support.aws import in_process_aws
from tests.support.lambda_stream import Stream
from tests.support.samples import ORG, a_run
from tools.recount import recount, runs_of

TODAY, YESTERDAY = day_of(MORNING), day_of(MORNING - DAY)


@pytest.mark.parametrize("at_rest", [True, False])
def test_spoiled_counts_are_set_right_as_far_as_they_can_be(at_rest: bool) -> None:
    with in_process_aws() as clients:
        real = RealAdapters(clients)
        old = a_run(1)
        for run in (
            replace(old, history=(replace(old.history[0], at=MORNING - DAY),)),
            a_run(2),
        ):
            real.plant(run)
            line = LedgerEntry(Usage("m", 1, cost=5), 1, known_at=run.history[0].at)
            real.payloads.put_answer(run, "call_model#0#aa", b"{}", line)
        stream = Stream(real)
        listener = Listener(real.runs, real.counts, VirtualClock())
        for records in stream.batches(random.Random(1)):
            listener.hear(stream.shard, told(records))
        right = {**real.counts.days(ORG, YESTERDAY, TODAY), OPEN: real.counts.open(ORG)}
        for day in right:
            real.counts.put(ORG, day, {"created|diagnosis": 99})
        recount(runs_of(real.table), real.counts, TODAY, at_rest=at_rest)
        found = {**real.counts.days(ORG, YESTERDAY, TODAY), OPEN: real.counts.open(ORG)}
        spoiled = {day for day, counts in found.items() if counts != right[day]}
        assert spoiled == (set() if at_rest else {TODAY, OPEN})
        assert right[YESTERDAY] == {"created|diagnosis": 1, "cost|diagnosis": 5}
