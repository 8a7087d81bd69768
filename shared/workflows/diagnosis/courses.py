"""When the course of a medication is over, though it may still be called active.

Bounds of the dosage say how long a drug is to be taken, so where there are any they decide; else
the longest of what the order was valid for and its supply lasts. What says nothing of its end has
none.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.workflows.diagnosis.dates import day_after, day_of, is_before
from shared.workflows.diagnosis.fhir import mapping, mappings, number, text, texts

_DAYS = {
    **dict.fromkeys(("d", "day", "days", "tag", "tage"), 1.0),
    **dict.fromkeys(("wk", "week", "weeks"), 7.0),
    **dict.fromkeys(("mo", "month", "months"), 30.44),
    **dict.fromkeys(("a", "yr", "year", "years"), 365.25),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 1 / 24),
    "min": 1 / 1_440,
    "s": 1 / 86_400,
}


def days_in(duration: Any) -> float | None:
    """The length of a Duration in days; without a unit it counts days."""
    given = mapping(duration)
    amount = number(given.get("value"))
    unit = (text(given.get("code")) or text(given.get("unit")) or "d").lower()
    size = _DAYS.get(unit) or _DAYS.get((text(given.get("unit")) or "").lower())
    try:
        return float(amount) * size if amount is not None and size else None
    except ValueError:
        return None


def course_end(resource: Mapping[str, Any], dosages: Any, start: Any) -> str | None:
    """The day on which the course of an order or statement ends; None where nothing says so.
    `start`: when it began.
    """
    begun = _first(mapping(resource.get("effectivePeriod")).get("start"), start)
    stated = list(_ends_of_bounds(mappings(dosages), begun))
    ends = [end for end in stated if end]
    if stated and len(ends) == len(stated):
        return max(ends)
    period = day_of(mapping(resource.get("effectivePeriod")).get("end"))
    otherwise = period or _end_of_supply(mapping(resource.get("dispenseRequest")), begun)
    # One dosage without an end, after others that have one, goes on for as long as the order does.
    return max([otherwise, *ends]) if otherwise else None


def _ends_of_bounds(dosages: list[Mapping[str, Any]], start: Any) -> Iterator[str | None]:
    """Of each dosage; one that follows in sequence begins where those before it have ended."""
    begun, last, order = start, None, None
    for dosage in sorted(dosages, key=_sequence):
        if order is not None and _sequence(dosage) > order and last:
            begun = last
        order = _sequence(dosage)
        timed = mapping(dosage.get("timing"))
        end = _end_of_bounds(mapping(timed.get("repeat")), begun, timed)
        last = max(filter(None, (last, end)), default=None)
        yield end


def _sequence(dosage: Mapping[str, Any]) -> float:
    order = number(dosage.get("sequence"))
    return float(order) if isinstance(order, int | float) else 0.0


def is_over(end: str | None, today: str) -> bool:
    """Whether it ended before the day `today`; a partial date ends with its last day."""
    return end is not None and is_before(end, today)


def supply_end(dispense: Mapping[str, Any]) -> str | None:
    """The last day that a dispensed supply covers; None unless it was handed over and says for
    how many days.
    """
    days = days_in(dispense.get("daysSupply"))
    return day_after(dispense.get("whenHandedOver"), days) if days is not None else None


def _end_of_bounds(repeat: Mapping[str, Any], start: Any, timed: Mapping[str, Any]) -> str | None:
    period = mapping(repeat.get("boundsPeriod"))
    end = day_of(period.get("end"))
    if end:
        return end
    longest = days_in(repeat.get("boundsDuration"))
    if longest is None:
        longest = days_in(mapping(repeat.get("boundsRange")).get("high"))
    begun = _first(period.get("start"), *texts(timed.get("event")), start)
    return day_after(begun, longest) if longest is not None else None


def _end_of_supply(request: Mapping[str, Any], start: Any) -> str | None:
    validity = mapping(request.get("validityPeriod"))
    days = days_in(request.get("expectedSupplyDuration"))
    repeats = number(request.get("numberOfRepeatsAllowed"))
    supplies = 1 + repeats if isinstance(repeats, int) and repeats > 0 else 1
    begun = _first(validity.get("start"), start)
    lasts = day_after(begun, days * supplies) if days is not None else None
    return max((end for end in (day_of(validity.get("end")), lasts) if end), default=None)


def _first(*moments: Any) -> Any:
    return next((one for one in moments if day_of(one)), None)
