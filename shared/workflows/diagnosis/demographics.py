"""The patient without identifiers: age, sex, whether they live. No date, no place, no name.

Knows the Patient resource only.
"""

from collections.abc import Mapping
from typing import Any

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.dates import FULL, day_of, months_between, shown_age, years_between
from shared.workflows.diagnosis.fhir import Record, mappings, text

_BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
_SEXES = {"F": "female", "M": "male", "UNK": "unknown", "OTH": "other"}
_INFANT_MONTHS = 24


def demographics(record: Record, as_of: str) -> dict[str, Any] | None:
    """Of the bundle's Patient on the day `as_of`. Of several, which no accepted record has, one chosen whatever their order."""
    found = [_of(patient.resource, as_of) for patient in record.patients]
    return min(found, key=canonical_json) if found else None


def _of(patient: Mapping[str, Any], as_of: str) -> dict[str, Any]:
    birth, death = day_of(patient.get("birthDate")), day_of(patient.get("deceasedDateTime"))
    deceased = death is not None or patient.get("deceasedBoolean") is True
    shown: dict[str, Any] = {
        "age_years": shown_age(years_between(birth, as_of)) if birth and not deceased else None,
        "gender": _gender(patient),
        "sex_at_birth": _birth_sex(patient),
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


def _gender(patient: Mapping[str, Any]) -> str | None:
    said = text(patient.get("gender"))
    return said if said in ("male", "female", "other", "unknown") else None


def _birth_sex(patient: Mapping[str, Any]) -> str | None:
    codes = [text(found.get("valueCode")) for found in mappings(patient.get("extension")) if found.get("url") == _BIRTH_SEX]
    return next((_SEXES[code] for code in codes if code in _SEXES), None)
