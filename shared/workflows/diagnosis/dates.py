"""FHIR dates, which may be partial, and ages, which may be as private as dates. Knows no clock."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

_PARTIAL = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
OLDEST_SHOWN = 89
FULL = len("2019-06-13")
_CLOCK = re.compile(
    r"[T ]([01]\d|2[0-4]):([0-5]\d)(?::\d{2}(?:[.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?\s*$"
)
_ZERO = {"Z", "+00:00", "-00:00", "+0000", "-0000"}
NINETY_PLUS = "90+"


def day_of(value: Any) -> str | None:
    """`2019`, `2019-06` or `2019-06-13` of a FHIR date, dateTime or instant; None for anything
    else, free text above all.
    """
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
    """A string that sorts as the moments do, in UTC; a partial date sorts before everything in
    it, no date before all dates.
    """
    day = day_of(value)
    if day is None:
        return ""
    # Shifting the first or last day of the calendar to UTC overflows.
    try:
        moment = datetime.fromisoformat(value)
        if len(value.strip()) <= FULL:
            return day
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        return day


def clock_of(value: Any) -> str:
    """`T17:04Z` or `T19:04+02:00` of a moment, to the minute; empty for a date. No offset is
    UTC.
    """
    if day_of(value) is None:
        return ""
    found = _CLOCK.match(value, FULL)
    if not found:
        return ""
    offset = found[3] or "Z"
    return f"T{found[1]}:{found[2]}{'Z' if offset in _ZERO else offset}"


def is_before(moment: Any, day: str) -> bool:
    """Whether a date, at its last moment, is before a full day. Nothing is before it that is no
    date.
    """
    said = day_of(moment)
    return said is not None and said < day[: len(said)]


def day_after(moment: Any, days: float) -> str | None:
    """The day that many days after a date; a partial one counts from its first day. None beyond
    the calendar.
    """
    said = day_of(moment)
    if said is None:
        return None
    try:
        start = date.fromisoformat((said + "-01-01")[:FULL])
        return (start + timedelta(days=days)).isoformat()
    except (OverflowError, ValueError):
        return None


def years_between(birth: str, at: str) -> int | None:
    """Whole years from one day to another, both as `day_of` gives them; None when the second is
    the earlier.
    """
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
    """Ages over 89 are few enough to name a person (45 CFR 164.514(b)(2)(i)(C)), so they are one
    group.
    """
    return years if years is None or years <= OLDEST_SHOWN else NINETY_PLUS


def _parts(day: str) -> list[int]:
    return [int(part) for part in day.split("-")]
