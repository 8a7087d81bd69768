"""What people do to a run: each one decision over the run as read, written under its version.

A write that lost to a harmless one (an artifact attached, a checkpoint) is decided again on what
stands now; one that lost to a move of the run is a conflict.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from shared.engine.doorbell import ring_softly
from shared.errors import Conflict, GuardFailed, NotFound
from shared.ports import Clock, Doorbell, Ids, PayloadStore, RunStore
from shared.records.run import Run
from shared.runs import transitions
from shared.runs.canonical import canonical_json
from shared.runs.changes import Change
from shared.runs.timing import Timing
from shared.runs.transitions import Retry

Decide = Callable[[Run], Change | None]
_TRIES = 50


@dataclass(frozen=True, slots=True)
class Commands:
    runs: RunStore
    payloads: PayloadStore
    doorbell: Doorbell
    clock: Clock
    ids: Ids
    timing: Timing

    def execute(self, run: Run, actor: str) -> Run:
        """Ask the worker to take a queued run now.

        Raises Conflict when it is not queued or was asked for already.
        """
        op = self.ids.op()
        asked = self._write(
            run,
            lambda r: transitions.execute(r, actor, self.clock.now_ms(), op, self.timing),
            _same_spell,
        )
        ring_softly(self.doorbell, asked)
        return asked

    def take(self, run: Run, actor: str) -> Run:
        """A queued run into a person's hands. Raises Conflict when it is not queued."""
        op = self.ids.op()
        return self._write(
            run, lambda r: transitions.take(r, actor, self._now(), op, self.timing), _same_spell
        )

    def succeed(self, run: Run, actor: str, output: Any) -> Run:
        """End a run that a person took, with its output. Raises Conflict when none has taken it."""
        op = self.ids.op()
        transitions.end_taken(
            run, actor, self._now(), op, output=run.input, code=None, detail=None
        )  # refuse before storing
        ref = self.payloads.put(run, canonical_json(output))
        return self._write(
            run,
            lambda r: transitions.end_taken(
                r, actor, self._now(), op, output=ref, code=None, detail=None
            ),
            _never,
        )

    def fail(self, run: Run, actor: str, code: str, detail: Any) -> Run:
        """End a run that a person took, as failed. Raises Conflict when none has taken it."""
        op = self.ids.op()
        transitions.end_taken(run, actor, self._now(), op, output=None, code=code, detail=None)
        ref = self.payloads.put(run, canonical_json(detail))
        return self._write(
            run,
            lambda r: transitions.end_taken(
                r, actor, self._now(), op, output=None, code=code, detail=ref
            ),
            _never,
        )

    def attach(
        self,
        run: Run,
        actor: str,
        artifact_id: str,
        op: str | None = None,
        *,
        room: Callable[[Run], None] = lambda run: None,
    ) -> Run:
        """Name an artifact in a run that has not started.

        Naming it again changes nothing. `op` tells whose write named it; `room` refuses what the
        run, as it stands at the write, cannot take.
        """
        name = op or self.ids.op()

        def decide(r: Run) -> Change | None:
            if artifact_id in r.artifacts:
                return None
            room(r)
            return transitions.attach(r, actor, self._now(), name, artifact_id)

        return self._write(run, decide, _same_spell)

    def cancel(self, run: Run, actor: str, op: str | None = None) -> Run:
        """End an open run, whoever works on it. Raises Conflict when it has ended otherwise.

        `op` names the request, so that its repetition recognises itself.
        """
        name = op or self.ids.op()
        return self._write(run, lambda r: transitions.cancel(r, actor, self._now(), name), _always)

    def retry(
        self,
        run: Run,
        actor: str,
        asked: Retry = Retry(),
        op: str | None = None,
        *,
        document: Any = None,
    ) -> Run:
        """At least one more attempt for a failed run, with a new input where there is a `document`.

        `op` names the request, so that its repetition recognises itself. Raises Conflict when it
        has not failed.
        """
        name = op or self.ids.op()
        if document is not None:
            asked = replace(asked, input=self.payloads.put(run, canonical_json(document)))
        retried = self._write(
            run,
            lambda r: transitions.retry(r, actor, self._now(), name, self.timing, asked),
            _never,
        )
        if not retried.awaits_person:
            ring_softly(self.doorbell, retried)
        return retried

    def advance(self, run: Run, actor: str, op: str, *, skip_validation: bool) -> Run:
        """The current step of a waiting run to the worker.

        `op` names the request, so that its repetition recognises itself.

        Raises Conflict when the run is not waiting or was moved by somebody else.
        """
        advanced = self._write(
            run,
            lambda r: transitions.advance(
                r, actor, self._now(), op, skip_validation=skip_validation
            ),
            _never,
        )
        ring_softly(self.doorbell, advanced)
        return advanced

    def _now(self) -> int:
        return self.clock.now_ms()

    def _write(self, run: Run, decide: Decide, again: Callable[[Run, Run], bool]) -> Run:
        """Apply a decision (None: nothing is to be done); when it lost, decide again where
        `again(seen, current)` allows.

        Raises Conflict.
        """
        for _ in range(_TRIES):
            change = decide(run)
            if change is None:
                return run
            try:
                return self.runs.apply(change)
            except GuardFailed as exc:
                if exc.current is None:
                    raise NotFound from exc
                if not again(run, exc.current):
                    raise Conflict(
                        f"Run is not in '{run.status}' status (current: {exc.current.status})"
                    ) from exc
                run = exc.current
        raise Conflict(f"Run is being changed by others (current: {run.status})")


def _same_spell(seen: Run, current: Run) -> bool:
    """Still queued, and not claimed and requeued in between."""
    return seen.status is current.status and seen.fence == current.fence


def _always(seen: Run, current: Run) -> bool:
    return True


def _never(seen: Run, current: Run) -> bool:
    return False
