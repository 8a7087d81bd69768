"""Looks at the gates before a run is claimed, and closes the provider's where a call was refused
entry.

What it saw of a provider is kept for five seconds, so that a refusal costs no claim and the looking
almost nothing. One for all the executions of a process; threads may share it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.errors import EntryRefused, PermanentFailure, StepError, StoreError
from shared.observability import log, measure
from shared.ports import (
    Clock,
    GateStore,
    Ids,
    LanguageModel,
    OrganisationStore,
    ProviderStore,
)
from shared.records.gate import Kind, Reason, parts_of, pause_gate, provider_gate
from shared.records.organisation import is_paused
from shared.records.provider import OPEN, ProviderState
from shared.records.run import Run
from shared.runs import provider_gate as rules
from shared.runs.model import ModelRequest
from shared.runs.timing import SECOND
from shared.workflows.definitions import asks_model

SEEN_FOR = 5 * SECOND
_PROBE_SECONDS = 30.0
_TRIES = 5


@dataclass(slots=True)
class Lookout:
    """`model_id`: the model that all workflows ask."""

    providers: ProviderStore
    gates: GateStore
    model: LanguageModel
    model_id: str
    clock: Clock
    ids: Ids
    organisations: OrganisationStore
    _seen: dict[str, tuple[int, ProviderState]] = field(default_factory=dict)

    @property
    def gate(self) -> str:
        return provider_gate(self.model.provider, self.model_id)

    def may_be_shut(self) -> bool:
        """Whether any gate may be closed at all; only then need a run be read before it
        is claimed.

        A gate that is not in use is open: it is noted before it is closed, and forgotten only when
        it is open.
        """
        in_use = self._gates_in_use()
        if any(parts_of(gate)[0] == Kind.PAUSE for gate in in_use or ()):
            return True
        is_listed = in_use is None or self.gate in in_use
        return is_listed and self._provider_reason() is not None

    def shut(self, run: Run) -> tuple[str, Reason] | None:
        """The closed gate that a queued run stands before, and why; None where it may be
        claimed.
        """
        if is_paused(self.organisations.get(run.org_id), run.workflow):
            return pause_gate(run.org_id, run.workflow), Reason.PAUSED
        reason = self._provider_reason() if asks_model(run.workflow) else None
        return None if reason is None else (self.gate, reason)

    def _provider_reason(self) -> Reason | None:
        """Why the model takes no calls now; None where it does, or where the store cannot
        be asked.
        """
        state = self._look(self.gate)
        if rules.is_open(state, self.clock.now_ms()) or state.reason is None:
            return None
        return Reason(state.reason.value.upper())

    def _gates_in_use(self) -> frozenset[str] | None:
        """Read anew each time, so that a pause holds from the moment that it is set. None where the
        store cannot be asked.
        """
        try:
            return frozenset(self.gates.before_claims())
        except StoreError:
            log("gate_not_seen", why="registry")
            return None

    def refused(self, refusal: EntryRefused) -> tuple[str, Reason]:
        """Close the gate, note that runs wait at it; its name, and the reason to park a
        run with.
        """
        gate, now = self.gate, self.clock.now_ms()
        self.gates.note(gate, now)
        jitter = _fraction(self.ids.op())
        self._change(
            gate,
            lambda state: rules.refused(
                state, refusal.reason, refusal.retry_after, self.clock.now_ms(), jitter
            ),
        )
        return gate, Reason(refusal.reason.value.upper())

    def let_in(self) -> None:
        """An answer came: where the gate had been closed, everybody may go on."""
        _, state = self._seen.get(self.gate, (0, OPEN))
        if state.reason is not None:
            self._change(self.gate, _open_if_closed)

    def probe(self, gate: str) -> None:
        """Ask the model for one token, on no run's account, if nobody else does so already."""
        state, now = self.providers.get(gate), self.clock.now_ms()
        if gate != self.gate or not rules.wants_probe(state, now):
            return
        if not self.providers.put(gate, rules.probing(state, now)):
            return
        measure("probe_sent", {"ProbesSent": 1})
        try:
            self.model.answer(
                ModelRequest(self.model_id, "", "Say OK.", {}, 1),
                still_wanted=lambda: None,
                timeout_seconds=_PROBE_SECONDS,
            )
        except EntryRefused as refusal:
            self.refused(refusal)
        except PermanentFailure:
            # It was let in; what is wrong with the key or the model each run shall say for itself.
            self._change(gate, rules.opened)
        except StepError:
            self._change(gate, lambda state: rules.without_result(state, self.clock.now_ms()))
        else:
            self._change(gate, rules.opened)

    def _look(self, gate: str) -> ProviderState:
        now = self.clock.now_ms()
        seen_at, state = self._seen.get(gate, (0, OPEN))
        if seen_at and seen_at <= now < seen_at + SEEN_FOR:
            return state
        try:
            state = self.providers.get(gate)
        except StoreError:
            log("gate_not_seen", why=gate.partition("#")[0])
            return OPEN
        self._seen[gate] = (now, state)
        return state

    def _change(self, gate: str, change: Callable[[ProviderState], ProviderState]) -> None:
        """Write what a change makes of the gate. One that cannot be written is lost: the next
        refusal closes it as well.
        """
        try:
            for _ in range(_TRIES):
                state = self.providers.get(gate)
                after = change(state)
                if after == state or self.providers.put(gate, after):
                    self._seen[gate] = (self.clock.now_ms(), after)
                    return
        except StoreError:
            log("gate_not_written", why=gate.partition("#")[0])


def _open_if_closed(state: ProviderState) -> ProviderState:
    return state if state.reason is None else rules.opened(state)


def _fraction(op: str) -> float:
    """A number from 0 to 1 out of a random name."""
    return int.from_bytes(hashlib.sha256(op.encode()).digest()[:4], "big") / 2**32
