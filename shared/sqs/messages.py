"""Doorbell messages: one a worker's invocation, so a run that kills its process can only kill
itself.

A message that no worker could ever parse goes to the dead-letter queue at once and is acknowledged;
a run whose store was
away is left to be delivered again.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.observability import bound, log_bug, measure
from shared.settings import trace_id

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST = 1_000
Execute = Callable[[str], None]
Probe = Callable[[str], None]
Bury = Callable[[str], None]


def deliver(
    records: Sequence[Mapping[str, Any]], execute: Execute, probe: Probe, bury: Bury
) -> dict[str, Any]:
    """Execute the run that each message names, or probe the gate; the ids of those to be delivered
    again, as Lambda wants them.
    """

    def work(record: Mapping[str, Any]) -> None:
        execute_or_probe(record, execute, probe, bury)

    return again(records, work)


def execute_or_probe(record: Mapping[str, Any], execute: Execute, probe: Probe, bury: Bury) -> None:
    run_id, gate = run_id_of(record.get("body")), gate_of(record.get("body"))
    if gate is not None:
        probe(gate)
    elif run_id is None:
        _bury(record, bury)
    else:
        execute(run_id)


def deliver_tasks(
    records: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    work: Callable[..., None],
    bury: Bury,
) -> dict[str, Any]:
    """Work on what each message names by ids with these names; the ids of the messages to be
    delivered again, as Lambda wants them.
    """

    def do(record: Mapping[str, Any]) -> None:
        named = [id_of(record.get("body"), name) for name in names]
        if None in named:
            _bury(record, bury)
        else:
            work(*named)

    return again(records, do)


def again(
    records: Sequence[Mapping[str, Any]], work: Callable[[Mapping[str, Any]], None]
) -> dict[str, Any]:
    """Do the work of each message; the ids of those that failed and must be delivered again, as
    Lambda wants them.
    """
    failed = []
    for record in records:
        with bound(message_id=record.get("messageId"), trace_id=trace_id()):
            try:
                work(record)
            except Exception as exc:  # noqa: BLE001 - an outermost wrapper: the message comes again
                log_bug("message_failed", exc)
                failed.append(record["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _bury(record: Mapping[str, Any], bury: Bury) -> None:
    """No worker could ever read it."""
    measure("message_unreadable", {"UnreadableMessages": 1})
    bury(str(record.get("body")))


def run_id_of(body: Any) -> str | None:
    """The run that a message names, None when it names none."""
    return id_of(body, "run_id")


def id_of(body: Any, name: str) -> str | None:
    """The UUID that a message calls `name`, None when there is none."""
    found = name_of(body, name)
    return found if found is not None and _UUID.fullmatch(found) else None


def gate_of(body: Any) -> str | None:
    """The gate that a message asks to probe, None when it asks for no probe."""
    return name_of(body, "probe")


def name_of(body: Any, name: str) -> str | None:
    """The text of up to 1,000 characters that a message calls `name`, None when there is none."""
    try:
        found = json.loads(body)[name]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return found if isinstance(found, str) and 0 < len(found) <= _LONGEST else None
