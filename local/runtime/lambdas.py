"""Invokes handlers as Lambda does: an event and a context in, JSON out, errors as a type and a
message, a time limit.

Here: what both ways of running share, and the one for API functions and schedules, threads of this
process. Functions that take from a queue run in processes of their own (worker_process.py). It must
never know what an event means.
"""

import importlib
import json
import os
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from local.errors import FunctionFailed, FunctionTimedOut, LocalStackError
from local.template.blueprint import Function
from local.template.intrinsics import ACCOUNT, REGION

PAYLOAD_LIMIT = 6 * 1024 * 1024
Handler = Callable[[Any, Any], Any]


class Hooks(Protocol):
    """What the stack asks of the module that wires the product (shared.bootstrap), in every process
    that runs handlers.
    """

    def use_clock(self, clock: Any) -> None: ...
    def use_step_probe(self, probe: Any) -> None: ...
    def reset(self) -> None: ...


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """What a handler gets as its second argument; names as the Python runtime has them."""

    function_name: str
    memory_limit_in_mb: str
    timeout: float
    seconds: Callable[[], float]
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    _deadline: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "_deadline", self.seconds() + self.timeout)

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - self.seconds()) * 1000))


def load_handler(path: str) -> Handler:
    """The function that a Handler property names: `package.module.function`. Raises LocalStackError
    when there is none.
    """
    module, _, name = path.rpartition(".")
    try:
        return cast(Handler, getattr(importlib.import_module(module), name))
    except (ImportError, AttributeError) as exc:
        raise LocalStackError(f"the handler {path} cannot be loaded: {exc}") from exc


def load_hooks(module: str) -> Hooks:
    return cast(Hooks, importlib.import_module(module))


def call(handler: Handler, event: Any, context: LambdaContext) -> str:
    """The JSON of what the handler returns.

    Raises FunctionFailed for whatever goes wrong, as the runtime reports it.

    Python's runtime writes UTF-8 and no escapes since 3.12, and Lambda counts its bytes.
    """
    try:
        text = json.dumps(handler(event, context), ensure_ascii=False)
        size = len(text.encode())
    # the runtime's own outermost wrapper: a handler's every exception is its function's error
    except Exception as exc:
        traceback.print_exc()
        raise FunctionFailed(type(exc).__name__, str(exc)) from exc
    if size > PAYLOAD_LIMIT:
        raise FunctionFailed(
            "Function.ResponseSizeTooLarge",
            f"Response payload size exceeded maximum allowed size ({PAYLOAD_LIMIT})",
        )
    return text


def union_environment(functions: Mapping[str, Function]) -> dict[str, str]:
    """The variables of all functions that share this process.

    Raises LocalStackError where two disagree about one.
    """
    union: dict[str, str] = {}
    owner: dict[str, str] = {}
    for function in functions.values():
        for name, value in function.environment.items():
            if union.setdefault(name, value) != value:
                raise LocalStackError(
                    f"{function.name} and {owner[name]} give {name} different values, but "
                    f"share one process in the local stack"
                )
            owner.setdefault(name, function.name)
    return union


class InProcess:
    """Handlers in threads of this process.

    A late one is answered for, but its thread goes on: a thread cannot be killed.

    Its time limit runs in real time, so that a jump of the clock does not end a request that
    computes.
    """

    def __init__(self, functions: Mapping[str, Function], hooks: Hooks) -> None:
        self._functions = functions
        self._hooks = hooks
        self._handlers: dict[str, Handler] = {}
        self._starting = threading.Lock()

    def load(self) -> None:
        """Import every handler now, so that a broken one stops the stack at its start and not a
        request later.
        """
        for function in self._functions.values():
            self._handlers[function.name] = load_handler(function.handler)

    def change_environment(self, variables: Mapping[str, str]) -> None:
        os.environ.update(variables)
        self._hooks.reset()

    def invoke(self, name: str, event: Any, limit: float | None = None) -> Any:
        """What the function returned.

        Raises FunctionFailed, or FunctionTimedOut after its Timeout or `limit` seconds.
        """
        function = self._functions[name]
        timeout = min(function.timeout, limit or function.timeout)
        context = LambdaContext(function.name, str(function.memory), timeout, time.monotonic)
        outcome = _Outcome(self._handler(function), event, context)
        threading.Thread(target=outcome.run, name=function.name, daemon=True).start()
        return outcome.result(timeout)

    def _handler(self, function: Function) -> Handler:
        if function.name not in self._handlers:
            with self._starting:
                self._handlers[function.name] = load_handler(function.handler)
        return self._handlers[function.name]


class _Outcome:
    def __init__(self, handler: Handler, event: Any, context: LambdaContext) -> None:
        self._work = (handler, event, context)
        self._done = threading.Event()
        self._text = ""
        self._failure: FunctionFailed | None = None

    def run(self) -> None:
        try:
            self._text = call(*self._work)
        except FunctionFailed as failure:
            self._failure = failure
        except SystemExit as left:
            self._failure = FunctionFailed(
                "Runtime.ExitError", f"the handler left with status {left.code}"
            )
        self._done.set()

    def result(self, timeout: float) -> Any:
        context = self._work[2]
        if not self._done.wait(timeout):
            raise FunctionTimedOut(
                f"{context.function_name} {context.aws_request_id} timed out after "
                f"{timeout:.2f} seconds"
            )
        if self._failure is not None:
            raise self._failure
        return json.loads(self._text)
