"""What organisations have set, and whether providers take calls, in memory: every write under a
version.
"""

from threading import RLock

from shared.records.organisation import Organisation
from shared.records.provider import OPEN, ProviderState


class InMemoryProviderStore:
    """Implements shared.ports.ProviderStore."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._states: dict[str, ProviderState] = {}

    def get(self, gate: str) -> ProviderState:
        with self._lock:
            return self._states.get(gate, OPEN)

    def put(self, gate: str, state: ProviderState) -> bool:
        with self._lock:
            seen = self._states.get(gate)
            if seen is not None and seen.version != state.version - 1:
                return False
            self._states[gate] = state
            return True


class InMemoryOrganisationStore:
    """Implements shared.ports.OrganisationStore."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._organisations: dict[str, Organisation] = {}

    def get(self, org_id: str) -> Organisation:
        with self._lock:
            return self._organisations.get(org_id, Organisation(org_id))

    def put(self, organisation: Organisation) -> bool:
        with self._lock:
            seen = self._organisations.get(organisation.id)
            if seen is not None and seen.version != organisation.version - 1:
                return False
            self._organisations[organisation.id] = organisation
            return True
