"""Observations: vital signs, laboratory results and the rest, with values of every FHIR type.

Must never touch a string of the record but through the reader, which scrubs it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from shared.workflows.diagnosis.facts import NOT_STATED, Fact, fact
from shared.workflows.diagnosis.fhir import Held, mapping, mappings, text
from shared.workflows.diagnosis.reading import Reader, present
from shared.workflows.diagnosis.terminology import VITAL_SIGNS

COMPONENT_LIMIT = 40
_FINAL = {"final", "amended", "corrected"}
_LABORATORIES = "laboratory lab labs hm ch mb mcb myc par sr blb tx vr imm cg ge"
# observation-category codes, the diagnostic sections of v2-0074 that are laboratories, and what free-text categories say.
_SECTIONS = {
    "vital_signs": {"vitalsigns", "vitals"},
    "laboratory_results": set(_LABORATORIES.split()),
}


def observation(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = reader.code(resource.get("status"))
    return fact(
        _section(resource),
        reader.concept(resource.get("code")),
        reader.when(resource, "effective", "issued"),
        **_measured(reader, resource),
        components=_components(reader, resource),
        status=status if status not in _FINAL else None,
        body_site=reader.name(resource.get("bodySite")),
        notes=reader.notes(resource.get("note")),
    )


def _section(resource: Mapping[str, Any]) -> str:
    said = set()
    for category in mappings(resource.get("category")):
        words = [text(coding.get("code")) for coding in mappings(category.get("coding"))] + [text(category.get("text"))]
        said |= {"".join(char for char in word.lower() if char.isalpha()) for word in words if word}
    for section, categories in _SECTIONS.items():
        if said & categories:
            return section
    codes = (text(coding.get("code")) for coding in mappings(mapping(resource.get("code")).get("coding")))
    return "vital_signs" if not said and any(code in VITAL_SIGNS for code in codes) else "other_observations"


def _components(reader: Reader, resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A blood pressure's two numbers, a survey's answers."""
    shown = []
    for component in mappings(resource.get("component"))[:COMPONENT_LIMIT]:
        named = reader.concept(component.get("code")) or {"name": NOT_STATED}
        shown.append({**named, **present(**_measured(reader, component))})
    return shown


def _measured(reader: Reader, resource: Mapping[str, Any]) -> dict[str, Any]:
    """The value, why there is none, how it was interpreted and against what."""
    return {
        **_value(reader, resource),
        "absent": reader.name(resource.get("dataAbsentReason")),
        "interpretation": reader.names(_listed(resource.get("interpretation"))),
        "reference_ranges": [shown for shown in (_range(reader, one) for one in mappings(resource.get("referenceRange"))[:3]) if shown],
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _range(reader: Reader, value: Mapping[str, Any]) -> str | None:
    low, high = reader.amount(value.get("low")), reader.amount(value.get("high"))
    bounds = f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}" if high else None
    return bounds or reader.note(value.get("text"))


def _value(reader: Reader, resource: Mapping[str, Any]) -> dict[str, Any]:
    """`value` with `unit` and `comparator` where it has them; empty when no value[x] can be read."""
    quantity = reader.quantity(resource.get("valueQuantity"))
    if quantity:
        return quantity
    for element, read in _READERS.items():
        if element in resource:
            value = read(reader, resource[element])
            if value is not None:
                return {"value": value}
    return {}


def _ratio(reader: Reader, value: Any) -> str | None:
    parts = [reader.amount(mapping(value).get(part)) for part in ("numerator", "denominator")]
    return " : ".join(part for part in parts if part) or None


def _period(reader: Reader, value: Any) -> str | None:
    days = [reader.day(mapping(value).get(part)) for part in ("start", "end")]
    return " to ".join(day for day in days if day) or None


def _sampled(_: Reader, value: Any) -> str | None:
    data = text(mapping(value).get("data"))
    return f"sampled data, {len(data.split())} points, not shown" if data else None


def _plain(reader: Reader, value: Any) -> Any:
    return value if isinstance(value, bool) else (reader.quantity({"value": value}) or {}).get("value")


_READERS: dict[str, Callable[[Reader, Any], Any]] = {
    "valueCodeableConcept": lambda reader, value: reader.name(value),
    "valueString": lambda reader, value: reader.note(value),
    "valueBoolean": _plain,
    "valueInteger": _plain,
    "valueDecimal": _plain,
    "valueRange": lambda reader, value: _range(reader, mapping(value)),
    "valueRatio": _ratio,
    "valueSampledData": _sampled,
    "valueTime": lambda reader, value: reader.note(value),
    "valueDateTime": lambda reader, value: reader.day(value),
    "valuePeriod": _period,
}
