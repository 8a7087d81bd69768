"""Which version of FHIR a resource is written in, by what only that version has.

A bundle does not state its version, and a negation of another version read as R4 turns into its
opposite (`notGiven: true`). So whatever shows another version is never read. The signs are those of
the published differences between DSTU2 (1.0), STU3 (3.0), R4 (4.0, 4.3) and R5 (5.0).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.workflows.diagnosis.fhir import (
    Resource,
    mapping,
    mappings,
    resource_type,
    text,
    texts,
)

DSTU2, STU3, R5 = "DSTU2", "STU3", "R5"


@dataclass(frozen=True, slots=True)
class Sign:
    """The field of a resource that shows another version; empty when the type itself does."""

    field: str
    version: str


_TYPES = {
    "MedicationOrder": DSTU2,
    "DiagnosticOrder": DSTU2,
    "ProcedureRequest": STU3,
    "ReferralRequest": STU3,
    "NutritionIntake": R5,
}
FOREIGN_TYPES = frozenset(_TYPES)
# Fields that R4 has in no resource that is read.
_FIELDS = {
    **dict.fromkeys(("wasNotGiven", "wasNotTaken", "notPerformed", "reasonNotTaken"), DSTU2),
    **dict.fromkeys(("notGiven", "notDone", "notDoneReason", "taken", "assertedDate"), STU3),
    **dict.fromkeys(("actualPeriod", "triggeredBy"), R5),
}
_FIELDS_OF = {
    ("Immunization", "reported"): DSTU2,
    ("AllergyIntolerance", "substance"): DSTU2,
    ("AllergyIntolerance", "status"): DSTU2,
    ("Condition", "dateRecorded"): DSTU2,
    ("Immunization", "date"): STU3,
    ("Observation", "comment"): STU3,
    ("Observation", "related"): STU3,
    ("MedicationStatement", "adherence"): R5,
}
_MEDICATION = {
    "MedicationRequest",
    "MedicationStatement",
    "MedicationAdministration",
    "MedicationDispense",
}
# R5 spells the second with one r; who mends it means the same.
_PREFIXES = {
    "Procedure": ("occurrence",),
    "MedicationAdministration": ("occurence", "occurrence"),
}
_MOMENTS = {"", "DateTime", "Period", "String", "Age", "Range", "Timing"}
_CORE = r"^https?://hl7\.org/fhir/(?:{0}/|StructureDefinition/[^|]*\|{0}(?:-|$))"
_PROFILE = (
    (re.compile(r"(?i)^https?://[^/]+/(?:fhir/)?(DSTU2|STU3|R5)/"), None),
    (re.compile(_CORE.format(r"1\.0(?:\.\d+)?")), DSTU2),
    (re.compile(_CORE.format(r"3\.0(?:\.\d+)?")), STU3),
    (re.compile(_CORE.format(r"5\.0(?:\.\d+)?")), R5),
    (re.compile(r"^https?://fhir\.org/guides/argonaut/"), DSTU2),
)


def foreign_sign(resource: Resource) -> Sign | None:
    """The first field that shows another version than R4; None when nothing does."""
    return next(_signs(resource), None)


def _signs(resource: Resource) -> Iterator[Sign]:
    kind = resource_type(resource)
    if kind in _TYPES:
        yield Sign("", _TYPES[kind])
    for field in resource:
        if field not in _TELLING and not field.startswith("occur"):
            continue
        version = (
            _FIELDS.get(field) or _FIELDS_OF.get((kind, field)) or _shape(kind, field, resource)
        )
        if version and resource[field] is not None:
            yield Sign(field, version)
    for profile in texts(mapping(resource.get("meta")).get("profile")):
        version = _profiled(profile)
        if version:
            yield Sign("meta.profile", version)


def _shape(kind: str, field: str, resource: Resource) -> str | None:
    """The version in which a field that R4 has too is of this type or form."""
    for prefix in _PREFIXES.get(kind, ()):
        if field.startswith(prefix) and field[len(prefix) :] in _MOMENTS:
            return R5
    found = _SHAPES.get(field)
    return found(kind, resource[field]) if found else None


def _medication(kind: str, _: Any) -> str | None:
    return R5 if kind in _MEDICATION else None


def _reason(_: str, value: Any) -> str | None:
    """R5's CodeableReference; DSTU2's Encounter.reason is a list of concepts and shows nothing."""
    parts = ("concept", "reference")
    # R5's Encounter has the concepts one step further down, in `value`.
    found = [
        *mappings(value),
        *(two for one in mappings(value) for two in mappings(one.get("value"))),
    ]
    codeable = any(isinstance(one.get(part), Mapping) for one in found for part in parts)
    return R5 if isinstance(value, list) and codeable else None


def _class(kind: str, value: Any) -> str | None:
    if kind != "Encounter":
        return None
    return DSTU2 if isinstance(value, str) else R5 if isinstance(value, list) else None


def _type(kind: str, value: Any) -> str | None:
    return R5 if kind == "AllergyIntolerance" and isinstance(value, Mapping) else None


def _status(kind: str, value: Any) -> str | None:
    recorded = kind == "MedicationStatement" and (text(value) or "").lower() == "recorded"
    return R5 if recorded else None


def _criticality(_: str, value: Any) -> str | None:
    return DSTU2 if text(value) in ("CRITL", "CRITH", "CRITU") else None


def _name(_: str, value: Any) -> str | None:
    families = (one.get("family") for one in mappings(value))
    return DSTU2 if any(isinstance(family, list) for family in families) else None


_SHAPES: Mapping[str, Callable[[str, Any], str | None]] = {
    "medication": _medication,
    "reason": _reason,
    "class": _class,
    "type": _type,
    "status": _status,
    "criticality": _criticality,
    "name": _name,
}


# Every other field shows nothing; nearly all are others.
_TELLING = frozenset((*_FIELDS, *(field for _, field in _FIELDS_OF), *_SHAPES))


def _profiled(profile: str) -> str | None:
    for pattern, version in _PROFILE:
        found = pattern.search(profile)
        if found:
            return version or found[1].upper()
    return None
