"""Items that another version may have left, and that this one cannot read: they stand in the table
and in the index of open runs, before everybody else.
"""

import uuid
from collections.abc import Sequence

from shared.adapters.dynamodb.run_codec import run_item
from shared.engine.creation import keyed_id
from shared.records.run import Dispatch, HistoryEntry, PayloadRef, Run, Status, Subject
from shared.runs.timing import DAY
from tests.faults.aws import Key
from tests.faults.scenarios import ORG
from tests.faults.values import Item, Typed

UNREADABLE: dict[str, Typed] = {
    "st": {"S": "z"},
    "d": {"S": "z"},
    "dl": {"S": "tomorrow"},
    "w": {"S": "later"},
}
"""Attribute -> a value of it that this version does not know."""


def strange_items(attributes: Sequence[str], now: int) -> dict[Key, Item]:
    """One item for each of these attributes, in the partition of the history's own run."""
    own = uuid.UUID(keyed_id(ORG, "clinician", "k1")).bytes
    items: dict[Key, Item] = {}
    for place, attribute in enumerate(attributes):
        run_id = str(uuid.UUID(bytes=bytes([place]) + own[1:]))
        item = run_item(_run(run_id, now)) | {attribute: UNREADABLE[attribute]}
        items[item["pk"]["S"], item["sk"]["S"]] = item
    return items


def _run(run_id: str, now: int) -> Run:
    entry = HistoryEntry(now, "clinician", Status.QUEUED, "made", 0)
    return Run(
        id=run_id,
        org_id=ORG,
        workflow="diagnosis",
        subject=Subject("intake", run_id),
        created_by="clinician",
        created_at=now,
        gen="g",
        status=Status.QUEUED,
        dispatch=Dispatch.AUTO,
        deadline_at=now + DAY,
        max_attempts=3,
        input=PayloadRef("ab" * 32, 2),
        fingerprint="ab" * 32,
        history=(entry,),
        ring_after=now,
    )
