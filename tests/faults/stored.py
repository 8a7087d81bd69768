"""Runs as they are stored, read without the code that wrote them: what the watcher judges. Knows attribute names, no rule."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import ATTRIBUTE, STATUS
from shared.runs.records import Status
from tests.faults.aws import Key
from tests.faults.expressions import Item

STATUS_OF = {letter: status for status, letter in STATUS.items()}
_TERMINAL = {STATUS[s] for s in (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)}
_NAMED = ("i", "ou", "ed")


class Line(NamedTuple):
    """One history entry as written."""

    at: int
    actor: str
    to: str
    op: str
    attempt: str
    step: str
    code: str


def is_run(key: Key, item: Mapping[str, Any]) -> bool:
    return key[1] == keys.THING_SK and "k" not in item and "h" in item


def number(item: Item, field: str) -> int:
    """A field of a run, 0 when it is not there."""
    held = item.get(ATTRIBUTE[field])
    return int(held["N"]) if held else 0


def status(item: Item) -> str:
    return str(item["st"]["S"])


def has_ended(item: Item) -> bool:
    return item["st"]["S"] in _TERMINAL


def history(item: Item) -> list[Line]:
    return [line(entry["S"]) for entry in item["h"]["L"]]


def line(text: str) -> Line:
    at, actor, to, op, attempt, step, code = (text.split("|") + [""] * 6)[:7]
    return Line(int(at), actor, to, op, attempt, step, code)


def run_id(item: Item) -> str:
    return keys.from_order(bytes(item["o"]["B"]))[1]


def due_at(item: Item) -> int | None:
    """When the sweeper has to do something about the run next; None when it has ended."""
    if has_ended(item):
        return None
    moments = [number(item, "deadline_at")]
    letter = status(item)
    if letter == STATUS[Status.QUEUED] and item["d"]["S"] == "a":
        moments.append(number(item, "ring_after"))
    if letter == STATUS[Status.RUNNING]:
        moments.append(number(item, "lease_until"))
    if letter == STATUS[Status.WAITING]:
        moments.append(number(item, "gate_until"))
    return min(moments)


def named_payloads(item: Item) -> dict[str, tuple[str, int]]:
    """Where the run names a payload -> (sha256, size)."""
    found = {name: item[name]["B"] for name in _NAMED if name in item}
    found |= {f"sp.{step}": held["M"]["r"]["B"] for step, held in item["sp"]["M"].items() if "r" in held["M"]}
    return {place: (bytes(ref[:32]).hex(), int.from_bytes(ref[32:], "big")) for place, ref in found.items()}


def named_artifacts(item: Item) -> list[str]:
    return [held["S"] for held in item["ar"]["L"]]
