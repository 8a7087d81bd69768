"""How long a quiet organisation waits beside one with a backlog: `python -m bench.fairness`.

First on the local stack's own queue and poller, in this process and in virtual time; then as a
simulation of the deployed setting, with what SQS's fair queues promise: a message of a group with
fewer in flight is delivered before those of a group with more.
"""

import json
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import log
from random import Random
from typing import Any, cast

from local.aws.served import LocalAws
from local.clock.stack_clock import StackClock
from local.runtime.queue_poller import MOST_AT_ONCE, QueuePoller
from local.runtime.worker_process import ProcessPool
from local.template.blueprint import Blueprint, EventSource, Function, Queue

RUN_SECONDS = 41.0
"""The mean of a run, as it was measured; the spread is lognormal."""
_SIGMA = 0.6
_TIMEOUT = 300
_QUEUE = "bench-fairness"
NOISY, QUIET = "noisy", "quiet"


# --- the local stack ------------------------------------------------------------------------------


@dataclass(eq=False)
class _Sandbox:
    """An execution environment in which every invocation takes RUN_SECONDS of the clock."""

    clock: StackClock
    started: list[tuple[float, str]]
    done_at: float = 0.0
    alive: bool = True

    def send(self, event: Any, variables: Mapping[str, str]) -> None:
        (record,) = event["Records"]
        self.started.append((self.clock.now(), record["attributes"]["MessageGroupId"]))
        self.done_at = self.clock.now() + RUN_SECONDS

    def answered(self) -> bool:
        return self.clock.now() >= self.done_at

    def answer(self) -> Any:
        return {}

    def kill(self) -> None: ...


@dataclass(eq=False)
class _Pool:
    clock: StackClock
    started: list[tuple[float, str]] = field(default_factory=list)
    out: set[_Sandbox] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> _Sandbox:
        sandbox = _Sandbox(self.clock, self.started)
        with self.lock:
            self.out.add(sandbox)
        return sandbox

    def give_back(self, sandbox: _Sandbox) -> None:
        with self.lock:
            self.out.discard(sandbox)

    def next_end(self) -> float:
        with self.lock:
            return min((one.done_at for one in self.out if one.done_at), default=0.0)


def play(backlog: int) -> tuple[float, int]:
    """Seconds of the stack's clock until the quiet organisation's one run starts beside so many of
    the other's, all there before it; and how many of those had started before it.
    """
    clock = StackClock()
    aws = LocalAws(clock)
    aws.start()
    pool = _Pool(clock)
    arn = f"arn:aws:sqs:eu-central-1:123456789012:{_QUEUE}"
    source = EventSource("Work", "Worker", arn, 1, 0, 100, True, True)
    function = Function("Worker", "none", {}, _TIMEOUT, 128)
    aws.create(Blueprint(queues=(Queue(_QUEUE, arn, {"VisibilityTimeout": "330"}, None),)))
    send = aws.client("sqs").send_message
    for group in (*[NOISY] * backlog, QUIET):
        send(QueueUrl=_QUEUE, MessageBody=json.dumps({"of": group}), MessageGroupId=group)
    began = clock.now()
    poller = QueuePoller(source, function, cast(ProcessPool, pool), aws, clock, dict)
    poller.start()
    try:
        while not any(group == QUIET for _, group in pool.started):
            while not clock.quiet():
                time.sleep(0.001)
            clock.jump_to(pool.next_end())
        at = next(place for place, (_, group) in enumerate(pool.started) if group == QUIET)
        return pool.started[at][0] - began, at
    finally:
        poller.stop()
        aws.stop()


# --- the deployed setting -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waits:
    """Of the quiet organisation's runs, in seconds from create to start; `an_hour`: runs of both
    that ended an hour while there was a backlog.
    """

    median: float
    late: float
    longest: float
    an_hour: float


def simulate(slots: int, backlog: int, *, fair: bool, quiet_runs: int = 200) -> Waits:
    """One organisation with so many runs at once, and another that starts one now and then.

    Slots are taken for a lognormal time with a mean of RUN_SECONDS. Without `fair` it is first
    come, first served.
    """
    random = Random(f"{slots} {backlog}")
    mean = log(RUN_SECONDS) - _SIGMA**2 / 2
    drain = backlog * RUN_SECONDS / slots
    arrivals = sorted(random.uniform(0, drain * 0.9) for _ in range(quiet_runs))
    waiting: dict[str, deque[float]] = {NOISY: deque([0.0] * backlog), QUIET: deque()}
    running: list[tuple[float, str]] = []
    in_flight: Counter[str] = Counter()
    waits: list[float] = []
    ended, now = 0, 0.0
    upcoming = deque(arrivals)
    while upcoming or any(waiting.values()) or running:
        while len(running) < slots and any(waiting.values()):
            group = _next_group(waiting, in_flight, fair=fair)
            created = waiting[group].popleft()
            in_flight[group] += 1
            heappush(running, (now + random.lognormvariate(mean, _SIGMA), group))
            if group == QUIET:
                waits.append(now - created)
        if upcoming and (not running or upcoming[0] <= running[0][0]):
            now = upcoming.popleft()
            waiting[QUIET].append(now)
            continue
        now, group = heappop(running)
        in_flight[group] -= 1
        ended += 1
    waits.sort()
    return Waits(
        waits[len(waits) // 2], waits[len(waits) * 95 // 100], waits[-1], ended / now * 3_600
    )


def _next_group(
    waiting: Mapping[str, Sequence[float]], in_flight: Mapping[str, int], *, fair: bool
) -> str:
    groups = [group for group, runs in waiting.items() if runs]
    if fair:
        return min(groups, key=lambda group: in_flight[group])
    return min(groups, key=lambda group: waiting[group][0])


SETTINGS = ((10, 1_000), (100, 1_000), (100, 10_000), (1_000, 10_000))


def main() -> int:
    seconds, before = play(1_000)
    print(
        f"Local stack, {MOST_AT_ONCE} at once, runs of {RUN_SECONDS:.0f} s: one organisation with "
        f"1,000 runs, a second with one. The second's starts after {seconds:.0f} s, with {before} "
        f"of the first's before it (first come, first served: "
        f"{1_000 // MOST_AT_ONCE * RUN_SECONDS / 3_600:.1f} h, 1,000)."
    )
    print("\nDeployed, simulated: seconds that runs of the quiet organisation wait")
    names = ("backlog", "queue", "median", "95 %", "longest", "runs/h")
    print(f"{'slots':>8}" + "".join(f"{name:>12}" for name in names))
    for slots, backlog in SETTINGS:
        for fair in (True, False):
            one = simulate(slots, backlog, fair=fair)
            print(
                f"{slots:>8,}{backlog:>12,}{'fair' if fair else 'first come':>12}"
                f"{one.median:>12.1f}{one.late:>12.1f}{one.longest:>12.1f}{one.an_hour:>12,.0f}"
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
