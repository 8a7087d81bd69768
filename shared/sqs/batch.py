"""A batch of doorbell messages: its runs execute concurrently, because a model call waits and does not compute.

A message that no worker could ever parse goes to the dead-letter queue at once and is acknowledged, so that it harms no
neighbour; a run whose store was away is left to be delivered again.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shared.observability import count, log, log_bug

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Execute = Callable[[str], None]
Bury = Callable[[str], None]


def run_batch(records: Sequence[Mapping[str, Any]], execute: Execute, bury: Bury) -> dict[str, Any]:
    """Execute every record's run; the ids of the messages that must be delivered again, as Lambda wants them."""
    if not records:
        return {"batchItemFailures": []}
    with ThreadPoolExecutor(max_workers=len(records)) as pool:
        done = list(pool.map(lambda record: _deliver(record, execute, bury), records))
    failed = [record["messageId"] for record, ok in zip(records, done, strict=True) if not ok]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _deliver(record: Mapping[str, Any], execute: Execute, bury: Bury) -> bool:
    try:
        run_id = run_id_of(record.get("body"))
        if run_id is None:
            log("message_unreadable", message_id=record.get("messageId"))
            count("UnreadableMessages")
            bury(str(record.get("body")))
        else:
            execute(run_id)
    except Exception as exc:  # noqa: BLE001 - an outermost wrapper: a bug in one message must not take its neighbours along
        log_bug("message_failed", exc, message_id=record.get("messageId"))
        return False
    return True


def run_id_of(body: Any) -> str | None:
    """The run that a message names, None when it names none."""
    try:
        run_id = json.loads(body)["run_id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return run_id if isinstance(run_id, str) and _UUID.fullmatch(run_id) else None
