"""boto3 clients as the adapters see them: the in-memory AWS behind botocore's standard retries,
with faults at every call.

Each call is one point at which processes hand over, one index of the history, and one place where
the plan may strike.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.faults.aws import OPERATIONS
from tests.faults.buckets import refusal
from tests.faults.faults import MODEL, READ, SEND, SLOW_MS, WRITE, Fault, Plan
from tests.faults.scheduler import Killed, Process, Scheduler

TRIES = 4
READ_TIMEOUT_MS = 10_000
_SORTS = {
    "get_item": READ,
    "batch_get_item": READ,
    "query": READ,
    "get_object": READ,
    "send_message": SEND,
}
_LOST_REPLY, _LOST_CALL, _THROTTLED, _FREEZE = "lost reply", "lost call", "throttled", "freeze"
_TRIES: Mapping[str, tuple[str, ...]] = {
    "timeout": (_LOST_CALL,),
    "timeout_applied": (_LOST_REPLY,),
    "throttle": (_THROTTLED,),
    "outage": (_THROTTLED, _LOST_CALL, _LOST_CALL, _THROTTLED),
    "outage_applied": (_LOST_REPLY, _LOST_CALL, _LOST_CALL, _LOST_CALL),
    "zombie": (_FREEZE,),
    "zombie_retry": (_LOST_REPLY, _FREEZE),
}
"""What becomes of a call's tries under a fault; those after the last one named succeed."""
Hook = Callable[[Process | None, str, Mapping[str, Any], Fault | None], None]


class Calls:
    """Every call of a history.

    `sorts` says of each what it was; `milestones` counts what zombies wait for.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        plan: Plan,
        latency: Callable[[], int],
        before: Hook,
        trace: list[str] | None,
    ) -> None:
        self._scheduler, self._plan, self._latency, self._before, self._trace = (
            scheduler,
            plan,
            latency,
            before,
            trace,
        )
        self.sorts: list[str] = []
        self.faults: list[Fault] = []
        self.milestones: Counter[str] = Counter()
        self.last_fault_at = 0

    def client(self, service: str, backend: Any) -> Any:
        """An object with the backend's operations, each behind retries and faults."""
        return type(
            service,
            (),
            {
                name: staticmethod(partial(self._call, name, getattr(backend, name)))
                for name in OPERATIONS[service]
            },
        )()

    def strike(self, sort: str) -> Fault | None:
        """Count a call of the running process, let others act, and say which fault meets it.

        Calls outside of processes meet none.
        """
        process = self._scheduler.current
        if process is None:
            return None
        self._scheduler.pause(self._latency())
        struck = self._plan.fault_at(len(self.sorts), sort)
        self.sorts.append(sort)
        if struck is not None:
            self.faults.append(struck)
            self.last_fault_at = self._scheduler.now
            process.scars.append(str(struck))
        return struck

    def freeze(self, wake: str) -> None:
        """Stop the running process until what it sleeps through has happened."""
        if wake.startswith("+"):
            until = len(self.sorts) + int(wake[1:])
            self._scheduler.freeze(lambda: len(self.sorts) >= until)
        else:
            seen = self.milestones[wake]
            self._scheduler.freeze(lambda: self.milestones[wake] > seen)

    def note(self, text: str) -> None:
        """A line of the history's trace."""
        if self._trace is not None:
            process = self._scheduler.current
            self._trace.append(
                f"{self._scheduler.now:>15,} {len(self.sorts) - 1:>4} "
                f"{process.name if process else '-':<12} {text}"
            )

    def _call(self, operation: str, apply: Callable[..., Any], **request: Any) -> Any:
        sort = _SORTS.get(operation, WRITE)
        struck = self.strike(sort)
        self._before(self._scheduler.current, operation, request, struck)
        if self._trace is not None:
            self.note(f"{operation} {_brief(request)}{f'   <-- {struck}' if struck else ''}")
        if struck is None:
            return apply(**request)
        if struck.kind == "crash_before":
            raise Killed
        if struck.kind == "slow":
            self._scheduler.pause(SLOW_MS)
        elif struck.kind == "crash_after":
            _lost(apply, request)
            raise Killed
        elif struck.kind == "twice":
            apply(**request)
        elif struck.kind == "lost":
            return {"MessageId": "lost"}
        elif struck.kind == "late":
            self._scheduler.at(
                self._scheduler.now + int(struck.wake) * 1_000, partial(_lost, apply, request)
            )
            return {"MessageId": "late"}
        return self._try(operation, apply, request, struck)

    def _try(
        self, operation: str, apply: Callable[..., Any], request: Mapping[str, Any], struck: Fault
    ) -> Any:
        """The SDK's tries: what times out or is throttled is tried again, what the service refuses
        is not.
        """
        fates = _TRIES.get(struck.kind, ())
        error: Exception
        for number in range(TRIES):
            fate = fates[number] if number < len(fates) else None
            if fate is None or fate == _FREEZE:
                if fate == _FREEZE:
                    self.freeze(struck.wake)
                return apply(**request)
            if fate == _THROTTLED:
                error = refusal(
                    "SlowDown" if operation.endswith("object") else "ThrottlingException", operation
                )
            else:
                if fate == _LOST_REPLY:
                    _lost(apply, request)
                self._scheduler.pause(READ_TIMEOUT_MS)
                error = ReadTimeoutError(endpoint_url="https://aws.invalid")
            self._scheduler.pause(500 << number)
        raise error


def _lost(apply: Callable[..., Any], request: Mapping[str, Any]) -> None:
    """Apply a call whose answer nobody hears."""
    try:
        apply(**request)
    except ClientError:
        return


def _brief(request: Mapping[str, Any]) -> str:
    """What a line of a trace says of a request."""
    key = request.get("Key") or request.get("Item")
    if isinstance(key, str):
        return key[-20:]
    if key is not None:
        return f"{key['pk']['S'][-6:]} {key['sk']['S'][:24]} {_history_entry(request)}"
    return str(
        request.get("MessageBody")
        or request.get("IndexName")
        or list(request.get("RequestItems", ()))
    )


def _history_entry(request: Mapping[str, Any]) -> str:
    appended = [
        value["L"][0].get("S", "")
        for value in request.get("ExpressionAttributeValues", {}).values()
        if value.get("L")
    ]
    return " ".join(text for text in appended if "|" in text)


__all__ = ["MODEL", "Calls", "Hook"]
