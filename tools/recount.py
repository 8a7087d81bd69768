"""Counts a deployment's runs anew: `python -m tools.recount --table NAME`.

Days that have ended are always set right: nothing is added to them any more. Today's counts and
what is open change while they are counted, so they are set only with `--at-rest`, when nothing
runs. Each organisation's days are written as sums; the listener goes on from where it was.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

import boto3

from shared.adapters.clock import SystemClock
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.counts_store import DynamoCountsStore
from shared.adapters.dynamodb.items import Item, plain
from shared.adapters.dynamodb.run_codec import is_run, run_from
from shared.adapters.dynamodb.table import Table
from shared.adapters.payload_store import ENTRY_NAMES, entry_from
from shared.errors import RunUnreadable
from shared.ports import CountsStore
from shared.records.counts import OPEN
from shared.records.money import LedgerEntry
from shared.records.run import Run
from shared.runs.counting import day_of, recounted

Counted = tuple[Run, list[LedgerEntry]]


def recount(runs: Iterator[Counted], counts: CountsStore, today: str, *, at_rest: bool) -> int:
    """Set the counts of every organisation; how many items were written."""
    found: dict[tuple[str, str], Counter[str]] = recounted(runs)
    final = {
        place: numbers
        for place, numbers in found.items()
        if at_rest or (place[1] != OPEN and place[1] < today)
    }
    for (org_id, day), numbers in final.items():
        counts.put(org_id, day, numbers)
    return len(final)


def runs_of(table: Table) -> Iterator[Counted]:
    """Every run that can be read, with the lines of its ledger. A scan keeps a run's items
    together.
    """
    own = (item for item in table.scan() if item["pk"]["S"].startswith("R#"))
    for _, group in groupby(own, key=lambda item: item["pk"]["S"]):
        items = list(group)
        run = next((found for found in map(_run, items) if found is not None), None)
        if run is not None:
            lines = [_line(item) for item in items if item["sk"]["S"].startswith(keys.LEDGER)]
            yield run, lines


def _run(item: Item) -> Run | None:
    if item["sk"]["S"] != keys.THING_SK or not is_run(item):
        return None
    try:
        return run_from(item)
    except RunUnreadable:
        return None


def _line(item: Item) -> LedgerEntry:
    return entry_from(plain({name: item[name] for name in ENTRY_NAMES if name in item}))


def main() -> None:
    parser = argparse.ArgumentParser(description="Count all runs anew.")
    parser.add_argument("--table", required=True)
    parser.add_argument("--at-rest", action="store_true", help="nothing runs: count today as well")
    asked = parser.parse_args()
    table = Table(boto3.client("dynamodb"), asked.table)
    today = day_of(SystemClock().now_ms())
    written = recount(runs_of(table), DynamoCountsStore(table), today, at_rest=asked.at_rest)
    print(f"{written} days were counted")


if __name__ == "__main__":
    main()
