"""`make prove`: the long search.

All singles of every lifecycle, all ordered pairs of the diagnosis lifecycle, and drawn histories.

Two processes share the work in units; every history is made from its name alone, so the split
changes nothing.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from tests.faults.faults import PAIR_WAKES
from tests.faults.histories import PROFILES
from tests.faults.scenarios import LIFECYCLES
from tests.faults.search import Tally, report, search, seconds, singles, sleepers

_CHUNK = 250
_PAIRED = "lifecycle"


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the search: what it belongs to, and what it is of."""

    part: str
    of: str
    start: int = 0
    count: int = 0

    def names(self) -> Iterator[str]:
        if self.part == "singles":
            yield from singles(self.of)
        elif self.part == "sleepers":
            yield from sleepers(self.of)
        elif self.part == "pairs":
            yield from seconds(self.of)
        else:
            yield from (f"{self.of}/{seed}" for seed in range(self.start, self.start + self.count))


def run_unit(unit: Unit) -> tuple[Unit, Tally]:
    return unit, search(unit.names())


def units(drawn: int, seed: int) -> list[Unit]:
    """The whole search, the longest units first."""
    walks = [Unit(part, lifecycle) for lifecycle in LIFECYCLES for part in ("sleepers", "singles")]
    pairs = [Unit("pairs", first) for first in singles(_PAIRED, PAIR_WAKES) if "/" in first]
    each = -(-drawn // len(PROFILES))
    chunks = [
        Unit("drawn", profile, seed + start, min(_CHUNK, each - start))
        for profile in PROFILES
        for start in range(0, each, _CHUNK)
    ]
    return [*walks, *chunks, *pairs]


def prove(todo: list[Unit], processes: int, console: Console) -> dict[str, Tally]:
    """The tallies of each part. Shows how far it is."""
    tallies: dict[str, Tally] = {}
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
    with bar, ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        task = bar.add_task("searching", total=len(todo))
        for done in as_completed([pool.submit(run_unit, unit) for unit in todo]):
            unit, tally = done.result()
            tallies.setdefault(unit.part, Tally()).merge(tally)
            histories, broken = (
                sum(getattr(one, name) for one in tallies.values())
                for name in ("histories", "broken")
            )
            bar.update(task, advance=1, description=f"{histories:,} histories, {broken:,} broken")
    return tallies


def summary(tallies: dict[str, Tally], total: Tally, elapsed: float) -> Table:
    speed = (
        f"{elapsed:.0f} s, {total.cpu_seconds:.0f} s of processor time, "
        f"{total.histories / elapsed:.0f} histories/s"
    )
    table = Table(
        "part", "histories", "calls", "faults", "broken", title=speed, title_justify="left"
    )
    for part, tally in [*sorted(tallies.items()), ("all", total)]:
        numbers = (tally.histories, tally.calls, tally.faults.total(), tally.broken)
        table.add_row(part, *(f"{number:,}" for number in numbers))
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--drawn", type=int, default=24_000, help="how many drawn histories, over all profiles"
    )
    parser.add_argument("--seed", type=int, default=0, help="the first seed of the drawn histories")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    console = Console(soft_wrap=True)
    started = time.monotonic()
    tallies = prove(units(asked.drawn, asked.seed), asked.processes, console)
    total = Tally()
    for tally in tallies.values():
        total.merge(tally)
    console.print(summary(tallies, total, time.monotonic() - started))
    console.print(
        "faults:",
        ", ".join(f"{kind} {count:,}" for kind, count in total.faults.most_common()),
        highlight=False,
    )
    console.print(
        f"{len(total.moves)} kinds of moves of a run seen; violations: "
        f"{total.violations.total():,}",
        highlight=False,
    )
    if total.violations:
        console.print(report(total), markup=False, highlight=False)
    return 1 if total.violations else 0


if __name__ == "__main__":
    sys.exit(main())
