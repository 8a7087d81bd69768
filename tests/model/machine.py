"""Three actors at one run, each with what it last saw of it: every move is made on the store and on
the reference, and must agree.

An actor acts on stale knowledge as often as not, as a worker with a lost lease, a second browser
tab or a slow sweeper does.

Long because one machine plays every action of people, worker and time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.errors import Conflict, GuardFailed
from shared.ports import RunStore, Scope
from shared.records.money import Usage
from shared.records.run import (
    Dispatch,
    Engine,
    Run,
    Status,
    StepRecord,
)
from shared.runs import transitions
from shared.runs.changes import Change, check_state
from shared.runs.codes import EventCode
from shared.runs.due import is_rung
from shared.runs.timeline import events
from shared.runs.timing import HOUR, MINUTE, SECOND, Timing
from tests.fakes.sweeping import InMemoryGateStore, InMemoryHealthStore
from tests.fakes.world import RememberingDoorbell, SequentialIds, VirtualClock
from tests.model.reference import DONE, LOST, REFUSED, Reference, Seen
from tests.support.samples import ORG, REF, a_run, run_id
from tests.support.sweeping import a_sweeper, all_open

TIMING = Timing()
ACTORS = st.sampled_from(["anna", "bert", "cleo"])
STEPS = st.sampled_from(["one", "two", "three"])
DISPATCH = st.sampled_from([Dispatch.AUTO, Dispatch.AUTO, Dispatch.MANUAL])
LOOKS = st.sampled_from([True, True, False])
"""Whether an actor looks at the run again before acting."""
CALL, MADE = Usage(calls=1), run_id(900)
HAS_CLAIMS = precondition(lambda self: bool(self.claims))


def sensible_when(*statuses: str) -> Callable[[Any], Any]:
    """Keeps a move to when it could be made on what somebody sees, so that histories get somewhere;
    refusals still happen.
    """
    return precondition(
        lambda self: any(
            view.seen.status in statuses
            for view in (*self.views.values(), View(self.first, self.reference.run))
        )
    )


@dataclass(frozen=True)
class View:
    """What an actor knows: the run, and what the reference showed at the same moment."""

    run: Run
    seen: Seen


class RunMachine(RuleBasedStateMachine):
    """Subclasses say which store."""

    def make_store(self) -> RunStore:
        raise NotImplementedError

    @initialize(dispatch=DISPATCH)
    def create(self, dispatch: Dispatch) -> None:
        self.store, self.clock, self.ids = self.make_store(), VirtualClock(), SequentialIds()
        self._begin(1, dispatch)

    @precondition(lambda self: self.reference.run.status in ("succeeded", "cancelled"))
    @rule(dispatch=DISPATCH)
    def begin_anew(self, dispatch: Dispatch) -> None:
        """Nothing can happen to a run that has ended for good, so the actors turn to another."""
        self._begin(self.number + 1, dispatch)

    def _begin(self, number: int, dispatch: Dispatch) -> None:
        now, self.number = self._now(), number
        self.reference = Reference(now, dispatch.value)
        times = {
            "created_at": now,
            "available_at": now,
            "ring_after": now + MINUTE,
            "deadline_at": self.reference.run.deadline,
        }
        self.first = a_run(number, dispatch=dispatch, **times)
        assert self.store.create(self.first) is None
        self.views = dict.fromkeys(("anna", "bert", "cleo"), View(self.first, self.reference.run))
        self.claims: dict[str, View] = {}
        self.told = self.first.history

    # --- knowledge and time -----------------------------------------------------------------------

    def _view(self, actor: str, looks_first: bool) -> View:
        """What the actor knows of the run: how it stands, or how it stood when they last looked or
        wrote.
        """
        if looks_first:
            run = self.store.get(self.first.id)
            assert run is not None
            self.views[actor] = View(run, self.reference.run)
        return self.views[actor]

    @rule(by=st.sampled_from([SECOND, MINUTE, 6 * MINUTE, HOUR, 25 * HOUR, 8 * 24 * HOUR]))
    def time_passes(self, by: int) -> None:
        self.clock.advance(by)

    @rule()
    def create_again(self) -> None:
        """The same id again: whoever comes second reads what stands."""
        assert self.store.create(self.first) == self.store.get(self.first.id)

    def _now(self) -> int:
        return self.clock.now_ms()

    def _agree(
        self, name: str, actor: str, expected: str | None, decide: Callable[[], Change | None]
    ) -> Run | None:
        """Make the move on the store; it must come to what the reference says.

        The run after it, when it was made.
        """
        outcome, after = self._made(decide)
        event(f"{name} {outcome}")
        assert outcome == expected
        if after is not None:
            self.views[actor] = View(after, self.reference.run)
        return after

    def _made(self, decide: Callable[[], Change | None]) -> tuple[str | None, Run | None]:
        try:
            change = decide()
            return (None, None) if change is None else (DONE, self.store.apply(change))
        except Conflict:
            return REFUSED, None
        except GuardFailed:
            return LOST, None

    # --- the worker -------------------------------------------------------------------------------

    @sensible_when("queued", "running")
    @rule(actor=ACTORS)
    def claim(self, actor: str) -> None:
        now, op = self._now(), self.ids.op()
        change = transitions.claim(self.first.id, now, now + TIMING.lease, op)
        self._claimed(actor, self._agree("claim", actor, self.reference.claim(now), lambda: change))

    def _claimed(self, actor: str, after: Run | None) -> None:
        if after is not None:
            self.claims[actor] = View(after, self.reference.run)

    def _as_worker(
        self, name: str, actor: str, move: Callable[[Run, int, str], Change], *what: Any
    ) -> Run | None:
        """Only who claimed a run acts under its fence, however long ago that was."""
        mine, now, op = self.claims.get(actor), self._now(), self.ids.op()
        if mine is None:
            return None
        expected = getattr(self.reference, name)(mine.seen, now, *what)
        return self._agree(name, actor, expected, lambda: move(mine.run, now, op))

    @HAS_CLAIMS
    @rule(actor=ACTORS, step=STEPS)
    def checkpoint(self, actor: str, step: str) -> None:
        def move(r: Run, now: int, op: str) -> Change:
            record = StepRecord(REF, CALL)
            return transitions.checkpoint(
                r, now, op, step, record, lease_until=now + TIMING.lease, usage=r.usage + CALL
            )

        self._claimed(actor, self._as_worker("checkpoint", actor, move, step))

    @HAS_CLAIMS
    @rule(actor=ACTORS, step=STEPS)
    def complete(self, actor: str, step: str) -> None:
        def move(r: Run, now: int, op: str) -> Change:
            return transitions.complete(
                r, now, op, step, StepRecord(), output=REF, usage=r.usage, artifacts=(MADE,)
            )

        self._as_worker("complete", actor, move, step, MADE)

    @HAS_CLAIMS
    @rule(actor=ACTORS)
    def fail(self, actor: str) -> None:
        def move(r: Run, now: int, op: str) -> Change:
            return transitions.fail(
                r, now, op, "LLM_ERROR", step="one", detail=REF, usage=r.usage, new_round=True
            )

        self._as_worker("fail", actor, move)

    @HAS_CLAIMS
    @rule(actor=ACTORS, wait=st.sampled_from([0, 2 * SECOND, 5 * MINUTE]))
    def release(self, actor: str, wait: int) -> None:
        def move(r: Run, now: int, op: str) -> Change:
            return transitions.release(
                r, now, op, "LLM_ERROR", step="one", available_at=now + wait, usage=r.usage
            )

        self._as_worker("release", actor, move, wait)

    @HAS_CLAIMS
    @rule(actor=ACTORS)
    def continue_later(self, actor: str) -> None:
        self._as_worker("continue_later", actor, transitions.continue_later)

    @HAS_CLAIMS
    @rule(actor=ACTORS, step=STEPS)
    def pause(self, actor: str, step: str) -> None:
        def move(r: Run, now: int, op: str) -> Change:
            return transitions.pause(
                r, now, op, step=step, record=StepRecord(REF), timing=TIMING, usage=r.usage
            )

        self._as_worker("pause", actor, move, step)

    # --- people -----------------------------------------------------------------------------------

    def _as_person(
        self,
        name: str,
        actor: str,
        looks_first: bool,
        move: Callable[[Run, int, str], Change],
        *what: Any,
    ) -> None:
        view, now, op = self._view(actor, looks_first), self._now(), self.ids.op()
        expected = getattr(self.reference, name)(view.seen, now, *what)
        self._agree(name, actor, expected, lambda: move(view.run, now, op))

    @sensible_when("queued")
    @rule(actor=ACTORS, looks_first=LOOKS)
    def take(self, actor: str, looks_first: bool) -> None:
        self._as_person(
            "take",
            actor,
            looks_first,
            lambda r, now, op: transitions.take(r, actor, now, op, TIMING),
            actor,
        )

    @sensible_when("running")
    @rule(actor=ACTORS, looks_first=LOOKS, is_success=st.booleans())
    def end_taken(self, actor: str, looks_first: bool, is_success: bool) -> None:
        output, code = (REF, None) if is_success else (None, "OWN_REASON")

        def move(r: Run, now: int, op: str) -> Change:
            return transitions.end_taken(r, actor, now, op, output=output, code=code, detail=None)

        self._as_person("end_taken", actor, looks_first, move, is_success)

    @sensible_when("queued")
    @rule(actor=ACTORS, looks_first=LOOKS)
    def execute(self, actor: str, looks_first: bool) -> None:
        self._as_person(
            "execute",
            actor,
            looks_first,
            lambda r, now, op: transitions.execute(r, actor, now, op, TIMING),
        )

    @sensible_when("queued")
    @rule(actor=ACTORS, looks_first=LOOKS, number=st.integers(901, 904))
    def attach(self, actor: str, looks_first: bool, number: int) -> None:
        artifact = run_id(number)
        self._as_person(
            "attach",
            actor,
            looks_first,
            lambda r, now, op: transitions.attach(r, actor, now, op, artifact),
            artifact,
        )

    @precondition(lambda self: self.reference.run.length >= 4)
    @rule(actor=ACTORS, looks_first=LOOKS)
    def cancel(self, actor: str, looks_first: bool) -> None:
        self._as_person(
            "cancel", actor, looks_first, lambda r, now, op: transitions.cancel(r, actor, now, op)
        )

    @sensible_when("failed")
    @rule(actor=ACTORS, looks_first=LOOKS)
    def retry(self, actor: str, looks_first: bool) -> None:
        self._as_person(
            "retry",
            actor,
            looks_first,
            lambda r, now, op: transitions.retry(r, actor, now, op, TIMING),
        )

    @sensible_when("waiting")
    @rule(actor=ACTORS, looks_first=LOOKS)
    def advance(self, actor: str, looks_first: bool) -> None:
        def move(r: Run, now: int, op: str) -> Change:
            return transitions.advance(r, actor, now, op, skip_validation=False)

        self._as_person("advance", actor, looks_first, move)

    # --- the sweeper ------------------------------------------------------------------------------

    @rule(actor=ACTORS, looks_first=LOOKS)
    def sweep(self, actor: str, looks_first: bool) -> None:
        view, now = self._view(actor, looks_first), self._now()
        sweeper = a_sweeper(
            self.store,
            InMemoryGateStore(),
            InMemoryHealthStore(),
            RememberingDoorbell(),
            self.clock,
            self.ids,
            TIMING,
            True,
        )

        def change() -> Change | None:
            rings = is_rung(view.run) and view.run.ring_after <= now
            return sweeper.due(view.run, now) or (
                transitions.ring(view.run, now) if rings else None
            )

        self._agree("sweep", actor, self.reference.sweep(view.seen, now), change)

    # --- always -----------------------------------------------------------------------------------

    @invariant()
    def the_store_shows_what_the_reference_does(self) -> None:
        run = self.store.get(self.first.id)
        assert run is not None
        assert shown(run) == self.reference.run
        check_state({name: getattr(run, name) for name in Run.__slots__})
        assert run.history[: len(self.told)] == self.told
        assert len({entry.op for entry in run.history}) == run.version
        assert all(later.before is earlier.entry.to for earlier, later in pairwise(events(run)))
        self.told = run.history

    @rule()
    def the_sparse_indexes_follow_the_status(self) -> None:
        run = self.store.get(self.first.id)
        assert run is not None
        assert all_open(self.store) == ([] if run.is_terminal else [run])
        for status in (Status.FAILED, Status.CANCELLED):
            listed = self.store.page(Scope("rare", ORG, status.value), None, 100).runs
            assert (run in listed) == (run.status is status)


def shown(run: Run) -> Seen:
    """A stored run in the reference's words."""
    spell = []
    for entry in reversed(run.history):
        if entry.to is not Status.QUEUED:
            break
        spell.append(entry.code)
    is_failed = run.status is Status.FAILED
    queue = {"due": run.available_at, "ring_at": run.ring_after, "ring_every": run.ring_interval}
    return Seen(
        deadline=run.deadline_at,
        status=run.status.value,
        dispatch=run.dispatch.value,
        attempt=run.attempt,
        granted=run.max_attempts,
        next_claim_costs=run.claim_cost,
        fence=run.fence,
        length=run.version,
        holder="worker" if isinstance(run.lessee, Engine) else run.lessee,
        lease=run.lease_until,
        gate=run.gate_until,
        steps=frozenset(run.steps),
        artifacts=run.artifacts,
        calls=run.usage.calls,
        error=run.error_code,
        asked=EventCode.EXECUTE_ASKED in spell,
        failed_at_gate=is_failed and run.history[-2].to is Status.WAITING,
        **queue,
    )
