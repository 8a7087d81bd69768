"""The attributes of a run's item: what each field is called there, and how it is translated both
ways.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.adapters.dynamodb.history_text import STATUS, STATUS_OF, actor_from, actor_text
from shared.adapters.dynamodb.usage_text import usage_from, usage_text
from shared.records.money import NO_USAGE
from shared.records.run import Actor, Dispatch, PayloadRef, RecordRead
from shared.runs.canonical import canonical_json
from shared.workflows.definitions import DEFINITIONS

DISPATCH = {Dispatch.AUTO: "a", Dispatch.MANUAL: "m"}
_DISPATCH_OF = {letter: dispatch for dispatch, letter in DISPATCH.items()}
_WORKER_LESSEE = "+"
"""The worker as lessee: no name packs to it, and older servers refuse an empty text."""
_REQUIRED = object()
_LAST_MOMENT = 253_402_300_799_999
"""The end of the year 9999."""
Translate = Callable[[Any], Any]


def _same(kind: type) -> Translate:
    """A value that is stored as it is. Raises TypeError for one of another type."""

    def checked(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"not {kind.__name__}")
        return value

    return checked


@dataclass(frozen=True, slots=True)
class Attribute:
    """How one field of a run stands in its item. A field at its `absent` value is not stored."""

    name: str
    encode: Translate
    decode: Translate
    absent: Any = _REQUIRED


def moment(value: Any) -> int:
    """A count, or a moment that has a date. Raises TypeError, ValueError."""
    if type(value) is not int:
        raise TypeError("not a number")
    if not 0 <= value <= _LAST_MOMENT:
        raise ValueError("a number that is no count and no moment")
    return value


def _texts_from(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(type(one) is str for one in value):
        raise TypeError("not texts")
    return tuple(value)


def _number(name: str, absent: Any = _REQUIRED) -> Attribute:
    return Attribute(name, int, moment, absent)


def _workflow_from(name: Any) -> str:
    """Raises LookupError for a workflow that this version does not have."""
    return DEFINITIONS[name].name


def _text(name: str, absent: Any = _REQUIRED) -> Attribute:
    return Attribute(name, str, _same(str), absent)


def ref_bytes(ref: PayloadRef) -> bytes:
    return bytes.fromhex(ref.sha256) + ref.size.to_bytes(4, "big")


def ref_from(value: bytes) -> PayloadRef:
    return PayloadRef(value[:32].hex(), int.from_bytes(value[32:], "big"))


def _ref(name: str, absent: Any = _REQUIRED) -> Attribute:
    return Attribute(name, ref_bytes, ref_from, absent)


def _record_bytes(read: RecordRead) -> bytes:
    numbers = read.version.to_bytes(4, "big") + read.read_at.to_bytes(6, "big")
    return numbers + bytes.fromhex(read.sha256)


def _record_from(value: bytes) -> RecordRead:
    version, read_at = int.from_bytes(value[:4], "big"), int.from_bytes(value[4:10], "big")
    return RecordRead(version, value[10:].hex(), read_at)


def _lessee_text(actor: Actor) -> str:
    return actor_text(actor) or _WORKER_LESSEE


def _lessee_from(text: str) -> Actor:
    return actor_from("" if text == _WORKER_LESSEE else text)


def json_text(value: Mapping[str, Any]) -> str:
    return canonical_json(value).decode()


def object_from(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise TypeError("not an object")
    canonical_json(value)  # raises for what no answer of ours could hold
    return value


def _facts_from(text: str) -> dict[str, Any]:
    """A workflow's own facts; those with which the engine reckons are numbers."""
    facts = object_from(text)
    for name in ("max_attempts", "max_cost"):
        moment(facts.get(name, 0))
    return facts


ATTRIBUTES: Mapping[str, Attribute] = {
    "workflow": Attribute("w", str, _workflow_from),
    "gen": _text("ge"),
    "status": Attribute("st", STATUS.__getitem__, STATUS_OF.__getitem__),
    "dispatch": Attribute("d", DISPATCH.__getitem__, _DISPATCH_OF.__getitem__),
    "deadline_at": _number("dl"),
    "max_attempts": _number("m"),
    "input": _ref("i"),
    "fingerprint": Attribute("fp", bytes.fromhex, bytes.hex),
    "attempt": _number("a"),
    "fence": _number("f"),
    "claim_cost": _number("cc"),
    "round": _number("rd"),
    "available_at": _number("av"),
    "ring_after": _number("ra"),
    "ring_interval": _number("ri"),
    "start_at": _number("ss", None),
    "gate": _text("ga", None),
    "needed": _number("nd", None),
    "lessee": Attribute("le", _lessee_text, _lessee_from, None),
    "lease_until": _number("lu", None),
    "gate_until": _number("gu", None),
    "started_at": _number("sa", None),
    "completed_at": _number("ca", None),
    "erased_at": _number("ea", None),
    "output": _ref("ou", None),
    "error_code": _text("ec", None),
    "error_detail": _ref("ed", None),
    "usage": Attribute("u", usage_text, usage_from, NO_USAGE),
    "record": Attribute("rc", _record_bytes, _record_from, None),
    "warnings": Attribute("wa", list, _texts_from, ()),
    "tags": Attribute("tg", list, _texts_from, ()),
    "metadata": Attribute("md", json_text, object_from, {}),
    "attributes": Attribute("at", json_text, _facts_from, {}),
}
"""Field of a run -> attribute of its item.

Together with pk, sk, s, c, g, o, q, n, x, h and sp that is all there is.
"""


_INSTEAD: Mapping[str, tuple[str, Translate, Translate]] = {
    "input": ("iv", lambda ref: ref.data, PayloadRef.of),
    "output": (
        "oa",
        lambda ref: ref_bytes(ref) if ref.is_artifact else None,
        lambda value: replace(ref_from(value), is_artifact=True),
    ),
}
"""Field of a run -> the attribute in which it stands instead where that can be encoded (not None):
bytes that the reference holds itself, and the artifact that an output is.
"""
NAMES = frozenset(
    {*(one.name for one in ATTRIBUTES.values()), *(one[0] for one in _INSTEAD.values())}
)


def encoded(field: str, value: Any) -> dict[str, Any]:
    """A field as its attributes hold it; None for one that is left out."""
    attribute = ATTRIBUTES[field]
    plain = None if value == attribute.absent else attribute.encode(value)
    if field not in _INSTEAD:
        return {attribute.name: plain}
    name, encode, _ = _INSTEAD[field]
    instead = None if value is None else encode(value)
    return {attribute.name: plain if instead is None else None, name: instead}


def decoded(field: str, values: Mapping[str, Any]) -> Any:
    """A field of what an item holds. Raises KeyError where it must be there and is not, and what
    the translation raises for a spoilt value.
    """
    attribute = ATTRIBUTES[field]
    if attribute.name in values:
        return attribute.decode(values[attribute.name])
    if field in _INSTEAD and _INSTEAD[field][0] in values:
        return _INSTEAD[field][2](values[_INSTEAD[field][0]])
    if attribute.absent is _REQUIRED:
        raise KeyError(attribute.name)
    return attribute.absent
