"""Who a record says it is about, in the little that tells two people apart.

Only what is compared is kept: birth date, gender, and fingerprints of identifiers instead of the
identifiers. A fingerprint is salted with whose record it is, so that it can be compared within that
patient's versions and nowhere else.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.records.care import Person

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?=$|T)")
_STATED_GENDERS = {"male", "female", "other"}
_MOST_IDENTIFIERS = 50


def person_of(patient: Mapping[str, Any], salt: str) -> Person:
    """What a Patient resource says of who they are.

    Whatever has another form than FHIR's is as if it were absent.
    """
    gender = patient.get("gender")
    return Person(
        _date(patient.get("birthDate")),
        gender.lower() if isinstance(gender, str) else None,
        _date(patient.get("deceasedDateTime")),
        _identifiers(patient.get("identifier"), salt),
    )


def is_other_person(held: Person, sent: Person) -> bool:
    """Whether two records cannot be of one person: what both state differs, or both have
    identifiers and share none.
    """
    return (
        _dates_differ(held.birth_date, sent.birth_date)
        or _genders_differ(held.gender, sent.gender)
        or _share_no_identifier(held.identifiers, sent.identifiers)
    )


def age_years(person: Person, today: date) -> int | None:
    """Whole years from birth until today or death; None without a birth date, or with one in the
    future.
    """
    born, until = _earliest(person.birth_date), _earliest(person.deceased) or today
    if born is None:
        return None
    years = until.year - born.year - ((until.month, until.day) < (born.month, born.day))
    return years if years >= 0 else None


def _date(value: Any) -> str | None:
    found = _DATE.match(value) if isinstance(value, str) else None
    return found.group(0) if found and _earliest(found.group(0)) else None


def _earliest(value: str | None) -> date | None:
    """The first day of a partial date. None for none, or one that no calendar has."""
    if value is None:
        return None
    parts = [int(part) for part in value.split("-")]
    try:
        return date(*[*parts, 1, 1][:3])
    except ValueError:
        return None


def _dates_differ(one: str | None, other: str | None) -> bool:
    """A partial date agrees with every date in it."""
    if one is None or other is None:
        return False
    return not (one.startswith(other) or other.startswith(one))


def _genders_differ(one: str | None, other: str | None) -> bool:
    return one != other and {one, other} <= _STATED_GENDERS


def _share_no_identifier(
    held: tuple[tuple[str, str], ...], sent: tuple[tuple[str, str], ...]
) -> bool:
    return bool(held and sent) and not any(_same_identifier(a, b) for a in held for b in sent)


def _same_identifier(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Equal values; the systems too, where both state one."""
    return one[1] == other[1] and (one[0] == other[0] or not (one[0] and other[0]))


def _identifiers(value: Any, salt: str) -> tuple[tuple[str, str], ...]:
    found = value if isinstance(value, list) else [value]
    pairs = {
        (_fingerprint(item.get("system"), salt), _fingerprint(item.get("value"), salt))
        for item in found
        if isinstance(item, Mapping)
    }
    return tuple(sorted(pair for pair in pairs if pair[1]))[:_MOST_IDENTIFIERS]


def _fingerprint(value: Any, salt: str) -> str:
    """Empty for what is no text or empty; letters' case and white space do not matter."""
    said = "".join(value.split()).casefold() if isinstance(value, str) else ""
    return hashlib.sha256(f"{salt}\0{said}".encode()).hexdigest()[:24] if said else ""
