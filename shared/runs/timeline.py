"""What a run's history tells: events, attempts, the errors list, and when each step began and
ended. Pure derivations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.records.run import Engine, HistoryEntry, Run, Status
from shared.runs.codes import EventCode, FailureCode


@dataclass(frozen=True, slots=True)
class Event:
    """A history entry with what its place tells: seq from 1, the status before (None at creation),
    the attempt.
    """

    seq: int
    entry: HistoryEntry
    before: Status | None
    attempt: int


def events(run: Run) -> list[Event]:
    """The history, oldest first.

    A claim's attempt is the one that the next entry, or the run, names.
    """
    found: list[Event] = []
    attempt = run.attempt
    for index in range(run.version - 1, -1, -1):
        entry = run.history[index]
        attempt = entry.attempt if entry.attempt is not None else attempt
        before = run.history[index - 1].to if index else None
        found.append(Event(index + 1, entry, before, attempt))
    return found[::-1]


def told_code(entry: HistoryEntry) -> str | None:
    """The entry's code as it may be told to anybody.

    An earlier version let people end a run under a word of their own, which may say anything.
    """
    is_own = entry.to is Status.FAILED and not isinstance(entry.actor, Engine)
    return FailureCode.PERSON_FAILED if is_own and entry.code not in _FAILURES else entry.code


def first_started_at(run: Run) -> int | None:
    """When it was first started (ms)."""
    return next((entry.at for entry in run.history if entry.to is Status.RUNNING), None)


@dataclass(frozen=True, slots=True)
class StepTimes:
    """When a step last began and ended, in which attempt, and the code of its last failure."""

    started_at: int | None = None
    completed_at: int | None = None
    attempt: int = 0
    error: str | None = None


def step_times(run: Run, steps: Sequence[str]) -> dict[str, StepTimes]:
    """Per step, from the history: a step begins where the entry before it stands (a claim or the
    step before).
    """
    times = {name: StepTimes() for name in steps}
    began: int | None = None
    for event in events(run):
        entry, name = event.entry, event.entry.step
        if name in times:
            failed = entry.code if entry.code in _FAILURES else None
            ended = entry.at if is_done(run, name, steps) and not failed else None
            times[name] = StepTimes(began, ended, event.attempt, failed)
        began = entry.at if entry.to is Status.RUNNING else None
    current = current_step(run, steps)
    if run.status is Status.RUNNING and current:
        times[current] = StepTimes(began, None, run.attempt, None)
    return times


def current_step(run: Run, steps: Sequence[str]) -> str | None:
    """The first step without a result; None when all have one."""
    return next((name for name in steps if name not in run.steps), None)


def reached_step(run: Run, steps: Sequence[str]) -> str | None:
    """The step that a run has come to: the one that it failed in, else the first that has to be
    done; None after a success.
    """
    last = run.history[-1]
    if run.status is Status.SUCCEEDED:
        return None
    return (
        last.step
        if run.status is Status.FAILED and last.step in steps
        else current_step(run, steps)
    )


def is_done(run: Run, step: str, steps: Sequence[str]) -> bool:
    """Whether the step is behind the run: finished, or finished and found spoiled by the step that
    the run failed in.
    """
    return step in run.steps or (step in run.spoiled and step != reached_step(run, steps))


_FAILURES = frozenset(FailureCode)


def skips_validation(run: Run) -> bool:
    """Whether the person who last advanced the run accepted its pending step as it is."""
    asked = (
        entry.code
        for entry in reversed(run.history)
        if entry.code in (EventCode.NEXT, EventCode.SKIP_VALIDATION)
    )
    return next(asked, None) == EventCode.SKIP_VALIDATION


def failures(run: Run) -> list[Event]:
    """The entries that say something failed: transient failures, lost leases and ends."""
    return [
        e
        for e in events(run)
        if e.entry.code in _FAILURES or e.entry.to is Status.FAILED or e.entry.code == "LEASE_LOST"
    ]
