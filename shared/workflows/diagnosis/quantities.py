"""Measured amounts: quantities, ranges and ratios as they were recorded, with the unit as
written.

Numbers are never changed, converted or made up. A UCUM code of another unit than the written one
is shown as a conflict. Knows no resource.
"""

from typing import Any

from shared.workflows.diagnosis.fhir import mapping, number, text
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.texts import present
from shared.workflows.diagnosis.units import are_different

_COMPARATORS = ("<", "<=", ">=", ">", "ad")


def quantity(reader: Reader, value: Any) -> dict[str, Any] | None:
    """`{value, unit?, comparator?, unit_conflict?}`; None without a number."""
    given = mapping(value)
    amount = number(given.get("value")) if given else None
    if amount is None:
        return None
    unit, code = text(given.get("unit")), text(given.get("code"))
    comparator = given.get("comparator")
    return present(
        value=amount,
        unit=_unit(reader, unit or code),
        comparator=comparator if comparator in _COMPARATORS else None,
        unit_conflict=_conflict(reader, unit, code),
    )


def _unit(reader: Reader, unit: str | None) -> str | None:
    return reader.unit(unit) if unit else None


def _conflict(reader: Reader, unit: str | None, code: str | None) -> str | None:
    if not unit or not code or not are_different(unit, code):
        return None
    return f"written {_unit(reader, unit)}, coded {_unit(reader, code)}"


def amount(reader: Reader, value: Any) -> str | None:
    """A quantity in one string: `< 5 mg`."""
    shown = quantity(reader, value)
    if not shown:
        return None
    said = " ".join(str(shown[part]) for part in ("comparator", "value", "unit") if part in shown)
    return f"{said} (unit conflict: {shown['unit_conflict']})" if "unit_conflict" in shown else said


def between(reader: Reader, low: Any, high: Any) -> str | None:
    """`1 to 2 mm`, `from 1 mm` or `up to 2 mm`."""
    lowest, highest = amount(reader, low), amount(reader, high)
    if lowest and highest:
        return f"{lowest} to {highest}"
    return f"from {lowest}" if lowest else f"up to {highest}" if highest else None


def span(reader: Reader, value: Any) -> str | None:
    """A Range."""
    given = mapping(value)
    return between(reader, given.get("low"), given.get("high"))


def ratio(reader: Reader, value: Any, joint: str = " : ") -> str | None:
    """A Ratio: `1 : 640`, or with another word between numerator and denominator."""
    if not value:
        return None
    parts = [amount(reader, mapping(value).get(part)) for part in ("numerator", "denominator")]
    return joint.join(part for part in parts if part) or None
