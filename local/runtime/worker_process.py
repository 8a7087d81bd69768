"""One execution environment of a function, as Lambda has them: a process of its own, warm between
invocations, one at a time.

A killed or late one really dies, whatever it was doing. This file holds both ends of the pipe
between stack and process.
"""

import contextlib
import io
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from ctypes import c_double
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import parent_process
from pathlib import Path
from typing import Any, cast

from local.aws.in_process_calls import every_client
from local.aws.recorded import recorder
from local.clock.stack_clock import StackClock
from local.errors import FunctionFailed
from local.runtime.lambdas import (
    LambdaContext,
    call,
    load_handler,
    load_hooks,
)
from local.template.blueprint import Function

KILLED = 137
STDOUT, STDERR = 1, 2
CPU_TICK = 0.1


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """All that a new process is told.

    `unset`: variables of other functions that it would inherit; `kill_file`: see Kill.
    """

    function: Function
    environment: Mapping[str, str]
    unset: frozenset[str]
    hooks: str
    log_file: Path
    kill_file: Path


@dataclass(frozen=True, slots=True)
class Kill:
    """`{"kill_at": step}` or `{"kill_after": step}`, armed as a file: whoever unlinks it dies, so
    it takes one process and no lock.
    """

    file: Path

    def arm(self, order: Mapping[str, str]) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(order), encoding="utf-8")
        fresh.replace(self.file)

    def armed(self) -> dict[str, str]:
        try:
            order: dict[str, str] = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return order

    def before(self, step: str) -> None:
        self._die_if({"kill_at": step})

    def after(self, step: str) -> None:
        self._die_if({"kill_after": step})

    def _die_if(self, order: Mapping[str, str]) -> None:
        if self.armed() == order:
            with contextlib.suppress(FileNotFoundError):
                self.file.unlink()
                os._exit(KILLED)


class WorkerProcess:
    """The stack's end.

    `wake` is called, from another thread, when an answer has come or the process is gone.
    """

    def __init__(self, spec: ProcessSpec, offset: c_double, wake: Callable[[], None]) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._cpu = spawn.RawValue(c_double, 0.0)
        self._process = spawn.Process(
            target=_serve,
            args=(theirs, spec, offset, self._cpu),
            name=spec.function.name,
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self._wake = wake
        self._answer: tuple[str, ...] | None = None
        self.alive = True
        threading.Thread(
            target=self._read, name=f"{spec.function.name}-answers", daemon=True
        ).start()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def cpu_seconds(self) -> float:
        """What it has computed so far; one that only waits for an answer does not move."""
        return self._cpu.value

    def send(self, event: Any, variables: Mapping[str, str]) -> None:
        """Start an invocation. `variables` are those that changed since the process began."""
        self._answer = None
        try:
            self._pipe.send((event, dict(variables)))
        except OSError:
            self._gone()

    def answered(self) -> bool:
        return self._answer is not None

    def answer(self) -> Any:
        """What the function returned.

        Raises FunctionFailed; its type is Runtime.ExitError when the process died.
        """
        assert self._answer is not None, "asked before it had answered"
        kind, *rest = self._answer
        if kind == "error":
            raise FunctionFailed(*rest)
        return json.loads(rest[0])

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self.alive = False

    def _read(self) -> None:
        while True:
            try:
                self._answer = self._pipe.recv()
            except (EOFError, OSError):
                break
            self._wake()
        self._gone()

    def _gone(self) -> None:
        self.alive = False
        if self._answer is None:
            self._process.join()
            self._answer = (
                "error",
                "Runtime.ExitError",
                f"the process ended with status {self._process.exitcode}",
            )
        self._wake()


class ProcessPool:
    """A function's execution environments: a warm one is taken before a new one is made.

    All its event sources share them.
    """

    def __init__(self, new_process: Callable[[], WorkerProcess]) -> None:
        self._new_process = new_process
        self._changes = threading.Lock()
        self._idle: list[WorkerProcess] = []
        self._all: list[WorkerProcess] = []

    def take(self) -> WorkerProcess:
        with self._changes:
            while self._idle:
                if (warm := self._idle.pop()).alive:
                    return warm
            self._all = [process for process in self._all if process.alive]
            self._all.append(self._new_process())
            return self._all[-1]

    def give_back(self, process: WorkerProcess) -> None:
        """Dead ones too, which are forgotten; their successor is started at once, as the next
        invocation is likely its retry.
        """
        if not process.alive:
            process = self.take()
        with self._changes:
            self._idle.append(process)

    def cpu_seconds(self) -> float:
        with self._changes:
            return sum(process.cpu_seconds for process in self._all)

    def stop(self) -> None:
        with self._changes:
            for process in self._all:
                process.kill()


def _serve(pipe: Connection, spec: ProcessSpec, offset: c_double, cpu: c_double) -> None:
    """The process's end: import the handler once, then answer one invocation after the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    threading.Thread(target=_report_cpu, args=(cpu,), daemon=True).start()
    _log_to(spec.log_file)
    for name in spec.unset:
        os.environ.pop(name, None)
    os.environ.update(spec.environment)
    clock = StackClock(offset, follower=True)
    with every_client(recorder(spec.function.name)):
        runtime = _Runtime(spec, clock)
        while True:
            try:
                event, variables = pipe.recv()
            except EOFError:
                return
            pipe.send(runtime.invoke(event, variables))


class _Runtime:
    def __init__(self, spec: ProcessSpec, clock: StackClock) -> None:
        self._spec = spec
        self._clock = clock
        self._hooks = load_hooks(spec.hooks)
        self._changed: dict[str, str] = {}
        self._plug_in()
        self._handler = load_handler(spec.function.handler)

    def invoke(self, event: Any, variables: dict[str, str]) -> tuple[str, ...]:
        if variables != self._changed:
            os.environ.update(variables)
            self._changed = variables
            self._hooks.reset()
            self._plug_in()
        function = self._spec.function
        context = LambdaContext(
            function.name, str(function.memory), function.timeout, self._clock.now
        )
        try:
            return ("ok", call(self._handler, event, context))
        except FunctionFailed as failure:
            return ("error", failure.kind, failure.message)

    def _plug_in(self) -> None:
        self._hooks.use_clock(self._clock)
        self._hooks.use_step_probe(Kill(self._spec.kill_file))


def _follow_parent() -> None:
    """Die with the stack, even when it is killed and can tell nobody."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _report_cpu(cpu: c_double) -> None:
    while True:
        cpu.value = time.process_time()
        time.sleep(CPU_TICK)


def _log_to(file: Path) -> None:
    log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, STDOUT)
    os.dup2(log, STDERR)
    # A process that dies at once writes nothing that still lies in a buffer.
    cast(io.TextIOWrapper, sys.stdout).reconfigure(line_buffering=True)
