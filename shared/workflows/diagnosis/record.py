"""What a patient's record must be to be accepted: a FHIR R4 Bundle with exactly one Patient.

The frame is checked, and that it is R4: what stands inside the resources is as real systems send
it, and the context pack reads it as it is. Errors name fields and never hold a value; warnings
are sentences that hold none either.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.workflows.diagnosis.chart import Chart
from shared.workflows.diagnosis.fhir import Held, Opened, opened, resource_type
from shared.workflows.diagnosis.fhir_version import Sign, foreign_sign
from shared.workflows.diagnosis.kinds import READ
from shared.workflows.diagnosis.notices import record_warnings
from shared.workflows.diagnosis.references import spelt_id
from shared.workflows.diagnosis.terminology import RESOURCE_TYPES

ERRORS_SHOWN = 20
SIGNS_SHOWN = 5
STRANGE_TYPES_NAMED = 20
REFUSED_FROM = 0.1
"""The share of the resources that are read which, showing another FHIR version, makes the record
one of that version.
"""
_TYPE_NAME = re.compile(r"[A-Z][A-Za-z]{1,63}")
_BODILESS = ("request", "response")


@dataclass(frozen=True)
class RecordSummary:
    """`resources`: how many of each type the entries hold, nested bundles opened, by name.
    `warnings`: what a reader of the record must know, in sentences without any of its data.
    """

    resources: dict[str, int]
    warnings: list[str] = field(default_factory=list)
    patient: Mapping[str, Any] = field(default_factory=dict)
    """The bundle's Patient, in its last version, wherever in the bundle it stands."""
    chart: Chart | None = None
    """The record sorted, for whoever goes on to read it."""


class InvalidRecord(ValueError):
    """`errors` lists `{"field": "body.entry[3].resource", "message": ...}`, the first 20."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("The record is not a FHIR R4 Bundle with exactly one Patient")
        self.errors = errors[:ERRORS_SHOWN]


def parse_record(data: bytes) -> Any:
    """The JSON value of stored bytes; raises InvalidRecord when they are none."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InvalidRecord([_error("body", "must be JSON")]) from None


def validate_record(bundle: Any) -> RecordSummary:
    """Counts the bundle's resources; raises InvalidRecord when it is not such a bundle."""
    if not isinstance(bundle, Mapping):
        raise InvalidRecord([_error("body", "must be a FHIR Bundle, a JSON object")])
    found = opened(bundle)
    errors = list(_frame_errors(found))
    if errors:
        raise InvalidRecord(errors)
    refused = _version_errors(found)
    if refused:
        raise InvalidRecord(refused)
    chart = Chart(found, READ)
    patients = _people(chart.patients)
    if patients != 1:
        message = f"must hold exactly one Patient resource, holds {patients}"
        raise InvalidRecord([_error("body.entry", message)])
    patient = chart.patients[0].resource
    return RecordSummary(_counted(found), record_warnings(chart), patient, chart)


def _counted(found: Opened) -> dict[str, int]:
    """How many of each type. Of names that no FHIR type has, a hostile record could hold more than
    can be listed: beyond a handful they are counted as `Unknown`.
    """
    counts = Counter(resource_type(entry.resource) for entry in found.entries if entry.resource)
    strange = sorted(counts.keys() - RESOURCE_TYPES)
    for name in strange[STRANGE_TYPES_NAMED:]:
        counts["Unknown"] += counts.pop(name)
    return dict(sorted(counts.items()))


def _people(patients: list[Held]) -> int:
    """How many there are: one that stands twice under one id is one."""
    ids = [spelt_id(patient.resource) for patient in patients]
    return len({own for own in ids if own}) + sum(own is None for own in ids)


def _frame_errors(found: Opened) -> Iterator[dict[str, str]]:
    for place, bundle in found.bundles:
        at = f"body.{place}".rstrip(".")
        if not place and bundle.get("resourceType") != "Bundle":
            yield _error("body.resourceType", "must be 'Bundle'")
        entries = bundle.get("entry")
        # A nested search that found nothing has no entry at all.
        if not isinstance(entries, list) and not (place and entries is None):
            yield _error(f"{at}.entry", "is required and must be an array")
            continue
        for position, entry in enumerate(entries or []):
            yield from _entry_errors(f"{at}.entry[{position}]", entry)


def _entry_errors(field: str, entry: Any) -> list[dict[str, str]]:
    if not isinstance(entry, Mapping):
        return [_error(field, "must be an object")]
    resource = entry.get("resource")
    if resource is None and any(isinstance(entry.get(part), Mapping) for part in _BODILESS):
        return []
    if not isinstance(resource, Mapping):
        return [_error(f"{field}.resource", "is required and must be an object")]
    name = resource.get("resourceType")
    if not isinstance(name, str) or not _TYPE_NAME.fullmatch(name):
        return [
            _error(
                f"{field}.resource.resourceType",
                "is required and must be the name of a FHIR resource type",
            )
        ]
    return []


def _version_errors(found: Opened) -> list[dict[str, str]]:
    """Errors when so many resources show another version that the record is of that version."""
    read = 0
    signs: list[tuple[str, Sign]] = []
    for entry in found.entries:
        for held in entry.held():
            if held.type in READ:
                read += 1
                sign = foreign_sign(held.resource)
                if sign:
                    inside = ".contained" if held.is_contained else ""
                    signs.append((f"body.{entry.place}.resource{inside}", sign))
    if not signs or len(signs) < REFUSED_FROM * read:
        return []
    return [_version_error(place, sign) for place, sign in signs[:SIGNS_SHOWN]]


def _version_error(place: str, sign: Sign) -> dict[str, str]:
    if not sign.field:
        message = f"is a resource type of FHIR {sign.version}; a record must be FHIR R4"
        return _error(f"{place}.resourceType", message)
    return _error(
        f"{place}.{sign.field}", f"is written as in FHIR {sign.version}; a record must be FHIR R4"
    )


def _error(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}
