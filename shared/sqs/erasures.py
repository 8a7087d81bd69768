"""Messages of the eraser's queue: a run's id, or an organisation at whose retention to look."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.sqs.messages import Bury, Execute, again, execute_or_probe, name_of


def deliver_erasures(
    records: Sequence[Mapping[str, Any]],
    execute: Execute,
    retain: Callable[[str], None],
    bury: Bury,
) -> dict[str, Any]:
    """The ids of the messages that must be delivered again, as Lambda wants them."""

    def work(record: Mapping[str, Any]) -> None:
        org_id = organisation_of(record.get("body"))
        if org_id is None:
            execute_or_probe(record, execute, lambda gate: None, bury)
        else:
            retain(org_id)

    return again(records, work)


def organisation_of(body: Any) -> str | None:
    """The organisation that a message names, None when it names none."""
    return name_of(body, "retain")
