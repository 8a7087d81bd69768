"""Write units and AWS requests of one diagnosis run's life, per transition:
`python -m bench.capacity`.

Units are counted from item sizes by DynamoDB's published rules (an emulator's own figures are
wrong): a write costs the larger of the item before and after, in KB rounded up, and one unit for
every index entry that it adds, removes or moves. Runs the real engine over moto with the offline
model. The budget is DESIGN's: n + 9 for n checkpoints and one artifact.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.sizes import item_size, units
from bench.world import PATIENT, world
from shared.bootstrap_worker import build_worker
from shared.engine.creation import Key, NewRun
from shared.records.run import Run, Status, Subject

INDEXES = ("s", "c", "g", "x", "q")
BUDGET_BESIDE_CHECKPOINTS = 9
CHECKPOINTS = 3


@dataclass(slots=True)
class Meter:
    """Counts requests by operation, and write units apart for runs' hot items, artifact records and
    payloads.
    """

    client: Any
    table: str
    requests: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    largest: int = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Measure what the client writes meanwhile."""
        real = self.client._make_api_call

        def measured(operation: str, request: dict[str, Any]) -> Any:
            self.requests[operation] += 1
            if operation not in ("PutItem", "UpdateItem", "DeleteItem"):
                return real(operation, request)
            key = request.get("Key") or {name: request["Item"][name] for name in ("pk", "sk")}
            before = self._item(real, key)
            answer = real(operation, request)
            self._count(key, before, self._item(real, key))
            return answer

        self.client._make_api_call = measured
        try:
            yield
        finally:
            self.client._make_api_call = real

    def _item(self, real: Any, key: dict[str, Any]) -> dict[str, Any]:
        item: dict[str, Any] = real(
            "GetItem", {"TableName": self.table, "Key": key, "ConsistentRead": True}
        ).get("Item", {})
        return item

    def _count(self, key: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> None:
        spent = max(units(item_size(before)), units(item_size(after)))
        entries = sum(_entry(before, name) != _entry(after, name) for name in INDEXES)
        kind = _kind(key, after)
        self.written[kind] += spent + entries
        if kind == "run":
            self.largest = max(self.largest, item_size(after))


def _entry(item: dict[str, Any], name: str) -> Any:
    return (item[name], item["o"]) if name in item else None


def _kind(key: dict[str, Any], item: dict[str, Any]) -> str:
    if key["sk"]["S"] != "R":
        return "payload"
    return "artifact record" if "k" in item else "run"


def main() -> int:
    """Print the table; 1 when the budget is broken."""
    with world() as w:
        meter = Meter(w.client, w.table)
        rows: list[tuple[str, int, int, int, int]] = []
        with meter.watching():
            run = _step(
                rows,
                meter,
                "create",
                lambda: w.services.creator.create(
                    _new(), Key(w.services.ids.unique(), "0" * 64, False)
                ),
            )[0]
            _step(
                rows,
                meter,
                "execute (claim, checkpoints, completion)",
                lambda: build_worker(w.services).execute(run.id, lambda: 300_000),
            )
        done = w.services.runs.get(run.id)
        assert done is not None
        _print(rows, meter, done)
        total = meter.written["run"] + meter.written["artifact record"]
        return (
            0
            if total <= CHECKPOINTS + BUDGET_BESIDE_CHECKPOINTS and done.status is Status.SUCCEEDED
            else 1
        )


def _new() -> NewRun:
    return NewRun(
        "diagnosis",
        "demo",
        Subject("patient", PATIENT),
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        {"question": "why"},
    )


def _step(rows: list[Any], meter: Meter, name: str, action: Any) -> Any:
    before, requests = Counter(meter.written), sum(meter.requests.values())
    result = action()
    spent = meter.written - before
    rows.append(
        (
            name,
            spent["run"],
            spent["artifact record"],
            spent["payload"],
            sum(meter.requests.values()) - requests,
        )
    )
    return result


def _print(rows: list[Any], meter: Meter, run: Run) -> None:
    print(f"{'transition':<42}{'run':>6}{'artifact':>10}{'payloads':>10}{'DynamoDB requests':>20}")
    for name, hot, artifact, payload, requests in rows:
        print(f"{name:<42}{hot:>6}{artifact:>10}{payload:>10}{requests:>20}")
    total = meter.written["run"] + meter.written["artifact record"]
    print(
        f"\nwrite units of the run and its artifact record: {total} (budget n + 9 = "
        f"{CHECKPOINTS + BUDGET_BESIDE_CHECKPOINTS})"
    )
    print(f"write units of payloads beside it: {meter.written['payload']}")
    print(
        f"largest size of the hot item: {meter.largest} bytes (limit 1024), "
        f"{len(run.history)} history entries"
    )
    print(f"DynamoDB requests: {json.dumps(dict(sorted(meter.requests.items())))}")


if __name__ == "__main__":
    sys.exit(main())
