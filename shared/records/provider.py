"""Whether a provider's model takes calls: one small record for each, which all workers
share. Pure.
"""

from dataclasses import dataclass

from shared.errors import RefusedBecause


@dataclass(frozen=True, slots=True)
class ProviderState:
    """Open, or closed since `since` (ms) because of `reason`.

    Without `needs_probe` time alone opens it, at `closed_until`; with it a probe must succeed, and
    none is sent before that moment. `refusals`: how many spells of refusal followed each other;
    nothing was let in between. `probe_until`: somebody is probing. `version` guards each write.
    """

    reason: RefusedBecause | None = None
    since: int = 0
    closed_until: int = 0
    needs_probe: bool = False
    refusals: int = 0
    probe_until: int = 0
    version: int = 0


OPEN = ProviderState()
