"""What was measured: the value in its form, why there is none, how it was interpreted and against
which ranges.

No value is made up, converted or rounded. Knows observations and their components, not where they
stand.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from shared.workflows.diagnosis.dates import NINETY_PLUS
from shared.workflows.diagnosis.displays import interpretation_of
from shared.workflows.diagnosis.fhir import mapping, mappings, text
from shared.workflows.diagnosis.moments import is_over_89, moment
from shared.workflows.diagnosis.privacy import ages
from shared.workflows.diagnosis.quantities import amount, between, quantity, ratio, span
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.texts import NOTE_LIMIT

_RANGE_WORD = re.compile(r"[^\W\d_]+")
_POWER = re.compile(r"10[*^]\d+(?:/\S+)?")
_RANGE_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CRITICAL = {"HH", "LL", "AA"}


def measured(reader: Reader, resource: Mapping[str, Any]) -> dict[str, Any]:
    """The value, why there is none, how it was interpreted and against what."""
    value = _value(reader, resource)
    if is_over_89(value.get("value"), value.get("unit")) and _is_age(resource):
        value = {**value, "value": NINETY_PLUS}
    return {
        **value,
        "absent": reader.name(resource.get("dataAbsentReason"))
        or (None if value else _absent(reader, resource)),
        "interpretation": _interpretations(reader, resource.get("interpretation")),
        "reference_ranges": _ranges(reader, resource),
    }


def is_critical(resource: Mapping[str, Any]) -> bool:
    """Whether its interpretation, or one of its components', is a critical one."""
    holders = [resource, *mappings(resource.get("component"))]
    return any(
        text(coding.get("code")) in _CRITICAL
        for holder in holders
        for one in mappings(holder.get("interpretation"))
        for coding in mappings(one.get("coding"))
    )


def value_in_words(reader: Reader, resource: Mapping[str, Any]) -> str | None:
    """The value in one string, with its interpretation, for where a result is only named."""
    shown = measured(reader, resource)
    value = shown.get("value")
    if value is None:
        return f"no value ({shown['absent']})" if shown["absent"] else None
    said = " ".join(
        str(part)
        for part in (shown.get("comparator"), value, shown.get("unit"))
        if part is not None
    )
    return f"{said} ({'; '.join(shown['interpretation'])})" if shown["interpretation"] else said


def _is_age(resource: Mapping[str, Any]) -> bool:
    coded = mapping(resource.get("code"))
    codings = mappings(coded.get("coding"))
    said = [text(coded.get("text")), *(text(coding.get("display")) for coding in codings)]
    codes = [text(coding.get("code")) or "" for coding in codings]
    return ages.is_age(codes, next(filter(None, said), None))


def _interpretations(reader: Reader, value: Any) -> list[str]:
    found = value if isinstance(value, list) else [] if value is None else [value]
    said = [reader.meaning(_told(one)) for one in reader.listed(found, "interpretation")]
    return [interpretation_of(one) or one for one in said if one]


def _told(interpretation: Any) -> Any:
    """With the tables' words for a code that came without a system: it stands where only those
    codes do.
    """
    given = mapping(interpretation)
    codings = [
        coding
        if text(coding.get("system")) or text(coding.get("display"))
        else {**coding, "display": interpretation_of(text(coding.get("code")) or "")}
        for coding in mappings(given.get("coding"))
    ]
    return {**given, "coding": codings} if codings else interpretation


def _ranges(reader: Reader, resource: Mapping[str, Any]) -> list[str]:
    found = reader.parts(resource.get("referenceRange"), "reference_ranges")
    shown = [_range(reader, one) for one in found]
    return [one for one in shown if one]


def _range(reader: Reader, value: Mapping[str, Any]) -> str | None:
    """`12 g/dL to 15.5 g/dL (female; age from 18 a)`: the bounds, to whom they apply, and the
    text where it differs.
    """
    bounds = between(reader, value.get("low"), value.get("high"))
    said = reader.note(value.get("text"), NOTE_LIMIT, "reference_ranges")
    aged = span(reader, value.get("age"))
    labels = [
        reader.name(value.get("type")),
        *reader.names(value.get("appliesTo"), "reference_ranges"),
        f"age {aged}" if aged else None,
        said if bounds and said and not _repeats(said, bounds) else None,
    ]
    told = "; ".join(label for label in labels if label)
    shown = bounds or said
    return f"{shown} ({told})" if shown and told else shown


def _repeats(said: str, bounds: str) -> bool:
    """Whether a text says no more than the bounds: their numbers, signs and nothing of words."""
    words = set(_RANGE_WORD.findall(said.lower())) - set(_RANGE_WORD.findall(bounds.lower()))
    strict = "<" in said.replace("<=", "") or ">" in said.replace(">=", "")
    return not words and not strict and _numbers(said) == _numbers(bounds)


def _numbers(said: str) -> list[float]:
    # A power of ten belongs to the unit: 10*3/mm3.
    return [float(one) for one in _RANGE_NUMBER.findall(_POWER.sub("", said))]


def _value(reader: Reader, resource: Mapping[str, Any]) -> dict[str, Any]:
    """`value` with `unit` and `comparator` where it has them; empty when no value[x] can be
    read.
    """
    found = quantity(reader, resource.get("valueQuantity"))
    if found:
        return found
    for element, read in _READERS.items():
        if element in resource:
            value = read(reader, resource[element])
            if value is not None:
                return {"value": value}
    return {}


def _absent(reader: Reader, resource: Mapping[str, Any]) -> str | None:
    """The reason on a value's own extension, or on its number's."""
    for element in ("valueQuantity", *_READERS):
        for holder, part in ((resource, element), (mapping(resource.get(element)), "value")):
            reason = reader.absent(holder, part)
            if reason:
                return reason
    return None


def _period(reader: Reader, value: Any) -> str | None:
    found = moment(reader, mapping(value))
    return found.shown if found else None


def _sampled(_: Reader, value: Any) -> str | None:
    data = text(mapping(value).get("data"))
    return f"sampled data, {len(data.split())} points, not shown" if data else None


def _plain(reader: Reader, value: Any) -> Any:
    return (
        value
        if isinstance(value, bool)
        else (quantity(reader, {"value": value}) or {}).get("value")
    )


def _string(reader: Reader, value: Any) -> Any:
    """A text; a URL is no value. A careless converter's number or truth value keeps its form."""
    return (
        reader.note(reader.worded(value), name="value")
        if isinstance(value, str)
        else _plain(reader, value)
    )


_READERS: dict[str, Callable[[Reader, Any], Any]] = {
    "valueCodeableConcept": lambda reader, value: reader.meaning(value),
    "valueString": _string,
    "valueBoolean": _plain,
    "valueInteger": _plain,
    "valueDecimal": _plain,
    "valueRange": span,
    "valueRatio": ratio,
    "valueSampledData": _sampled,
    "valueTime": lambda reader, value: reader.note(value, 40),
    "valueDateTime": lambda reader, value: reader.moment(value),
    "valuePeriod": _period,
    "valueCoding": lambda reader, value: reader.meaning(value),
    "valueCode": lambda reader, value: reader.note(value, 100),
    "valueDate": lambda reader, value: reader.moment(value),
    "valueDuration": amount,
    "valueAge": amount,
}
