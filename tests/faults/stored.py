"""What the judges need to know of a stored run beyond its fields: when it is due, and what it
names.
"""

from shared.adapters.dynamodb import keys
from shared.records.run import (
    Dispatch,
    PayloadRef,
    Run,
    Status,
)
from tests.faults.aws import Key
from tests.faults.values import Item


def is_run(key: Key, item: Item) -> bool:
    return key[1] == keys.THING_SK and "k" not in item and "h" in item


def due_at(run: Run) -> int | None:
    """When the sweeper has to do something about the run next; None when it has ended."""
    if run.is_terminal:
        return None
    moments = [run.deadline_at]
    if run.status is Status.QUEUED and run.dispatch is Dispatch.AUTO and run.gate is None:
        moments.append(run.ring_after)
    if run.status is Status.RUNNING:
        moments.append(run.lease_until or 0)
    if run.status is Status.WAITING:
        moments.append(run.gate_until or 0)
    return min(moments)


def named_payloads(run: Run) -> dict[str, PayloadRef | str]:
    """Every payload and every answer of the ledger (its key) that the run names, by where it
    does.
    """
    found: dict[str, PayloadRef | str | None] = {
        "input": run.input, "output": run.output, "error_detail": run.error_detail
    }  # fmt: skip
    for name, record in (*run.steps.items(), *run.spoiled.items()):
        found |= {f"step {name}": record.result, f"answer of {name}": record.answer}
    return {place: ref for place, ref in found.items() if ref is not None}
