"""What a patient's record must be to be accepted: a FHIR R4 Bundle with exactly one Patient.

Only the frame is checked. What stands inside the resources is as real systems send it, and the context pack reads it as it is.
Its errors name fields and never hold a value.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ERRORS_SHOWN = 20
_TYPE_NAME = re.compile(r"[A-Z][A-Za-z]{1,63}")


@dataclass(frozen=True)
class RecordSummary:
    """How many resources of each type the bundle's entries hold, by name."""

    resources: dict[str, int]


class InvalidRecord(ValueError):
    """`errors` lists `{"field": "body.entry[3].resource", "message": ...}`, the first 20."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("The record is not a FHIR R4 Bundle with exactly one Patient")
        self.errors = errors[:ERRORS_SHOWN]


def validate_record(bundle: Any) -> RecordSummary:
    """Counts the bundle's resources; raises InvalidRecord when it is not such a bundle."""
    if not isinstance(bundle, Mapping):
        raise InvalidRecord([_error("body", "must be a FHIR Bundle, a JSON object")])
    errors = [] if bundle.get("resourceType") == "Bundle" else [_error("body.resourceType", "must be 'Bundle'")]
    entries = bundle.get("entry")
    if not isinstance(entries, list):
        raise InvalidRecord([*errors, _error("body.entry", "is required and must be an array")])
    for position, entry in enumerate(entries):
        errors += _entry_errors(f"body.entry[{position}]", entry)
    if errors:
        raise InvalidRecord(errors)
    resources = Counter(entry["resource"]["resourceType"] for entry in entries)
    if resources["Patient"] != 1:
        raise InvalidRecord([_error("body.entry", f"must hold exactly one Patient resource, holds {resources['Patient']}")])
    return RecordSummary(dict(sorted(resources.items())))


def _entry_errors(field: str, entry: Any) -> list[dict[str, str]]:
    if not isinstance(entry, Mapping):
        return [_error(field, "must be an object")]
    resource = entry.get("resource")
    if not isinstance(resource, Mapping):
        return [_error(f"{field}.resource", "is required and must be an object")]
    name = resource.get("resourceType")
    if not isinstance(name, str) or not _TYPE_NAME.fullmatch(name):
        return [_error(f"{field}.resource.resourceType", "is required and must be the name of a FHIR resource type")]
    return []


def _error(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}
