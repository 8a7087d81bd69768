"""Three actors at one run, each with what it last saw of it: every move is made on the store and on the reference, and must agree.

An actor acts on stale knowledge as often as not, as a worker with a lost lease, a second browser tab or a slow sweeper does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.engine.sweeper import Sweeper
from shared.errors import Conflict, GuardFailed
from shared.ports import RunStore, Scope
from shared.runs import transitions
from shared.runs.changes import Change, check_state
from shared.runs.codes import EventCode
from shared.runs.records import Dispatch, Run, Status, StepRecord, Usage
from shared.runs.timeline import events
from shared.runs.timing import HOUR, MINUTE, SECOND, Timing
from tests.fakes.world import RememberingDoorbell, SequentialIds, VirtualClock
from tests.model.reference import DONE, LOST, REFUSED, Reference, Seen
from tests.support.samples import ORG, REF, a_run, run_id

TIMING = Timing()
ACTORS = st.sampled_from(["anna", "bert", "cleo"])
STEPS = st.sampled_from(["one", "two", "three"])
DISPATCH = st.sampled_from([Dispatch.AUTO, Dispatch.MANUAL])
LOOKS = st.sampled_from([True, True, False])
"""Whether an actor looks at the run again before acting."""
CALL = Usage(calls=1)
HAS_CLAIMS = precondition(lambda self: bool(self.claims))


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
        times = {"created_at": now, "available_at": now, "ring_after": now + MINUTE, "deadline_at": self.reference.run.deadline}
        self.first = a_run(number, dispatch=dispatch, **times)
        assert self.store.create(self.first) is None
        self.views = dict.fromkeys(("anna", "bert", "cleo"), View(self.first, self.reference.run))
        self.claims: dict[str, View] = {}
        self.told = self.first.history

    # --- knowledge and time -------------------------------------------------------------------------------------------

    def _view(self, actor: str, looks_first: bool) -> View:
        """What the actor knows of the run: how it stands, or how it stood when they last looked or wrote."""
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

    def _agree(self, actor: str, expected: str | None, decide: Callable[[], Change | None]) -> Run | None:
        """Make the move on the store; it must come to what the reference says. The run after it, when it was made."""
        outcome, after = self._made(decide)
        event(f"{decide.__qualname__.split('.')[1]} {outcome}")
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

    # --- the worker ---------------------------------------------------------------------------------------------------

    @rule(actor=ACTORS)
    def claim(self, actor: str) -> None:
        expected = self.reference.claim(self._now())
        change = transitions.claim(self.first.id, self._now(), self._now() + TIMING.lease, self.ids.op())
        self._claimed(actor, self._agree(actor, expected, lambda: change))

    def _claimed(self, actor: str, after: Run | None) -> None:
        if after is not None:
            self.claims[actor] = View(after, self.reference.run)

    def _mine(self, actor: str) -> View | None:
        """Only who claimed a run acts under its fence, however long ago that was."""
        return self.claims.get(actor)

    @HAS_CLAIMS
    @rule(actor=ACTORS, step=STEPS)
    def checkpoint(self, actor: str, step: str) -> None:
        if mine := self._mine(actor):
            now, op, run = self._now(), self.ids.op(), mine.run
            expected = self.reference.checkpoint(mine.seen, now, step)
            change = transitions.checkpoint(
                run, now, op, step, StepRecord(REF, CALL), lease_until=now + TIMING.lease, usage=run.usage + CALL
            )
            self._claimed(actor, self._agree(actor, expected, lambda: change))

    @HAS_CLAIMS
    @rule(actor=ACTORS, step=STEPS)
    def complete(self, actor: str, step: str) -> None:
        if mine := self._mine(actor):
            now, op, run, artifact = self._now(), self.ids.op(), mine.run, run_id(900)
            expected = self.reference.complete(mine.seen, step, artifact)
            usage = run.usage
            self._agree(
                actor,
                expected,
                lambda: transitions.complete(run, now, op, step, StepRecord(), output=REF, usage=usage, artifacts=(artifact,)),
            )

    @HAS_CLAIMS
    @rule(actor=ACTORS)
    def fail(self, actor: str) -> None:
        if mine := self._mine(actor):
            now, op, run = self._now(), self.ids.op(), mine.run
            expected = self.reference.fail(mine.seen)
            usage = run.usage
            self._agree(
                actor, expected, lambda: transitions.fail(run, now, op, "LLM_ERROR", step="one", detail=REF, usage=usage, new_round=True)
            )

    @HAS_CLAIMS
    @rule(actor=ACTORS, wait=st.sampled_from([0, 2 * SECOND, 5 * MINUTE]))
    def release(self, actor: str, wait: int) -> None:
        if mine := self._mine(actor):
            now, op, run = self._now(), self.ids.op(), mine.run
            expected = self.reference.release(mine.seen, now, wait)
            usage = run.usage
            self._agree(
                actor, expected, lambda: transitions.release(run, now, op, "LLM_ERROR", step="one", available_at=now + wait, usage=usage)
            )

    @HAS_CLAIMS
    @rule(actor=ACTORS)
    def continue_later(self, actor: str) -> None:
        if mine := self._mine(actor):
            now, op = self._now(), self.ids.op()
            expected = self.reference.continue_later(mine.seen, now)
            self._agree(actor, expected, lambda: transitions.continue_later(mine.run, now, op))

    @HAS_CLAIMS
    @rule(actor=ACTORS, step=STEPS)
    def pause(self, actor: str, step: str) -> None:
        if mine := self._mine(actor):
            now, op, run = self._now(), self.ids.op(), mine.run
            expected = self.reference.pause(mine.seen, now, step)
            usage = run.usage
            self._agree(
                actor, expected, lambda: transitions.pause(run, now, op, step=step, record=StepRecord(REF), timing=TIMING, usage=usage)
            )

    # --- people -------------------------------------------------------------------------------------------------------

    @rule(actor=ACTORS, looks_first=LOOKS)
    def take(self, actor: str, looks_first: bool) -> None:
        view, now, op = self._view(actor, looks_first), self._now(), self.ids.op()
        expected = self.reference.take(view.seen, now, actor)
        self._agree(actor, expected, lambda: transitions.take(view.run, actor, now, op, TIMING))

    @rule(actor=ACTORS, looks_first=LOOKS, is_success=st.booleans())
    def end_taken(self, actor: str, looks_first: bool, is_success: bool) -> None:
        view, now, op = self._view(actor, looks_first), self._now(), self.ids.op()
        expected = self.reference.end_taken(view.seen, is_success)
        output, code = (REF, None) if is_success else (None, "OWN_REASON")
        self._agree(actor, expected, lambda: transitions.end_taken(view.run, actor, now, op, output=output, code=code, detail=None))

    @rule(actor=ACTORS, looks_first=LOOKS)
    def execute(self, actor: str, looks_first: bool) -> None:
        view, now, op = self._view(actor, looks_first), self._now(), self.ids.op()
        expected = self.reference.execute(view.seen, now)
        self._agree(actor, expected, lambda: transitions.execute(view.run, actor, now, op, TIMING))

    @rule(actor=ACTORS, looks_first=LOOKS, number=st.integers(901, 904))
    def attach(self, actor: str, looks_first: bool, number: int) -> None:
        view, now, op = self._view(actor, looks_first), self._now(), self.ids.op()
        expected = self.reference.attach(view.seen, run_id(number))
        self._agree(actor, expected, lambda: transitions.attach(view.run, actor, now, op, run_id(number)))

    @rule(actor=ACTORS, looks_first=LOOKS)
    def cancel(self, actor: str, looks_first: bool) -> None:
        view, now, op = self._view(actor, looks_first), self._now(), self.ids.op()
        expected = self.reference.cancel(view.seen)
        self._agree(actor, expected, lambda: transitions.cancel(view.run, actor, now, op))

    @rule(actor=ACTORS, looks_first=LOOKS)
    def retry(self, actor: str, looks_first: bool) -> None:
        view, now, op = self._view(actor, looks_first), self._now(), self.ids.op()
        expected = self.reference.retry(view.seen, now)
        self._agree(actor, expected, lambda: transitions.retry(view.run, actor, now, op, TIMING))

    @rule(actor=ACTORS, looks_first=LOOKS)
    def advance(self, actor: str, looks_first: bool) -> None:
        view, now, op = self._view(actor, looks_first), self._now(), self.ids.op()
        expected = self.reference.advance(view.seen, now)
        self._agree(actor, expected, lambda: transitions.advance(view.run, actor, now, op, skip_validation=False))

    # --- the sweeper --------------------------------------------------------------------------------------------------

    @rule(actor=ACTORS, looks_first=LOOKS)
    def sweep(self, actor: str, looks_first: bool) -> None:
        view, now = self._view(actor, looks_first), self._now()
        sweeper = Sweeper(self.store, RememberingDoorbell(), self.clock, self.ids, TIMING, True)
        expected = self.reference.sweep(view.seen, now)
        self._agree(actor, expected, lambda: sweeper.due(view.run, now))

    # --- always -------------------------------------------------------------------------------------------------------

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
        assert list(self.store.open_runs()) == ([] if run.is_terminal else [run])
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
        holder=run.lessee,
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
