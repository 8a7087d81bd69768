"""A run and its item, translated both ways by one table (run_attributes). The hot item stays at or
under 1 KB for a diagnosis lifecycle.

Attribute names are one or two letters; times are numbers; ids, hashes and refs are binary; a
history entry is one string. Lists' key attributes (s, c, g, o) hold organisation, subject, creator,
creation time and id, so those are stored once. An attribute that this table does not know is a
later version's: it is left where it is.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.history_text import history_entry, history_text
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.run_attributes import (
    ATTRIBUTES,
    NAMES,
    decoded,
    encoded,
    json_text,
    moment,
    object_from,
    ref_bytes,
    ref_from,
)
from shared.adapters.dynamodb.usage_text import usage_from, usage_text
from shared.errors import SPOILT, RunUnreadable
from shared.ports import Unreadable
from shared.records.run import Run, Status, StepRecord, Subject
from shared.runs.due import due_at

_KNOWN = frozenset({"o", "s", "c", "h", "sp", *NAMES})
"""Attributes that are read; what a later version added is left where it is, whatever its type."""
_RARE = frozenset({Status.FAILED, Status.CANCELLED})


def run_key(run_id: str) -> Item:
    return wire({"pk": keys.thing_pk(run_id), "sk": keys.THING_SK})


def run_item(run: Run) -> Item:
    """The whole item of a new run."""
    values: dict[str, Any] = {
        "pk": keys.thing_pk(run.id),
        "sk": keys.THING_SK,
        "o": keys.order(run.created_at, run.id),
        "s": keys.subject(run.org_id, run.subject.type, run.subject.id),
        "c": keys.creator(run.org_id, run.created_by),
        "g": keys.organisation(run.org_id),
        "h": [history_text(entry, run.created_by) for entry in run.history],
        "sp": {name: step_value(record) for name, record in {**run.steps, **run.spoiled}.items()},
    }
    for field in ATTRIBUTES:
        values |= encoded(field, getattr(run, field))
    indexed = rare_value(run.org_id, run.status) | due_values(run.id, due_at(run), run.gate)
    return wire({name: value for name, value in (values | indexed).items() if value is not None})


def rare_value(org_id: str, status: Status) -> dict[str, Any]:
    """The key of the list of rare ends in this status; None removes."""
    return {"x": keys.rare(org_id, status) if status in _RARE else None}


def due_values(run_id: str, due: int | None, gate: str | None) -> dict[str, Any]:
    """Where a run stands in the index of open runs: its partition, and a lower bound of its next
    moment; None removes.
    """
    partition = None if due is None else keys.due_partition(keys.open_shard(run_id), gate)
    return {"q": partition, "n": due}


def step_value(record: StepRecord) -> dict[str, Any]:
    values: dict[str, Any] = {"x": 1} if record.spoiled else {}
    if record.result:
        values["r"] = ref_bytes(record.result)
    if record.answer:
        values["a"] = _answer_bytes(record.answer)
    if record.usage:
        values["u"] = usage_text(record.usage)
    if record.metrics:
        values["m"] = json_text(record.metrics)
    return values


def _answer_bytes(key: str) -> bytes:
    """Of a ledger's key the request's hash and the round; the step is the record's own."""
    _, number, sha256 = key.split("#")
    return bytes.fromhex(sha256) + int(number).to_bytes(2, "big")


def _answer_from(step: str, value: bytes) -> str:
    return f"{step}#{int.from_bytes(value[32:], 'big')}#{value[:32].hex()}"


def _step(name: str, value: Mapping[str, Any]) -> StepRecord:
    return StepRecord(
        ref_from(value["r"]) if "r" in value else None,
        usage_from(value["u"]) if "u" in value else None,
        object_from(value.get("m", "{}")),
        "x" in value,
        _answer_from(name, value["a"]) if "a" in value else None,
    )


def is_run(item: Mapping[str, Any]) -> bool:
    """Other things that were created live under keys of the same form; they say their kind."""
    return "k" not in item


def run_from(item: Mapping[str, Any]) -> Run:
    """The run that an item (typed form) holds. Raises RunUnreadable."""
    try:
        return _run(plain({name: item[name] for name in _KNOWN if name in item}))
    except SPOILT as exc:
        raise RunUnreadable("an item is no run that can be read", _named(item)) from exc


def readable(item: Mapping[str, Any]) -> Run | Unreadable:
    """The run that an item holds, or what its keys tell of one that this version cannot read."""
    try:
        return run_from(item)
    except RunUnreadable as exc:
        found: Unreadable = exc.found
        return found


def _named(item: Mapping[str, Any]) -> Unreadable:
    """What the keys of an item tell of it, each where it can be read."""
    facts: dict[str, Any] = {}
    for name, tell in (("g", _told_org), ("s", _told_subject), ("c", _told_creator),
                       ("o", _told_order)):  # fmt: skip
        with suppress(*SPOILT):
            facts |= tell(plain({name: item[name]})[name])
    return Unreadable(keys.id_of(item["pk"]["S"]), **facts)


def _told_org(value: str) -> dict[str, Any]:
    return {"org_id": keys.unpack(value.split("#")[1])}


def _told_subject(value: str) -> dict[str, Any]:
    _, _, kind, subject_id = value.split("#")
    return {"subject": Subject(kind, keys.unpack(subject_id))}


def _told_creator(value: str) -> dict[str, Any]:
    return {"created_by": keys.unpack(value.split("#")[2])}


def _told_order(value: bytes) -> dict[str, Any]:
    created_at, _ = keys.from_order(value)
    return {"created_at": moment(created_at), "place": value.hex()}


def _run(v: Mapping[str, Any]) -> Run:
    created_at, run_id = keys.from_order(v["o"])
    _, org, kind, subject_id = v["s"].split("#")
    created_by = keys.unpack(v["c"].split("#")[2])
    steps = {name: _step(name, value) for name, value in v["sp"].items()}
    history = tuple(history_entry(text, created_by) for text in v["h"])
    if not history:
        raise ValueError("a run without a history")
    for at in (created_at, *(entry.at for entry in history)):
        moment(at)
    return Run(
        id=run_id,
        org_id=keys.unpack(org),
        subject=Subject(kind, keys.unpack(subject_id)),
        created_by=created_by,
        created_at=created_at,
        history=history,
        steps={name: step for name, step in steps.items() if not step.spoiled},
        spoiled={name: step for name, step in steps.items() if step.spoiled},
        **{field: decoded(field, v) for field in ATTRIBUTES},
    )
