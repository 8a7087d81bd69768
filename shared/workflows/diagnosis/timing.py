"""FHIR's Timing in words: how often, when, for how long.

The words are those of HL7's event-timing, units-of-time and timing-abbreviation tables. Knows no
medicine.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.workflows.diagnosis.dates import day_of
from shared.workflows.diagnosis.fhir import mapping, mappings, number, text, texts
from shared.workflows.diagnosis.moments import moment
from shared.workflows.diagnosis.quantities import amount, span
from shared.workflows.diagnosis.reading import Reader

_UNITS = {
    "s": "second",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "wk": "week",
    "mo": "month",
    "a": "year",
}
_DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_EVENTS = {
    "MORN": "in the morning",
    "MORN.early": "in the early morning",
    "MORN.late": "in the late morning",
    "NOON": "around noon",
    "AFT": "in the afternoon",
    "AFT.early": "in the early afternoon",
    "AFT.late": "in the late afternoon",
    "EVE": "in the evening",
    "EVE.early": "in the early evening",
    "EVE.late": "in the late evening",
    "NIGHT": "at night",
    "PHS": "after sleep",
    "HS": "at bedtime",
    "WAKE": "on waking",
    "C": "with meals",
    "CM": "with breakfast",
    "CD": "with lunch",
    "CV": "with dinner",
    "AC": "before meals",
    "ACM": "before breakfast",
    "ACD": "before lunch",
    "ACV": "before dinner",
    "PC": "after meals",
    "PCM": "after breakfast",
    "PCD": "after lunch",
    "PCV": "after dinner",
    "IMD": "immediately",
}
_CODES = {
    "BID": "twice a day",
    "TID": "three times a day",
    "QID": "four times a day",
    "AM": "every morning",
    "PM": "every afternoon",
    "QD": "every day",
    "QOD": "every other day",
    "Q1H": "every hour",
    "Q2H": "every 2 hours",
    "Q3H": "every 3 hours",
    "Q4H": "every 4 hours",
    "Q6H": "every 6 hours",
    "Q8H": "every 8 hours",
    "BED": "at bedtime",
    "WK": "weekly",
    "MO": "monthly",
    "STAT": "at once",
}


def timing(reader: Reader, value: Any) -> list[str]:
    """The parts of a Timing, in the order in which they are read aloud; empty without any."""
    given = mapping(value)
    repeat = mapping(given.get("repeat"))
    parts = (
        _frequency(repeat),
        *_occasions(reader, repeat),
        _duration(repeat),
        _count(repeat),
        *_bounds(reader, repeat),
        _events(reader, given),
        _coded(reader, given.get("code")),
    )
    return [part for part in parts if part]


def _frequency(repeat: Mapping[str, Any]) -> str | None:
    """A period without a frequency means once in it (meaningWhenMissing)."""
    times = _to(repeat, "frequency")
    period = _to(repeat, "period")
    unit = text(repeat.get("periodUnit"))
    if period and not unit:
        unit = "(unit not stated)"
    if not period or not unit:
        return f"{times} times" if times else None
    one = _is_one(repeat.get("period")) and "periodMax" not in repeat
    per = _UNITS[unit] if one and unit in _UNITS else f"{period} {unit}"
    if not times:
        return f"every {per}"
    return f"once per {per}" if times == "1" else f"{times} times per {per}"


def _to(repeat: Mapping[str, Any], element: str) -> str | None:
    """`1`, or `1 to 2` where there is a highest too."""
    low, high = number(repeat.get(element)), number(repeat.get(f"{element}Max"))
    if low is None:
        return None if high is None else f"up to {high}"
    return str(low) if high is None or high == low else f"{low} to {high}"


def _is_one(value: Any) -> bool:
    return not isinstance(value, bool) and value == 1


def _occasions(reader: Reader, repeat: Mapping[str, Any]) -> Iterator[str]:
    days = [
        _DAYS.get(day.lower(), day) for day in _scrubbed(reader, repeat.get("dayOfWeek"), "days")
    ]
    if days:
        yield f"on {', '.join(days)}"
    times = [said[:5] for said in _scrubbed(reader, repeat.get("timeOfDay"), "times")]
    if times:
        yield f"at {', '.join(times)}"
    events = [_EVENTS.get(one, one) for one in _scrubbed(reader, repeat.get("when"), "times")]
    offset = number(repeat.get("offset"))
    if events:
        yield " and ".join(_offset(event, offset) for event in events)


def _offset(event: str, minutes: Any) -> str:
    """An offset counts from the event; where the event says neither before nor after, it is
    after.
    """
    if not minutes:
        return event
    relative = event.startswith(("before", "after"))
    return f"{minutes} minutes {event}" if relative else f"{minutes} minutes later than {event}"


def _scrubbed(reader: Reader, value: Any, name: str) -> list[str]:
    return [str(reader.note(one, 40, name)) for one in reader.listed(texts(value), name, 31)]


def _duration(repeat: Mapping[str, Any]) -> str | None:
    lasting, unit = _to(repeat, "duration"), text(repeat.get("durationUnit"))
    return f"each over {lasting} {unit or ''}".strip() if lasting else None


def _count(repeat: Mapping[str, Any]) -> str | None:
    times = _to(repeat, "count")
    return f"{times} times in all" if times else None


def _bounds(reader: Reader, repeat: Mapping[str, Any]) -> Iterator[str]:
    duration = amount(reader, repeat.get("boundsDuration"))
    if duration:
        yield f"for {duration}"
    between = span(reader, repeat.get("boundsRange"))
    if between:
        yield f"for {between}"
    period = moment(reader, mapping(repeat.get("boundsPeriod")))
    if period and period.shown:
        both = " to " in period.shown
        yield f"from {period.shown}" if both else period.shown


def _events(reader: Reader, given: Mapping[str, Any]) -> str | None:
    moments = [reader.moment(one) for one in texts(given.get("event")) if day_of(one)]
    shown = reader.listed([one for one in moments if one], "times")
    return f"at {', '.join(shown)}" if shown else None


def _coded(reader: Reader, code: Any) -> str | None:
    """`twice a day (BID)`: the abbreviation's meaning with what was said."""
    said = reader.name(code)
    codes = [text(coding.get("code")) or "" for coding in mappings(mapping(code).get("coding"))]
    sayings = (*codes, text(code) or "", said or "")
    words = next((_CODES[one.upper()] for one in sayings if one.upper() in _CODES), None)
    return f"{words} ({said})" if words and said and said.lower() != words else words or said
