"""Scrubbers of small records made by hand, and the usual call."""

from typing import Any

from shared.workflows.diagnosis.identity import identity_of
from shared.workflows.diagnosis.scrub import Scrubber


def named(given: str, family: str) -> dict[str, Any]:
    return {"given": [given], "family": family}


def scrubber(*names: dict[str, Any], beside: Any = (), **patient: Any) -> Scrubber:
    """Of a patient with these names and fields, and other resources beside them."""
    who = {"resourceType": "Patient", "id": "p1", "name": list(names), **patient}
    return Scrubber(identity_of([who, *beside]))


def left(text: str, *names: dict[str, Any], beside: Any = (), **patient: Any) -> str:
    """What is left of a text in the record of that patient."""
    return scrubber(*names, beside=beside, **patient).free_text(text)
