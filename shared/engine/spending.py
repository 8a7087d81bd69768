"""What runs have spent since a moment: a budget begins with it, whenever it is set."""

from collections.abc import Mapping

from shared.engine.budgets import call_name
from shared.engine.ledger import counted
from shared.ports import PayloadStore
from shared.records.budget import Hold, Spending
from shared.records.money import LedgerEntry
from shared.records.run import WORKER, Run

_NOBODY: frozenset[str] = frozenset()


def spending_of(
    payloads: PayloadStore, run: Run, since: int, held: frozenset[str] = _NOBODY
) -> Spending:
    """Of one run since a moment (ms): as its last write says where that tells all, else as its
    ledger does, line by line, but for the calls that are `held`.
    """
    if run.fence == 0 or run.updated_at < since:
        return Spending()
    is_told = run.fence == 1 and run.history[-1].actor == WORKER and run.lessee != WORKER
    if run.erased_at is not None or (is_told and run.created_at >= since and not held):
        return Spending(run.usage.cost, run.usage.uncertain)
    return _of_lines(run, payloads.purchases(run), since, held)


def _of_lines(
    run: Run, entries: Mapping[str, LedgerEntry], since: int, held: frozenset[str]
) -> Spending:
    found = Spending(lines=len(entries))
    for key, usage in counted(entries).items():
        entry = entries[key]
        if (entry.known_at or entry.asked_at or run.updated_at) < since:
            continue
        call = call_name(run, f"{key}#{entry.fence}" if entry.fence else key)
        if call in held:
            continue
        if entry.asked_at is None or entry.known_at is not None:
            found += Spending(usage.cost, usage.uncertain)
        else:
            found += Spending(
                holds={call: Hold(usage.uncertain, run.lease_until or entry.asked_at)}
            )
    return found
