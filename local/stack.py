"""Puts the local stack together from what template.yaml says, starts it and stops it.

The only local module that knows all others.
"""

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws.in_process_calls import every_client
from local.aws.probed import is_probing
from local.aws.raw_items import set_attributes
from local.aws.served import PROCESS_APP_ID, LocalAws
from local.clock import time_travel
from local.clock.stack_clock import StackClock
from local.dev import Dev
from local.environment import aws_environment, restore_environment
from local.gateway import issuer
from local.gateway.console_files import Console
from local.gateway.gateway import Gateway
from local.gateway.issuer import AUDIENCE, MACHINE
from local.keeper import Keeper
from local.model.server import OfflineModel
from local.runtime.lambdas import InProcess, load_hooks, union_environment
from local.runtime.powertools_patch import separate_threads
from local.runtime.queue_poller import QueuePoller
from local.runtime.schedules import Scheduler
from local.runtime.stream_poller import StreamPoller
from local.runtime.worker_process import (
    Kill,
    ProcessPool,
    ProcessSpec,
    WorkerProcess,
)
from local.seed import seed
from local.serving.messages import Request, Response
from local.serving.receiver import RECEIVER, Receiver
from local.serving.server import HttpServer
from local.template import reader
from local.template.blueprint import Blueprint, EventSource, Function, Schedule

ROOT = Path(__file__).resolve().parent.parent
OFFLINE_KEY = "offline"
OFFLINE_MODEL_SECONDS = "15"
CPU_THAT_COUNTS = 0.05
WARM = "Worker"  # has a process from the start; others get theirs with the first message
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """`parameters`: the template's parameters for this machine, from the stack's URL, the issuer's
    and the model key's ARN. `data`: the file that keeps data and tokens between two starts;
    `fresh`: what it holds is not read.
    """

    port: int = 3000
    template: Path = ROOT / "template.yaml"
    hooks: str = "shared.bootstrap"
    logs: Path = ROOT / ".local" / "logs"
    seeded: bool = True
    console: Path = ROOT / "console"
    parameters: Callable[[str, str, str], Mapping[str, str]] | None = None
    data: Path | None = None
    fresh: bool = False


def local_parameters(url: str, issuer: str, model_key_arn: str) -> Mapping[str, str]:
    return {
        "DiagnosisWorkerEnabled": "true",
        "JwtIssuer": issuer,
        "JwtAudience": f"{AUDIENCE},{MACHINE}",
        "MachineClientId": MACHINE,
        "AllowedOrigins": f"{url},{url.replace('127.0.0.1', 'localhost')}",
        "DocsEnabled": "true",
        "ModelKeySecretArn": model_key_arn,
    }


class Stack:
    """Between `start` and `stop` it owns this process's environment variables: handlers read them
    as they would on Lambda.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._stopping = contextlib.ExitStack()
        self.clock = StackClock()
        self.changed: dict[str, str] = {}
        self.keeper = Keeper(options.data, fresh=options.fresh)
        self._has_port = False

    def take_port(self) -> None:
        """Before anything that another stack on this port may use. Raises LocalStackError."""
        self.server = HttpServer(self._options.port)
        self._has_port = True
        self._stopping.callback(self.server.server_close)

    def start(self) -> str:
        """The URL it answers at. Raises LocalStackError; what had been started is stopped again."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self.server.url

    def stop(self) -> None:
        """Idempotent. Leaves no process and no thread that matters."""
        self._stopping.close()

    def _start(self) -> None:
        if not self._has_port:
            self.take_port()
        self._stopping.callback(restore_environment, dict(os.environ))
        self._stopping.callback(self.keeper.stop)
        self._stopping.callback(self.clock.poke)
        self._stopping.callback(self.server.rest)
        self._start_aws()
        self._start_model()
        self._load_functions()
        self._start_events()
        self._serve()
        if self._options.seeded and not self.keeper.has_data:
            seed(self.server.url, self.issuer)
        self.keeper.begin()

    def _start_aws(self) -> None:
        self.aws = LocalAws(self.clock, port=self.keeper.read())
        self.aws.start()
        self._stopping.callback(self.aws.stop)
        os.environ.update(aws_environment(self.aws.endpoint))
        self._stopping.enter_context(every_client(self.aws.shortened))
        key = os.environ.get("ANTHROPIC_API_KEY") or OFFLINE_KEY
        key_arn = self.aws.create_secret("model-key", key)
        parameters = (self._options.parameters or local_parameters)(
            self.server.url, f"{self.server.url}{issuer.PATH}", key_arn
        )
        self.blueprint: Blueprint = reader.load(
            self._options.template, endpoint=self.aws.endpoint, parameters=parameters
        )
        self.issuer = self.keeper.fill(self.aws, self.clock, self.blueprint, self.server.url)

    def _start_model(self) -> None:
        self.model: OfflineModel | None = None
        os.environ["WEBHOOK_RECEIVER"] = f"{self.server.url}{RECEIVER}"
        self._worker_variables = {"AWS_SDK_UA_APP_ID": PROCESS_APP_ID}
        if os.environ.get("ANTHROPIC_API_KEY"):
            return
        self.model = OfflineModel(self.clock)
        self._worker_variables |= {
            "MODEL_BASE_URL": self.model.start(),
            "MODEL_TIMEOUT_SECONDS": OFFLINE_MODEL_SECONDS,
        }
        self._stopping.callback(self.model.stop)

    def _load_functions(self) -> None:
        from_queues = {source.function for source in self.blueprint.event_sources}
        here = {
            name: function
            for name, function in self.blueprint.functions.items()
            if name not in from_queues
        }
        self._shared_environment = union_environment(here)
        os.environ.update(self._shared_environment)
        separate_threads()
        self.hooks = load_hooks(self._options.hooks)
        self._stopping.callback(self.hooks.reset)
        self.hooks.use_clock(self.clock)
        self.functions = InProcess(here, self.hooks)
        self.functions.load()

    def _start_events(self) -> None:
        self._options.logs.mkdir(parents=True, exist_ok=True)
        state = Path(
            self._stopping.enter_context(tempfile.TemporaryDirectory(prefix="studio-runs-"))
        )
        self.kill = Kill(state / "kill.json")
        sources = [source for source in self.blueprint.event_sources if source.enabled]
        functions = {
            source.function: self.blueprint.functions[source.function] for source in sources
        }
        self.pools = {name: self._pool(function) for name, function in functions.items()}
        self._make_pollers(sources)
        self.scheduler = Scheduler(
            self.blueprint.schedules,
            self.clock,
            self._fire,
            self.aws.next_moment,
            lambda: self.aws.writes["dynamodb"],
            lambda: is_probing(self.aws.client("dynamodb"), self.variable("TABLE_NAME")),
        )
        parts: list[Scheduler | QueuePoller | StreamPoller] = [
            self.scheduler,
            *self.pollers,
            *self.listeners,
        ]
        for part in parts:
            self._stopping.callback(part.stop)
            part.start()

    def _make_pollers(self, sources: list[EventSource]) -> None:
        self.pollers = [
            QueuePoller(
                s,
                self.blueprint.functions[s.function],
                self.pools[s.function],
                self.aws,
                self.clock,
                lambda: self.changed,
            )
            for s in sources
        ]
        self.listeners = [
            StreamPoller(source, self.aws, self.clock, self.functions.invoke)
            for source in self.blueprint.stream_sources
            if source.enabled
        ]

    def _pool(self, function: Function) -> ProcessPool:
        environment = {**function.environment, **self._worker_variables}
        spec = ProcessSpec(
            function=function,
            environment=environment,
            unset=frozenset(self._shared_environment) - frozenset(environment),
            hooks=self._options.hooks,
            log_file=self._options.logs / f"{function.name}.log",
            kill_file=self.kill.file,
        )
        pool = ProcessPool(lambda: WorkerProcess(spec, self.clock.offset, self.clock.poke))
        self._stopping.callback(pool.stop)
        if function.name.rpartition("-")[2] == WARM:
            pool.give_back(pool.take())
        return pool

    def _serve(self) -> None:
        settling = time_travel.Settling(self.clock, self._held_by_model, self._progress)
        time_machine = time_travel.TimeMachine(self.clock, settling, self.scheduler)
        dev = Dev(
            self.issuer,
            self.model,
            self.kill,
            self.change,
            self.variable,
            time_machine.advance,
            self._write_item,
            Receiver(),
        )
        gateway = Gateway(self.blueprint, self.functions.invoke, self.clock.now)
        console = Console(self._options.console, self.aws.endpoint)

        def front(request: Request) -> Response:
            if request.path.startswith("/dev/"):
                return dev.handle(request)
            return (console if console.serves(request.path) else gateway).handle(request)

        self.server.start(front)

    def change(self, variables: Mapping[str, str]) -> None:
        """Set variables in every process that runs handlers: here at once, in a process with its
        next invocation.
        """
        self.changed = self.changed | dict(variables)
        self.functions.change_environment(variables)

    def variable(self, name: str) -> str:
        return os.environ.get(name, "")

    def _write_item(self, run_id: str, values: Mapping[str, Any]) -> bool:
        table = self.variable("TABLE_NAME")
        return set_attributes(self.aws.client("dynamodb"), table, run_id, values)

    def _fire(self, schedule: Schedule) -> None:
        self.functions.invoke(schedule.function, dict(schedule.payload))

    def _held_by_model(self) -> int:
        return self.model.waiting() if self.model else 0

    def _progress(self) -> tuple[int, ...]:
        calls = self.model.status()["calls"] if self.model else 0
        done = [p.invocations for p in self.pollers] + [p.invocations for p in self.listeners]
        computed = int(sum(pool.cpu_seconds() for pool in self.pools.values()) / CPU_THAT_COUNTS)
        return (
            self.clock.wakes,
            self.clock.held(),
            self._held_by_model(),
            calls,
            sum(done),
            self.aws.process_requests,
            computed,
        )
