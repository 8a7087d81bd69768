"""Every translation between a run and its packed item. The hot item stays at or under 1 KB for a diagnosis lifecycle.

Attribute names are one or two letters; times are numbers; ids, hashes and refs are binary; a history entry is one
string of `|`-separated fields. Lists' key attributes (s, c, g, o) hold organisation, subject, creator, creation time
and id, so those are stored once.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from shared.adapters.dynamodb import keys
from shared.errors import RunUnreadable
from shared.runs.canonical import canonical_json
from shared.runs.codes import EventCode, FailureCode
from shared.runs.records import (
    TERMINAL,
    Actor,
    Dispatch,
    Engine,
    HistoryEntry,
    PayloadRef,
    Run,
    Status,
    StepRecord,
    Subject,
    TokenUsage,
    Usage,
)

Item = dict[str, Any]

STATUS = {Status.QUEUED: "q", Status.RUNNING: "r", Status.WAITING: "w", Status.SUCCEEDED: "s", Status.FAILED: "f", Status.CANCELLED: "c"}
_STATUS = {letter: status for status, letter in STATUS.items()}
DISPATCH = {Dispatch.AUTO: "a", Dispatch.MANUAL: "m", Dispatch.HELD: "h"}
_DISPATCH = {letter: dispatch for dispatch, letter in DISPATCH.items()}
_RARE = frozenset({Status.FAILED, Status.CANCELLED})

ATTRIBUTE = {
    "status": "st", "dispatch": "d", "deadline_at": "dl", "max_attempts": "m", "input": "i", "fingerprint": "fp", "gen": "ge",
    "attempt": "a", "fence": "f", "claim_cost": "cc", "round": "rd", "available_at": "av", "ring_after": "ra", "ring_interval": "ri",
    "lessee": "le", "lease_until": "lu", "gate_until": "gu", "started_at": "sa", "completed_at": "ca", "isolated": "is",
    "output": "ou", "error_code": "ec", "error_detail": "ed", "usage": "u", "workflow": "w", "tags": "tg",
    "metadata": "md", "attributes": "at",
}  # fmt: skip
"""Field of a run -> attribute of its item. Together with pk, sk, s, c, g, o, q, x, h and sp that is all there is."""

_EPOCH = 1_767_225_600_000
"""2026-01-01T00:00:00Z; before it there is no run."""
_FAMILY = "claude-"
_ENGINE = {Engine.WORKER: "", Engine.SWEEPER: "*"}
_LESSEE = "+"
"""The worker as lessee: no name packs to it, and older servers refuse an empty text."""
_BY_TEXT = {text: actor for actor, text in _ENGINE.items()}
_CODE: dict[str, str] = {
    EventCode.ARTIFACT_ATTACHED: "@a", EventCode.CONTINUATION: "@c", EventCode.EXECUTE_ASKED: "@e", EventCode.HELD: "@h",
    EventCode.LEASE_LOST: "@l", EventCode.NEXT: "@n", EventCode.RESUMED: "@r", EventCode.RETRY: "@t", EventCode.SKIP_VALIDATION: "@s",
    FailureCode.LLM_ERROR: "@m", FailureCode.PERSISTENCE_ERROR: "@p", FailureCode.CONTEXT_FETCH_ERROR: "@f",
}  # fmt: skip
_EVENT = {short: code for code, short in _CODE.items()}

_serializer, _deserializer = TypeSerializer(), TypeDeserializer()


def wire(values: Mapping[str, Any]) -> Item:
    """Python values to DynamoDB's typed form."""
    return {name: _serializer.serialize(value) for name, value in values.items()}


def plain(item: Mapping[str, Any]) -> Item:
    """DynamoDB's typed form to Python values: whole numbers are int, binaries bytes."""
    return {name: _simple(_deserializer.deserialize(value)) for name, value in item.items()}


def _simple(value: Any) -> Any:
    if isinstance(value, list):
        return [_simple(v) for v in value]
    if isinstance(value, dict):
        return {k: _simple(v) for k, v in value.items()}
    if hasattr(value, "as_tuple"):
        return int(value)
    return bytes(value.value) if hasattr(value, "value") else value


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
    for name in ATTRIBUTE:
        encoded = field_value(name, getattr(run, name))
        if encoded is not None:
            values[ATTRIBUTE[name]] = encoded
    values |= {name: value for name, value in index_values(run.id, run.org_id, run.status).items() if value is not None}
    return wire(values)


def index_values(run_id: str, org_id: str | None, status: Status) -> dict[str, str | None]:
    """The sparse indexes' keys in this status: open runs for the sweeper, rare ends for the lists. None removes.

    A claim has read nothing, so it has no org_id, and it changes no index.
    """
    if org_id is None:
        return {}
    return {
        "q": None if status in TERMINAL else keys.open_shard(run_id),
        "x": keys.rare(org_id, status) if status in _RARE else None,
    }


def field_value(name: str, value: Any) -> Any:
    """A field as its attribute holds it; None when the attribute is left out."""
    if value is None or value is False or value in ((), {}):
        return None
    if isinstance(value, Status):
        return STATUS[value]
    if isinstance(value, Dispatch):
        return DISPATCH[value]
    if isinstance(value, PayloadRef):
        return _ref_bytes(value)
    if isinstance(value, Usage):
        return usage_text(value) or None
    return _special(name, value)


def _special(name: str, value: Any) -> Any:
    if name == "fingerprint":
        return bytes.fromhex(value)
    if name == "lessee":
        return _actor_text(value) or _LESSEE
    if name == "tags":
        return list(value)
    if name in ("metadata", "attributes"):
        return canonical_json(value).decode()
    return int(value) if isinstance(value, bool) else value


def _ref_bytes(ref: PayloadRef) -> bytes:
    return bytes.fromhex(ref.sha256) + ref.size.to_bytes(4, "big")


def _ref(value: bytes | None) -> PayloadRef | None:
    return None if value is None else PayloadRef(bytes(value[:32]).hex(), int.from_bytes(value[32:], "big"))


def usage_text(usage: Usage) -> str:
    """Nine fields joined by spaces, nothing for a 0, the model last, without its family's name; empty for no usage at all."""
    if usage == Usage():
        return ""
    t = usage.tokens
    counts = [usage.calls, usage.reused_calls, t.input_tokens, t.output_tokens, t.cache_read_tokens, t.cache_write_tokens]
    model = (usage.model or "").replace(_FAMILY, "~", 1) if (usage.model or "").startswith(_FAMILY) else usage.model or ""
    return " ".join([*(str(n or "") for n in (*counts, usage.cost, usage.saved)), model])


def usage_from(text: str | None) -> Usage:
    if not text:
        return Usage()
    *numbers, model = text.split(" ", 8)
    calls, reused, i, o, cr, cw, cost, saved = (int(number or 0) for number in numbers)
    model = _FAMILY + model[1:] if model.startswith("~") else model
    return Usage(model or None, calls, reused, TokenUsage(i, o, cr, cw), cost, saved)


def step_value(record: StepRecord) -> dict[str, Any]:
    values: dict[str, Any] = {"x": 1} if record.spoiled else {}
    if record.result:
        values["r"] = _ref_bytes(record.result)
    if record.usage:
        values["u"] = usage_text(record.usage)
    if record.metrics:
        values["m"] = canonical_json(record.metrics).decode()
    return values


def _step(value: Mapping[str, Any]) -> StepRecord:
    usage = usage_from(value["u"]) if "u" in value else None
    return StepRecord(_ref(value.get("r")), usage, json.loads(value.get("m", "{}")), "x" in value)


def history_text(entry: HistoryEntry, creator: str | None) -> str:
    """`at|actor|to|op|attempt|step|code|artifacts`, empty where None, trailing separators dropped.

    Times count from 2026 in base 36, the worker is empty, the run's creator `=`, and our own event codes two letters.
    """
    fields = [
        _base36(entry.at - _EPOCH),
        "=" if entry.actor == creator else _actor_text(entry.actor),
        STATUS[entry.to],
        entry.op,
        "" if entry.attempt is None else str(entry.attempt),
        entry.step or "",
        _CODE.get(entry.code or "", entry.code or ""),
        ",".join(keys.pack(a) for a in entry.artifacts),
    ]
    return "|".join(fields).rstrip("|")


def _actor_text(actor: Actor) -> str:
    return _ENGINE[actor] if isinstance(actor, Engine) else keys.pack(actor)


def _base36(number: int) -> str:
    digits = ""
    while number > 0 or not digits:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits


def _history(text: str, creator: str) -> HistoryEntry:
    at, actor, to, op, attempt, step, code, artifacts = (text.split("|") + [""] * 7)[:8]
    return HistoryEntry(
        int(at, 36) + _EPOCH,
        creator if actor == "=" else _actor(actor),
        _STATUS[to],
        op,
        int(attempt) if attempt else None,
        step or None,
        _EVENT.get(code, code) or None,
        tuple(keys.unpack(a) for a in artifacts.split(",") if a),
    )


def _actor(text: str) -> Actor:
    """No name packs to what stands for the engine."""
    return _BY_TEXT.get(text) or keys.unpack(text)


def is_run(item: Mapping[str, Any]) -> bool:
    """Other things that were created live under keys of the same form; they say their kind."""
    return "k" not in item


def run_from(item: Mapping[str, Any]) -> Run:
    """The run that an item (typed form) holds. Raises RunUnreadable."""
    try:
        return _run(plain(item))
    except (LookupError, TypeError, ValueError, AttributeError) as exc:
        raise RunUnreadable("an item is no run that can be read") from exc


def _run(v: Mapping[str, Any]) -> Run:
    created_at, run_id = keys.from_order(v["o"])
    _, org, kind, subject_id = v["s"].split("#")
    numbers = ("attempt", "fence", "round", "available_at", "ring_after", "ring_interval")
    created_by = keys.unpack(v["c"].split("#")[2])
    optional = ("lease_until", "gate_until", "started_at", "completed_at", "error_code")
    plain_fields: dict[str, Any] = {name: v.get(ATTRIBUTE[name], 0) for name in numbers}
    plain_fields |= {name: v.get(ATTRIBUTE[name]) for name in optional}
    return Run(
        id=run_id,
        org_id=keys.unpack(org),
        workflow=v["w"],
        subject=Subject(kind, keys.unpack(subject_id)),
        created_by=created_by,
        created_at=created_at,
        gen=v["ge"],
        status=_STATUS[v["st"]],
        dispatch=_DISPATCH[v["d"]],
        deadline_at=v["dl"],
        max_attempts=v["m"],
        input=cast(PayloadRef, _ref(v["i"])),
        fingerprint=v["fp"].hex(),
        history=tuple(_history(text, created_by) for text in v["h"]),
        claim_cost=v.get("cc", 0),
        lessee=_actor(v["le"].removeprefix(_LESSEE)) if "le" in v else None,
        isolated=bool(v.get("is")),
        steps={name: _step(value) for name, value in v["sp"].items() if "x" not in value},
        spoiled={name: _step(value) for name, value in v["sp"].items() if "x" in value},
        output=_ref(v.get("ou")),
        error_detail=_ref(v.get("ed")),
        usage=usage_from(v.get("u")),
        tags=tuple(v.get("tg", ())),
        metadata=json.loads(v.get("md", "{}")),
        attributes=json.loads(v.get("at", "{}")),
        **plain_fields,
    )
