"""The patient without identifiers: age, sex, whether they live. No date, no place, no name.

Knows the Patient resource only.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.dates import FULL, day_of, months_between, shown_age, years_between
from shared.workflows.diagnosis.fhir import Held, is_true, mapping, mappings, text

_EXTENSIONS = "http://hl7.org/fhir/us/core/StructureDefinition/"
_SEX_EXTENSIONS = ("us-core-sex", "us-core-individual-sex", "us-core-birthsex")
_SEXES = {
    "F": "female",
    "M": "male",
    "UNK": "unknown",
    "OTH": "other",
    "248152002": "female",
    "248153007": "male",
    "asked-declined": "unknown",
    "female": "female",
    "male": "male",
    "other": "other",
    "unknown": "unknown",
}
_INFANT_MONTHS = 24


def demographics(patients: Iterable[Held], as_of: str) -> dict[str, Any] | None:
    """Of the bundle's Patient on the day `as_of`. Of several, which no accepted record has, one
    chosen whatever their order.
    """
    found = [_of(patient.resource, as_of) for patient in patients]
    return min(found, key=canonical_json) if found else None


def _of(patient: Mapping[str, Any], as_of: str) -> dict[str, Any]:
    birth, death = day_of(patient.get("birthDate")), day_of(patient.get("deceasedDateTime"))
    deceased = death is not None or is_true(patient.get("deceasedBoolean"))
    shown: dict[str, Any] = {
        "age_years": shown_age(years_between(birth, as_of)) if birth and not deceased else None,
        "gender": gender(patient),
        "sex_at_birth": _extended(patient, "us-core-birthsex"),
        "deceased": deceased,
        "age_at_death_years": shown_age(years_between(birth, death)) if birth and death else None,
    }
    # A year is too coarse for an infant, whose normal values change by the month.
    months = months_between(birth, as_of) if birth and not deceased else None
    if months is not None and 0 <= months < _INFANT_MONTHS:
        shown["age_months"] = months
    if birth and len(birth) < FULL:
        shown["age_is_approximate"] = True
    return shown


def gender(patient: Mapping[str, Any]) -> str | None:
    """`gender`, else what the extensions for sex say."""
    said = text(patient.get("gender"))
    if said in ("male", "female", "other", "unknown"):
        return said
    return next(filter(None, (_extended(patient, name) for name in _SEX_EXTENSIONS)), None)


def _extended(patient: Mapping[str, Any], name: str) -> str | None:
    for found in mappings(patient.get("extension")):
        if found.get("url") == _EXTENSIONS + name:
            concept = mapping(found.get("valueCodeableConcept"))
            codings = [mapping(found.get("valueCoding")), *mappings(concept.get("coding"))]
            codes = [
                text(found.get("valueCode")),
                *(text(coding.get("code")) for coding in codings),
            ]
            return next((_SEXES[code] for code in codes if code in _SEXES), None)
    return None
