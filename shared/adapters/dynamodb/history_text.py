"""A line of a run's history as one short text, some sixty bytes long: the form in which the hot
item holds it.
"""

from shared.adapters.dynamodb import keys
from shared.records.gate import Reason
from shared.records.run import Actor, Engine, HistoryEntry, Status
from shared.runs.codes import EventCode, FailureCode

STATUS = {
    Status.QUEUED: "q",
    Status.RUNNING: "r",
    Status.WAITING: "w",
    Status.SUCCEEDED: "s",
    Status.FAILED: "f",
    Status.CANCELLED: "c",
}
STATUS_OF = {letter: status for status, letter in STATUS.items()}
_EPOCH = 1_767_225_600_000
"""2026-01-01T00:00:00Z; before it there is no run."""
_ENGINE = {Engine.WORKER: "", Engine.SWEEPER: "*"}
_BY_TEXT = {text: actor for actor, text in _ENGINE.items()}
_CODE: dict[str, str] = {
    EventCode.ARTIFACT_ATTACHED: "@a",
    EventCode.CONTINUATION: "@c",
    EventCode.EXECUTE_ASKED: "@e",
    EventCode.LEASE_LOST: "@l",
    EventCode.NEXT: "@n",
    Reason.WORKER_DISABLED: "@w",
    Reason.PAUSED: "@u",
    Reason.BUDGET: "@b",
    Reason.PROVIDER_OVERLOADED: "@o",
    Reason.PROVIDER_RATE_LIMITED: "@i",
    Reason.PROVIDER_SPEND_LIMIT: "@d",
    EventCode.RETRY: "@t",
    EventCode.SKIP_VALIDATION: "@s",
    FailureCode.LLM_ERROR: "@m",
    FailureCode.PERSISTENCE_ERROR: "@p",
    FailureCode.CONTEXT_FETCH_ERROR: "@f",
}
_EVENT = {short: code for code, short in _CODE.items()}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def history_text(entry: HistoryEntry, creator: str | None) -> str:
    """`at|actor|to|op|attempt|step|code|artifacts`, empty where None, trailing separators dropped.

    Times count from 2026 in base 36, the worker is empty, the run's creator `=`, and our own event
    codes two letters.
    """
    fields = [
        _base36(entry.at - _EPOCH),
        "=" if entry.actor == creator else actor_text(entry.actor),
        STATUS[entry.to],
        entry.op,
        "" if entry.attempt is None else str(entry.attempt),
        entry.step or "",
        _CODE.get(entry.code or "", entry.code or ""),
        ",".join(keys.pack(a) for a in entry.artifacts),
    ]
    return "|".join(fields).rstrip("|")


def history_entry(text: str, creator: str) -> HistoryEntry:
    """The entry that `history_text` wrote. Raises LookupError or ValueError for any other text.

    Fields behind the eighth are a later version's, and left alone.
    """
    at, actor, to, op, attempt, step, code, artifacts = (text.split("|") + [""] * 7)[:8]
    return HistoryEntry(
        int(at, 36) + _EPOCH,
        creator if actor == "=" else actor_from(actor),
        STATUS_OF[to],
        op,
        int(attempt) if attempt else None,
        step or None,
        _EVENT.get(code, code) or None,
        tuple(keys.unpack(a) for a in artifacts.split(",") if a),
    )


def actor_text(actor: Actor) -> str:
    return _ENGINE[actor] if isinstance(actor, Engine) else keys.pack(actor)


def actor_from(text: str) -> Actor:
    """No name packs to what stands for the engine."""
    return _BY_TEXT.get(text) or keys.unpack(text)


def _base36(number: int) -> str:
    digits = ""
    while number > 0 or not digits:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits
