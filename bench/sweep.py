"""What a sweep costs and how soon a lost lease is noticed: `python -m bench.sweep`.

The real sweeper and stores over a table in memory. Every request takes five milliseconds of the
sweep's own time, as many side by side as the deployed one makes, so that an invocation's limit
bounds it as it does there. What an inspection writes down, one unit an organisation, is left out.
"""

import argparse
import json
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from bench.table import BenchDynamo
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.gate_store import DynamoGateStore
from shared.adapters.dynamodb.items import wire
from shared.adapters.dynamodb.run_codec import run_item
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.bootstrap import SWEEPS_AT_ONCE
from shared.engine.sweeper import Swept
from shared.records.run import WORKER, Dispatch, Run, Status
from shared.runs import transitions
from shared.runs.due import due_at
from shared.runs.invariants import GRACE
from shared.runs.timing import DAY, MINUTE, RING_LAST, SECOND, Timing
from tests.fakes.sweeping import InMemoryHealthStore
from tests.fakes.world import MORNING, RememberingDoorbell, SequentialIds, VirtualClock
from tests.faults.values import Item
from tests.support.samples import a_run
from tests.support.sweeping import a_sweeper

READ_PRICE, WRITE_PRICE = 0.125, 0.625
"""Dollars a million units, on demand, us-east-1 (DynamoDB's price list, read 2026-11-29)."""
SWEEPS_A_DAY = 1_440
SWEEP_LIMIT = 60 * SECOND
"""The sweeper's Timeout in template.yaml."""
REQUEST_MS = 5
SIZES, RECKONED = (1_000, 10_000, 100_000), (1_000_000, 10_000_000)
ORGS = ("one", "two", "three")
_TIMING = Timing()
_WIDTHS = (12, 12, 12, 12, 8, 10)


class World:
    """A table with so many open runs, and the sweeper over it."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self._passed = 0.0
        self.dynamo = BenchDynamo(self._request)
        table: Any = Table(self.dynamo, "runs")
        self.runs, self.gates = DynamoRunStore(table), DynamoGateStore(table)
        self.doorbell = RememberingDoorbell()
        self.sweeper = a_sweeper(
            self.runs, self.gates, InMemoryHealthStore(), self.doorbell, self.clock,
            SequentialIds(), _TIMING, True,
        )  # fmt: skip

    def _request(self) -> None:
        self._passed += REQUEST_MS / SWEEPS_AT_ONCE

    def fill(self, runs: Iterable[Item]) -> None:
        self.dynamo.fill({(item["pk"]["S"], item["sk"]["S"]): item for item in runs})

    def sweep(self) -> tuple[Swept, float]:
        """One sweep, and how many milliseconds its requests took. The clock stands still."""
        self._passed = 0.0
        swept = self.sweeper.sweep(lambda: SWEEP_LIMIT - int(self._passed))
        return swept, self._passed


def waiting_runs(count: int, org: str = ORGS[0], first: int = 0) -> Iterable[Item]:
    """Runs that wait for people: created over the last month, due in the next one."""
    return _spread(a_run(dispatch=Dispatch.MANUAL, org_id=org), count, first, 30 * DAY)


def queued_runs(count: int, org: str = ORGS[1], first: int = 0) -> Iterable[Item]:
    """Runs that nobody takes, each rung once in a quarter of an hour by now."""
    plain = a_run(org_id=org, deadline_at=MORNING + 20 * DAY, ring_interval=RING_LAST)
    return _spread(plain, count, first, RING_LAST)


def _spread(plain: Run, count: int, first: int, over: int) -> Iterable[Item]:
    """Items like that of `plain`, whose next moments are spread over so many milliseconds."""
    item, is_rung = run_item(plain), plain.dispatch is Dispatch.AUTO
    for number in range(count):
        run_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{plain.org_id} {first + number}"))
        moment = MORNING + MINUTE // 2 + number * over // count
        due = (
            replace(plain, id=run_id, ring_after=moment)
            if is_rung
            else replace(plain, id=run_id, deadline_at=moment)
        )
        shard = keys.due_partition(keys.open_shard(run_id), None)
        yield item | wire(
            {
                "pk": keys.thing_pk(run_id), "o": keys.order(MORNING, run_id), "q": shard,
                "n": due_at(due), "ra": due.ring_after, "dl": due.deadline_at,
            }
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one sweep, the middle of several."""

    open_runs: int
    requests: int
    read_units: float
    write_units: float
    seconds: float
    cpu_seconds: float

    @property
    def dollars_a_day(self) -> float:
        spent = self.read_units * READ_PRICE + self.write_units * WRITE_PRICE
        return SWEEPS_A_DAY * spent / 1e6


def cost(open_runs: int, sweeps: int = 5) -> Cost:
    """What a sweep costs where two thirds wait for people and a third is queued and not taken."""
    world = World()
    queued = open_runs // 3
    world.fill(waiting_runs(open_runs - queued))
    world.fill(queued_runs(queued))
    found = []
    for _ in range(sweeps):
        world.clock.advance(MINUTE)
        world.dynamo.reset()
        began = time.process_time()
        _, milliseconds = world.sweep()
        spent = time.process_time() - began
        table = world.dynamo
        found.append(
            (
                sum(table.requests.values()), table.read_units, table.write_units,
                milliseconds / SECOND, spent,
            )
        )  # fmt: skip
    return Cost(open_runs, *(median(column) for column in zip(*found, strict=True)))


def people_only(open_runs: int) -> Cost:
    """What a sweep costs where all wait for people, none due: the same for any number."""
    world = World()
    world.fill(waiting_runs(open_runs))
    world.sweep()
    world.dynamo.reset()
    began = time.process_time()
    _, milliseconds = world.sweep()
    table = world.dynamo
    return Cost(
        open_runs, sum(table.requests.values()), table.read_units, table.write_units,
        milliseconds / SECOND, time.process_time() - began,
    )  # fmt: skip


def reckoned(open_runs: int, smaller: Cost, larger: Cost) -> Cost:
    """A line through two measured costs; flat where there was none to be seen."""
    share = (open_runs - smaller.open_runs) / (larger.open_runs - smaller.open_runs)

    def at(name: str) -> float:
        low, high = getattr(smaller, name), getattr(larger, name)
        return float(max(high, low + (high - low) * share))

    return Cost(
        open_runs, int(at("requests")), at("read_units"), at("write_units"), at("seconds"),
        at("cpu_seconds"),
    )  # fmt: skip


# --- how soon -------------------------------------------------------------------------------------


def noticed(waiting: int, queued: int, times: int) -> list[int]:
    """For each of so many lost leases of a third organisation: milliseconds from the claim until
    the run is back in the queue, beside two organisations with runs that wait and a backlog.
    """
    world = World()
    world.fill(waiting_runs(waiting, ORGS[0]))
    world.fill(queued_runs(queued, ORGS[1]))
    took = []
    for number in range(times):
        run = a_run(900 + number, org_id=ORGS[2], ring_after=world.clock.now_ms() + MINUTE)
        run = replace(run, deadline_at=world.clock.now_ms() + DAY)
        world.runs.create(run)
        claimed_at = world.clock.now_ms() + 7 * SECOND * number % MINUTE
        claim = transitions.claim(run.id, claimed_at, claimed_at + _TIMING.lease, f"claim{number}")
        lost = world.runs.apply(claim)
        assert lost.lessee == WORKER
        while lost.status is Status.RUNNING:
            world.clock.advance(MINUTE)
            world.sweep()
            lost = world.runs.get(run.id) or lost
        took.append(lost.history[-1].at - claimed_at)
    return took


def bound() -> int:
    """One lease, one sweep and the grace, in milliseconds."""
    return _TIMING.lease + MINUTE + GRACE


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 1 when a lost lease is noticed too late."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--queued", type=int, default=50_000)
    asked = parser.parse_args(arguments)
    people = [people_only(size) for size in asked.sizes]
    print("One sweep, all open runs wait for people, none of them due:")
    _print([*people, *(reckoned(size, people[-2], people[-1]) for size in RECKONED)])
    mixed = [cost(size) for size in asked.sizes]
    print("\nOne sweep, a third of them queued and not taken (each is rung every 15 minutes):")
    _print([*mixed, *(reckoned(size, mixed[-2], mixed[-1]) for size in RECKONED)])
    print(f"What would take longer than {SWEEP_LIMIT // SECOND} s is left to the next sweep.")
    took = noticed(asked.waiting, asked.queued, 10)
    late = sum(one > bound() for one in took)
    print(
        f"\nA lost lease beside {asked.waiting:,} runs that wait and {asked.queued:,} queued ones, "
        f"ten times: noticed {min(took) / SECOND:.0f} to {max(took) / SECOND:.0f} s after the claim"
        f" (bound {bound() / SECOND:.0f} s), {10 - late} of 10 in time"
    )
    print(json.dumps({"noticed_ms": took, "bound_ms": bound(), "late": late}))
    return 1 if late else 0


def _print(costs: Iterable[Cost]) -> None:
    names = ("open runs", "requests", "read units", "write units", "s", "$ a day")
    print("".join(f"{name:>{width}}" for name, width in zip(names, _WIDTHS, strict=True)))
    for one in costs:
        print(
            f"{one.open_runs:>12,}{one.requests:>12,.0f}{one.read_units:>12,.0f}"
            f"{one.write_units:>12,.0f}{one.seconds:>8.2f}{one.dollars_a_day:>10.2f}"
        )


if __name__ == "__main__":
    raise SystemExit(main())
