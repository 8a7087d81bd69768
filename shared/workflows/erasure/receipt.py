"""The receipt of an erasure: what was removed, and what lives on for how long. It holds ids, counts
and hashes, and nothing of the patient.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.records.care import Tombstone
from shared.records.run import Run
from shared.runs.timing import DAY, SECOND

RECEIPT = "receipt.json"
STREAM = DAY
"""How long DynamoDB keeps what its stream told."""
BACKUPS = 35 * DAY
"""How far back point-in-time recovery reaches."""


def receipt_document(
    run: Run, tombstone: Tombstone, found: Mapping[str, Any], now: int, trail: int
) -> dict[str, Any]:
    """`found` is the inventory's result, `trail` how long (ms) the audit trail keeps an entry."""
    return {
        "patient_id": run.subject.id,
        "org_id": run.org_id,
        "run_id": run.id,
        "asked_by": tombstone.by,
        "asked_at": _time(tombstone.at),
        "inventory_at": _time(found["at"]),
        "erased_at": _time(now),
        "runs": found["runs"],
        "removed": found["removed"],
        "lives_on": [
            {"what": "skeletons of the runs: ids, times, states, usage", "until": None},
            {"what": "the tombstone and this receipt", "until": None},
            {
                "what": "entries of the audit trail, each for its own time",
                "until": _time(now + trail),
            },
            {"what": "changes in the table's stream", "until": _time(now + STREAM)},
            {
                "what": "backups of the table (point-in-time recovery)",
                "until": _time(now + BACKUPS),
            },
        ],
    }


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / SECOND, UTC).isoformat(timespec="milliseconds")
