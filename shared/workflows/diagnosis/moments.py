"""When something was: FHIR's dates, moments, periods, ages and words, as the pack shows them and
as they sort.

Knows the elements of FHIR's choice types, not the resources that have them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shared.workflows.diagnosis.dates import NINETY_PLUS, OLDEST_SHOWN, day_of, instant_of
from shared.workflows.diagnosis.fhir import mapping, texts
from shared.workflows.diagnosis.privacy.ages import shown_alone
from shared.workflows.diagnosis.quantities import quantity
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.texts import NAME_LIMIT

_SUFFIXES = ("", "DateTime", "Instant", "Period", "Date", "Timing")
_IN_YEARS = {
    **dict.fromkeys(
        ("a", "y", "yr", "yrs", "year", "years", "jahr", "jahre", "ans", "años", "anni", "lat"), 1.0
    ),
    **dict.fromkeys(("mo", "month", "months", "monate"), 1 / 12),
    **dict.fromkeys(("wk", "week", "weeks"), 7 / 365.25),
    **dict.fromkeys(("d", "day", "days"), 1 / 365.25),
}


@dataclass(frozen=True, slots=True)
class When:
    """`shown`: in the pack's words. `key`: sorts as the moments do, empty without a date.
    `exact`: with a time of day.
    """

    shown: str | None = None
    key: str = ""
    absent: str | None = None

    @property
    def stated(self) -> str | None:
        """What is shown, or that the time is not stated and why, where the record says why."""
        return self.shown or (f"not stated ({self.absent})" if self.absent else None)

    @property
    def exact(self) -> bool:
        return "T" in self.key


def when(reader: Reader, resource: Mapping[str, Any], *elements: str) -> When:
    """The first date among choice elements (`effective` reads effectiveDateTime and
    effectivePeriod) and plain ones.
    """
    for element in elements:
        for name, _ in _choices(element):
            value = resource.get(name)
            found = moment(reader, value) if value is not None else None
            if found:
                return found
    reasons = (
        reader.absent(resource, name)
        for element in elements
        for name, extended in _choices(element)
        if extended in resource
    )
    return When(absent=next(filter(None, reasons), None))


@lru_cache(maxsize=128)
def _choices(element: str) -> tuple[tuple[str, str], ...]:
    """A choice element's names, each with that of its extensions."""
    return tuple((element + suffix, f"_{element}{suffix}") for suffix in _SUFFIXES)


def moment(reader: Reader, value: Any) -> When | None:
    """Of a date, a Period or a Timing; both ends of a period are shown. None for what is no
    time.
    """
    if isinstance(value, str):
        shown = reader.moment(value)
        return When(shown, instant_of(value)) if shown else None
    period = mapping(value)
    events = [one for one in texts(period.get("event")) if day_of(one)]
    if events:
        shown = ", ".join(filter(None, map(reader.moment, reader.listed(events, "times"))))
        return When(shown, max(map(instant_of, events)))
    start, end = reader.moment(period.get("start")), reader.moment(period.get("end"))
    if not start and not end:
        return None
    shown = (
        start
        if start == end
        else f"{start} to {end}"
        if start and end
        else f"from {start}"
        if start
        else f"until {end}"
    )
    return When(shown, instant_of(period.get("start")) or instant_of(period.get("end")))


def said_when(reader: Reader, resource: Mapping[str, Any], element: str) -> str | None:
    """Of a choice element in any form: a date, a period, an age, a range of ages, or words."""
    found = when(reader, resource, element)
    if found.shown:
        return found.shown
    low_high = mapping(resource.get(f"{element}Range"))
    bounds = [age(reader, low_high.get(part)) for part in ("low", "high")]
    return (
        age(reader, resource.get(f"{element}Age"))
        or " to ".join(bound for bound in bounds if bound)
        or age_in_words(reader, resource, element)
    )


def age_in_words(reader: Reader, resource: Mapping[str, Any], element: str) -> str | None:
    """Of a choice element's text; a number alone is an age in years."""
    said = reader.note(resource.get(f"{element}String"), NAME_LIMIT, element)
    return said and shown_alone(said)


def age(reader: Reader, value: Any) -> str | None:
    """`age 45 years`; over 89 years, `age 90+ years`, since so few are as old."""
    shown = quantity(reader, value)
    if not shown:
        return None
    unit = shown.get("unit", "years")
    if is_over_89(shown["value"], unit):
        return f"age {NINETY_PLUS} years"
    return " ".join(
        str(part)
        for part in ("age", shown.get("comparator"), shown["value"], unit)
        if part is not None
    )


def is_over_89(value: Any, unit: Any) -> bool:
    """Whether a number of a unit of time, in years without one, is more than 89 years."""
    years = _IN_YEARS.get(str(unit).lower()) if unit else 1.0
    try:
        return years is not None and float(value) * years >= OLDEST_SHOWN + 1
    except (TypeError, ValueError):
        return False
