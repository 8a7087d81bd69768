"""FHIR's Dosage in words: every part of it, since a part left out is a wrong dose.

A structured dose stands beside the text, for they may differ. Knows no medication.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.workflows.diagnosis.chart import is_not_understood
from shared.workflows.diagnosis.fhir import is_true, mapping, mappings, number
from shared.workflows.diagnosis.quantities import amount, quantity, ratio, span
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.texts import LIST_LIMIT
from shared.workflows.diagnosis.timing import timing


def dosages(reader: Reader, value: Any) -> list[str]:
    """Of a list of Dosages (or a lone one), in the order of their sequence: what follows begins
    with `then`.
    """
    found = []
    for one in mappings(value):
        if is_not_understood(mapping(one.get("timing"))):
            reader.cuts.not_understood += 1
        else:
            found.append(one)
    understood = reader.parts(found, "dosage", max(LIST_LIMIT, len(found)))
    ordered = sorted(understood, key=_sequence)
    shown: list[str] = []
    before: float | None = None
    for dosage in reader.listed(ordered, "dosage"):
        said = _dosage(reader, dosage)
        if said:
            later = before is not None and _sequence(dosage) > before
            shown.append(f"then {said}" if later else said)
            before = _sequence(dosage)
    return shown


def _sequence(dosage: Mapping[str, Any]) -> float:
    order = number(dosage.get("sequence"))
    return float(order) if isinstance(order, int | float) else 0.0


def _dosage(reader: Reader, dosage: Mapping[str, Any]) -> str | None:
    said = reader.note(dosage.get("text"), name="dosage")
    structured = ", ".join(part for part in _parts(reader, dosage) if part)
    if said and structured:
        return f"{said} (structured: {structured})"
    return said or structured or None


def _parts(reader: Reader, dosage: Mapping[str, Any]) -> Iterator[str | None]:
    for dose in [*mappings(dosage.get("doseAndRate")), dosage]:
        yield _dose(reader, dose)
    yield from timing(reader, dosage.get("timing"))
    yield _as_needed(reader, dosage)
    yield reader.name(dosage.get("route"))
    yield _prefixed("at", reader.name(dosage.get("site")))
    yield _prefixed("by", reader.name(dosage.get("method")))
    for limit in _limits(reader, dosage):
        yield f"at most {limit}"
    yield from reader.names(dosage.get("additionalInstruction"), "dosage")
    yield _prefixed("patient told:", reader.note(dosage.get("patientInstruction"), name="dosage"))


def _prefixed(word: str, said: str | None) -> str | None:
    return f"{word} {said}" if said else None


def _dose(reader: Reader, dose: Mapping[str, Any]) -> str | None:
    """A dose and its rate, each as a quantity, a range or a ratio; of which type, if it is not
    the ordered one.
    """
    given = (
        _with_unit(reader, dose.get("doseQuantity"))
        or span(reader, dose.get("doseRange"))
        or _with_unit(reader, dose.get("dose"))
    )
    rate = (
        amount(reader, dose.get("rateQuantity"))
        or span(reader, dose.get("rateRange"))
        or ratio(reader, dose.get("rateRatio"), " per ")
    )
    kind = reader.name(dose.get("type")) if given or rate else None
    said = " ".join(part for part in (given, _prefixed("at a rate of", rate)) if part)
    return f"{said} ({kind})" if said and kind else said or None


def _with_unit(reader: Reader, dose: Any) -> str | None:
    """A dose whose unit nobody stated says so: a bare number would pass for tablets."""
    shown = quantity(reader, dose)
    said = amount(reader, dose)
    return f"{said} (unit not stated)" if shown and "unit" not in shown else said


def _limits(reader: Reader, dosage: Mapping[str, Any]) -> Iterator[str]:
    for one in mappings(dosage.get("maxDosePerPeriod")):
        said = ratio(reader, one, " per ")
        if said:
            yield said
    administration = amount(reader, dosage.get("maxDosePerAdministration"))
    if administration:
        yield f"{administration} per administration"
    lifetime = amount(reader, dosage.get("maxDosePerLifetime"))
    if lifetime:
        yield f"{lifetime} in a lifetime"


def _as_needed(reader: Reader, dosage: Mapping[str, Any]) -> str | None:
    reason = reader.name(dosage.get("asNeededCodeableConcept"))
    if reason:
        return f"as needed for {reason}"
    return "as needed" if is_true(dosage.get("asNeededBoolean")) else None
