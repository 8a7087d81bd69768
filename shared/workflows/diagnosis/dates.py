"""FHIR dates, which may be partial, and ages, which may be as private as dates. Knows no clock."""

import re
from datetime import UTC, date, datetime
from typing import Any

_PARTIAL = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
OLDEST_SHOWN = 89
FULL = len("2019-06-13")
NINETY_PLUS = "90+"


def day_of(value: Any) -> str | None:
    """`2019`, `2019-06` or `2019-06-13` of a FHIR date, dateTime or instant; None for anything else, free text above all."""
    if not isinstance(value, str):
        return None
    found = _PARTIAL.match(value)
    if not found or value[found.end() : found.end() + 1] not in ("", "T", " "):
        return None
    try:
        date.fromisoformat((found.group() + "-01-01")[:10])
    except ValueError:
        return None
    return found.group()


def instant_of(value: Any) -> str:
    """A string that sorts as the moments do, in UTC; a partial date sorts before everything in it, no date before all dates."""
    day = day_of(value)
    if day is None:
        return ""
    # Shifting the first or last day of the calendar to UTC overflows.
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment.tzinfo else moment.isoformat()
    except (ValueError, OverflowError):
        return day


def years_between(birth: str, at: str) -> int | None:
    """Whole years from one day to another, both as `day_of` gives them; None when the second is the earlier."""
    (birth_year, *birth_rest), (year, *rest) = _parts(birth), _parts(at)
    short = min(len(birth_rest), len(rest))
    years = year - birth_year - (rest[:short] < birth_rest[:short])
    return years if years >= 0 else None


def months_between(birth: str, at: str) -> int | None:
    """Whole months between two full days; None when either is partial."""
    if len(birth) < FULL or len(at) < FULL:
        return None
    (birth_year, birth_month, birth_day), (year, month, day) = _parts(birth), _parts(at)
    return (year - birth_year) * 12 + month - birth_month - (day < birth_day)


def shown_age(years: int | None) -> int | str | None:
    """Ages over 89 are few enough to name a person (45 CFR 164.514(b)(2)(i)(C)), so they are one group."""
    return years if years is None or years <= OLDEST_SHOWN else NINETY_PLUS


def _parts(day: str) -> list[int]:
    return [int(part) for part in day.split("-")]
