"""Who says how many of the runs parked at a gate may go on now, by kind of gate."""

from dataclasses import dataclass

from shared.engine.doorbell import probe_softly
from shared.engine.gatekeeping import CLOSED, RELEASED_AT_MOST, WIDE_OPEN, Opening
from shared.ports import Doorbell, OrganisationStore, ProviderStore
from shared.records.gate import parts_of
from shared.records.organisation import is_paused
from shared.runs import provider_gate


@dataclass(frozen=True, slots=True)
class ProviderKeeper:
    """Time or a probe opens a provider's gate; a probe that is due is asked for here,
    once a sweep.
    """

    providers: ProviderStore
    doorbell: Doorbell

    def __call__(self, gate: str, now: int) -> Opening:
        state = self.providers.get(gate)
        if provider_gate.wants_probe(state, now):
            probe_softly(self.doorbell, gate)
        return Opening(provider_gate.may_pass(state, now, RELEASED_AT_MOST))


@dataclass(frozen=True, slots=True)
class PauseKeeper:
    organisations: OrganisationStore

    def __call__(self, gate: str, now: int) -> Opening:
        _, org_id, workflow = parts_of(gate)
        paused = is_paused(self.organisations.get(org_id), workflow)
        return CLOSED if paused else WIDE_OPEN
