"""The state that a contained resource shares with the one that contains it, since it has no life
outside it.

What is contained in what was entered in error, or is another's, is set apart before (`chart`).
"""

from shared.workflows.diagnosis.fhir import Held, resource_type, text
from shared.workflows.diagnosis.statuses import folded

_STATES = {
    "draft": "draft",
    "proposed": "proposed",
    "proposal": "proposed",
    "option": "proposed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "revoked": "cancelled",
    "registered": "registered",
    "preliminary": "preliminary",
    "partial": "preliminary",
}
_STRICTNESS = ("preliminary", "registered", "proposed", "draft", "cancelled")


def container_state(held: Held) -> str | None:
    """`cancelled`, `draft`, `proposed`, `registered` or `preliminary`, the strictest that the
    container says; None else.
    """
    if not held.is_contained:
        return None
    said = (text(held.container.get(field)) for field in ("status", "intent", "docStatus"))
    states = {_STATES.get(folded(word)) for word in said if word} - {None}
    return max((state for state in states if state), key=_STRICTNESS.index, default=None)


def container_note(held: Held) -> str | None:
    """`a draft CarePlan`, where the container is not in force; a preliminary one is."""
    state = container_state(held)
    return None if state in (None, "preliminary") else f"a {state} {resource_type(held.container)}"
