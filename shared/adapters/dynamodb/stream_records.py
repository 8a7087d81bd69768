"""Records of the table's stream, as Lambda hands them over, in the words of shared.records.change.

Lambda's JSON holds binaries as base64; that is undone before an item is read.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain
from shared.adapters.dynamodb.run_codec import is_run, run_from
from shared.adapters.payload_store import ENTRY_NAMES, entry_from
from shared.errors import SPOILT, RunUnreadable
from shared.records.change import BudgetSpent, LedgerWritten, RunWritten, Told, Unread, Written
from shared.records.money import LedgerEntry
from shared.records.run import Run

Record = Mapping[str, Any]


def told(records: Iterable[Record]) -> Iterator[Told]:
    """The changes that somebody has to be told of, in their order. Nothing is told of deletions."""
    for record in records:
        change = _change(record["dynamodb"])
        if change is not None:
            yield Told(int(record["dynamodb"]["SequenceNumber"]), change)


def _change(data: Mapping[str, Any]) -> Written | None:
    new, pk, sk = data.get("NewImage"), data["Keys"]["pk"]["S"], data["Keys"]["sk"]["S"]
    if new is None:
        return None
    try:
        if pk.startswith("R#") and sk == keys.THING_SK and is_run(new):
            return RunWritten(_earlier_run(data.get("OldImage")), run_from(_decoded(new)))
        if pk.startswith("R#") and sk.startswith(keys.LEDGER):
            return _ledger(pk, data.get("OldImage"), new)
        if pk.startswith("B#") and sk.startswith(keys.SPENT):
            return _budget(pk, sk, data.get("OldImage"), new)
    except (RunUnreadable, *SPOILT):
        return Unread(keys.id_of(pk) if pk.startswith("R#") else "")
    return None


def _earlier_run(old: Item | None) -> Run | None:
    if old is None:
        return None
    try:
        return run_from(_decoded(old))
    except RunUnreadable:
        return None


def _ledger(pk: str, old: Item | None, new: Item) -> LedgerWritten:
    return LedgerWritten(keys.id_of(pk), None if old is None else _entry(old), _entry(new))


def _entry(image: Item) -> LedgerEntry:
    return entry_from(plain({name: image[name] for name in ENTRY_NAMES if name in image}))


def _budget(pk: str, sk: str, old: Item | None, new: Item) -> BudgetSpent:
    before, after = (plain({n: v for n, v in (i or {}).items() if "N" in v}) for i in (old, new))
    return BudgetSpent(
        keys.unpack(pk.removeprefix("B#")),
        keys.scope_of(sk),
        keys.span_of(sk),
        after.get("l", 0),
        before.get("su", 0) + before.get("un", 0),
        after.get("su", 0) + after.get("un", 0),
        before.get("l", 0),
    )


def _decoded(image: Item) -> Item:
    return {name: _value(value) for name, value in image.items()}


def _value(value: Mapping[str, Any]) -> Item:
    ((kind, held),) = value.items()
    if kind == "B":
        return {"B": base64.b64decode(held) if isinstance(held, str) else held}
    if kind == "BS":
        return {"BS": [base64.b64decode(one) if isinstance(one, str) else one for one in held]}
    if kind == "M":
        return {"M": _decoded(held)}
    if kind == "L":
        return {"L": [_value(one) for one in held]}
    return {kind: held}
