"""What runs have spent since a moment: a budget begins with it, whenever it is set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.engine.budgets import call_name
from shared.engine.ledger import counted
from shared.ports import PayloadStore
from shared.records.budget import Hold
from shared.records.money import LedgerEntry
from shared.records.run import WORKER, Run


@dataclass(frozen=True, slots=True)
class Spending:
    """In micro-dollars. `holds`: what calls can cost at most of which it is not known yet what
    became of them.
    """

    spent: int = 0
    uncertain: int = 0
    holds: Mapping[str, Hold] = field(default_factory=dict)

    def __add__(self, other: "Spending") -> "Spending":
        return Spending(
            self.spent + other.spent,
            self.uncertain + other.uncertain,
            {**self.holds, **other.holds},
        )


def spending_of(payloads: PayloadStore, run: Run, since: int) -> Spending:
    """Of one run since a moment (ms): as its last write says where that tells all, else as its
    ledger does, line by line.
    """
    if run.fence == 0 or run.updated_at < since:
        return Spending()
    is_told = run.fence == 1 and run.history[-1].actor == WORKER and run.lessee != WORKER
    if run.erased_at is not None or (is_told and run.created_at >= since):
        return Spending(run.usage.cost, run.usage.uncertain)
    return _of_lines(run, payloads.purchases(run), since)


def _of_lines(run: Run, entries: Mapping[str, LedgerEntry], since: int) -> Spending:
    found = Spending()
    for key, usage in counted(entries).items():
        entry = entries[key]
        if (entry.known_at or entry.asked_at or run.updated_at) < since:
            continue
        if entry.asked_at is None or entry.known_at is not None:
            found += Spending(usage.cost, usage.uncertain)
        else:
            hold = Hold(usage.uncertain, run.lease_until or entry.asked_at)
            found += Spending(holds={call_name(run, key): hold})
    return found


def total(parts: Iterable[Spending]) -> Spending:
    return sum(parts, Spending())
