"""A sweeper over any stores, and a walk over all that the index of open runs holds."""

from collections.abc import Callable, Mapping, Sequence

from shared.engine.gatekeeping import CLOSED, WIDE_OPEN, Gatekeeper, Keeper
from shared.engine.inspection import FAR, Inspector
from shared.engine.sweeper import Sweeper
from shared.ports import Clock, Doorbell, GateStore, HealthStore, Ids, RunStore, Unreadable
from shared.records.gate import Kind
from shared.records.run import Run
from shared.runs.due import ALL_SHARDS, OPEN_SHARDS
from shared.runs.timing import Timing


def a_sweeper(
    runs: RunStore,
    gates: GateStore,
    health: HealthStore,
    doorbell: Doorbell,
    clock: Clock,
    ids: Ids,
    timing: Timing,
    enabled: bool,
    keepers: Mapping[str, Keeper] | None = None,
    shards: Sequence[int] = ALL_SHARDS,
    counters: Sequence[Callable[[Callable[[], bool]], int]] = (),
) -> Sweeper:
    """What bootstrap builds, with a worker's flag that is `enabled` and more keepers of gates."""
    kept: dict[str, Keeper] = {Kind.WORKER: lambda gate, now: WIDE_OPEN if enabled else CLOSED}
    gatekeeper = Gatekeeper(
        runs, gates, doorbell, clock, timing, kept | dict(keepers or {}), shards
    )
    inspector = Inspector(runs, gates, health, clock, shards)
    return Sweeper(
        runs,
        gates,
        gatekeeper,
        inspector,
        doorbell,
        clock,
        ids,
        timing,
        worker_enabled=enabled,
        shards=shards,
        counters=counters,
    )


def all_open(runs: RunStore, gates: GateStore | None = None) -> list[Run | Unreadable]:
    """Everything in the index of open runs: what is parked nowhere, and at the gates in use."""
    found: list[Run | Unreadable] = []
    for gate in (None, *(gate for gate, _ in (gates.gates() if gates else []))):
        for shard in range(OPEN_SHARDS):
            position: str | None = None
            while True:
                page, position = runs.due(shard, gate, FAR, position, 100)
                found += [due.run for due in page]
                if position is None:
                    break
    return found
