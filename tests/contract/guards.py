"""One case per condition of a write: a change that this condition alone refuses, and a run that it
is refused on.
"""

from dataclasses import dataclass, replace

import pytest

from shared.errors import GuardFailed
from shared.records.gate import WORKER_GATE
from shared.records.money import Usage
from shared.records.run import (
    WORKER,
    Dispatch,
    HistoryEntry,
    Run,
    Status,
)
from shared.runs import transitions
from shared.runs.changes import FORBIDDEN, REQUIRED, TRANSITIONS, Change, Guard
from shared.runs.timing import CLOCKS_DIFFER, HOUR, Timing
from tests.contract.worlds import World
from tests.fakes.world import MORNING
from tests.support.samples import CLINICIAN, REF, a_run, a_run_that_is, a_step


@dataclass(frozen=True, slots=True)
class Case:
    """`refused` is what the condition protects `run` from."""

    run: Run
    refused: Change

    def check(self, world: World) -> None:
        """Fails when the store lets the change through."""
        world.plant(self.run)
        with pytest.raises(GuardFailed) as lost:
            world.runs.apply(self.refused)
        assert lost.value.current == self.run == world.runs.get(self.run.id)


def _claim(**fields: object) -> Case:
    run = a_run(**fields)
    return Case(run, transitions.claim(run.id, MORNING, MORNING + HOUR, "op"))


def _checkpoint_of_a_fenced_worker() -> Case:
    run = a_run_that_is(Status.RUNNING, fence=2)
    zombie = replace(run, fence=1)
    change = transitions.checkpoint(
        zombie, MORNING, "op", "build_context", a_step(), lease_until=MORNING + HOUR, usage=Usage()
    )
    return Case(run, change)


def _execute_that_saw_an_older_run() -> Case:
    seen = a_run()
    asked = HistoryEntry(MORNING, CLINICIAN, Status.QUEUED, "other", 0, code="EXECUTE_ASKED")
    return Case(
        replace(seen, history=(*seen.history, asked)),
        transitions.execute(seen, CLINICIAN, MORNING, "op", Timing()),
    )


def _second_claim() -> Case:
    """Of a run that is running: nothing else about it would stop a claim."""
    run = a_run_that_is(Status.RUNNING)
    return Case(run, transitions.claim(run.id, MORNING, MORNING + HOUR, "op"))


def _lease_that_was_extended() -> Case:
    run = a_run_that_is(Status.RUNNING, lease_until=MORNING + HOUR)
    return Case(run, transitions.lose_lease(run, MORNING + HOUR - 1, "op"))


def _second_ring() -> Case:
    run = a_run(ring_after=MORNING + HOUR)
    return Case(run, transitions.ring(run, MORNING + HOUR - 1))


def _deadline_to_come() -> Case:
    run = a_run(deadline_at=MORNING + HOUR)
    return Case(run, transitions.expire_deadline(run, MORNING + HOUR - 1, "op"))


def _gate_still_open() -> Case:
    run = a_run_that_is(Status.WAITING, gate_until=MORNING + HOUR)
    return Case(run, transitions.expire_gate(run, MORNING + HOUR - 1, "op"))


def _gate_that_it_has_left() -> Case:
    """And came to another, with as many entries in its history."""
    run = a_run(gate=WORKER_GATE)
    return Case(replace(run, gate="pause#a#b"), transitions.unpark(run, MORNING, Timing()))


def _workflow_that_the_worker_lacks() -> Case:
    run = a_run(workflow="orchestration")
    claim = transitions.claim(run.id, MORNING, MORNING + HOUR, "op", {"diagnosis", "analysis"})
    return Case(run, claim)


GUARDS = {
    "statuses": _second_claim(),
    "fence": _checkpoint_of_a_fenced_worker(),
    "version": _execute_that_saw_an_older_run(),
    "dispatch": _claim(dispatch=Dispatch.MANUAL),
    "available_by": _claim(available_at=MORNING + CLOCKS_DIFFER + 1),
    "attempts_left": _claim(attempt=3),
    "lease_over_by": _lease_that_was_extended(),
    "ring_due_by": _second_ring(),
    "deadline_over_by": _deadline_to_come(),
    "deadline_after": _claim(deadline_at=MORNING),
    "gate_over_by": _gate_still_open(),
    "parked_at": _gate_that_it_has_left(),
    "workflows": _workflow_that_the_worker_lacks(),
}
"""Field of a Guard -> the case that it decides."""

_VALUES = {
    "started_at": MORNING,
    "lease_until": MORNING + HOUR,
    "lessee": WORKER,
    "gate_until": MORNING + HOUR,
    "completed_at": MORNING,
    "output": REF,
    "error_code": "LLM_ERROR",
    "error_detail": REF,
    "gate": WORKER_GATE,
}
StateRule = tuple[Status, str]
REQUIREMENTS: list[StateRule] = sorted(
    (status, name) for status, names in REQUIRED.items() for name in names
)
PROHIBITIONS: list[StateRule] = sorted(
    (status, name) for status, names in FORBIDDEN.items() for name in names
)


def state_case(rule: StateRule, *, is_required: bool) -> Case:
    """A move to a status that sets and removes all but one field of what the status asks for; the
    run is wrong in that one.
    """
    status, name = rule
    source = min(source for source, targets in TRANSITIONS.items() if status in targets)
    fields = (
        {field: _VALUES[field] for field in REQUIRED[status]}
        | dict.fromkeys(FORBIDDEN[status])
        | {"status": status}
    )
    del fields[name]
    run = a_run_that_is(source, **{name: None if is_required else _VALUES[name]})
    entry = HistoryEntry(MORNING, CLINICIAN, status, "op")
    return Case(
        run, Change(run.id, run.org_id, Guard(frozenset({source})), set=fields, entry=entry)
    )
