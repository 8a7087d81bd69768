"""What is left of a run when all that could tell of its subject was removed. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from shared.records.money import Usage
from shared.records.run import HistoryEntry, PayloadRef, Run, StepRecord
from shared.runs.codes import FailureCode
from shared.runs.timeline import told_code

NO_PAYLOAD = PayloadRef("0" * 64, 0)
NO_FINGERPRINT = "0" * 64
_FAILURES = frozenset(FailureCode)


Spent = tuple[Usage, Mapping[str, Usage]]
"""All that a run has cost, and by step."""


def skeleton(run: Run, erased_at: int, spent: Spent | None = None) -> Run:
    """Ids, times, states, steps' names and times, and usage (what the run itself says of it, unless
    it is given). Neither words of people nor anything that names a document.
    """
    usage, by_step = spent or (run.usage, {})
    records = {name: _spent(record, by_step.get(name)) for name, record in run.steps.items()}
    spoiled = {name: _spent(record, by_step.get(name)) for name, record in run.spoiled.items()}
    other = {name: StepRecord(usage=one) for name, one in by_step.items() if name not in records}
    known = run.error_code is None or run.error_code in _FAILURES
    return replace(
        run,
        erased_at=erased_at,
        input=NO_PAYLOAD,
        fingerprint=NO_FINGERPRINT,
        output=None,
        error_code=run.error_code if known else FailureCode.PERSON_FAILED,
        error_detail=None,
        record=None,
        warnings=(),
        tags=(),
        metadata={},
        attributes={},
        usage=usage,
        history=tuple(_bare(entry) for entry in run.history),
        steps=records,
        spoiled={name: replace(one, spoiled=True) for name, one in {**spoiled, **other}.items()},
    )


def _bare(entry: HistoryEntry) -> HistoryEntry:
    """Without what it attached or made, and without the name of its write, which an
    Idempotency-Key may have given.
    """
    return replace(entry, op="", code=told_code(entry), artifacts=())


def _spent(record: StepRecord, usage: Usage | None) -> StepRecord:
    return StepRecord(usage=usage or record.usage)
