"""Medications: requested, stated, administered or dispensed; current or past.

Must never touch a string of the record but through the reader, which scrubs it.
"""

from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.facts import Fact, fact, reasons
from shared.workflows.diagnosis.fhir import Held, mapping, mappings
from shared.workflows.diagnosis.reading import LIST_LIMIT, Reader, present

SOURCES = {
    "MedicationRequest": "requested",
    "MedicationStatement": "stated",
    "MedicationAdministration": "administered",
    "MedicationDispense": "dispensed",
}
# `unknown` is kept among the current: to miss a medication that is taken is worse than to doubt one that is not.
_CURRENT = {"active", "on-hold", "intended", "in-progress", "unknown"}


def medication(reader: Reader, held: Held) -> Fact:
    """Current is what is called so; where no status is given, what has no end."""
    resource = held.resource
    status = reader.code(resource.get("status"))
    ended = reader.ended(resource, "effectivePeriod", "dispenseRequestPeriod")
    current = status in _CURRENT or (status is None and ended is None)
    return fact(
        "current_medications" if current else "past_medications",
        _medicine(reader, held),
        reader.when(resource, "effective", "authoredOn", "whenHandedOver", "whenPrepared", "dateAsserted"),
        ended=ended,
        source=SOURCES[held.type],
        status=status,
        status_reason=reader.names(resource.get("statusReason")),
        intent=_unusual_intent(reader, resource),
        do_not_take=True if resource.get("doNotPerform") is True else None,
        dosage=_dosages(reader, resource),
        reasons=reasons(reader, held),
        notes=reader.notes(resource.get("note")),
    )


def _unusual_intent(reader: Reader, resource: Mapping[str, Any]) -> str | None:
    intent = reader.code(resource.get("intent"))
    return None if intent == "order" else intent


def _medicine(reader: Reader, held: Held) -> dict[str, Any] | None:
    """The medication's concept, inline or referenced; without a code, its ingredients'."""
    resource = held.resource
    inline = reader.concept(resource.get("medicationCodeableConcept"))
    if inline:
        return inline
    reference = resource.get("medicationReference")
    return reader.referenced(reference, held) or _ingredients(reader, reader.record.resolve(reference, held))


def _ingredients(reader: Reader, medicine: Mapping[str, Any] | None) -> dict[str, Any] | None:
    parts = mappings(mapping(medicine).get("ingredient"))[:LIST_LIMIT]
    names = [name for name in (reader.name(part.get("itemCodeableConcept")) for part in parts) if name]
    return {"name": " / ".join(names)} if names else None


def _dosages(reader: Reader, resource: Mapping[str, Any]) -> list[str]:
    """R4 keeps these in `dosageInstruction`, or in `dosage`, a list in statements and an object in administrations."""
    found = [*mappings(resource.get("dosageInstruction")), *mappings(resource.get("dosage"))]
    shown = [_dosage(reader, dosage) for dosage in found[:LIST_LIMIT]]
    return [dosage for dosage in shown if dosage]


def _dosage(reader: Reader, dosage: Mapping[str, Any]) -> str | None:
    said = reader.note(dosage.get("text"))
    if said:
        return said
    doses = [*mappings(dosage.get("doseAndRate"))[:LIST_LIMIT], dosage]
    parts = [
        *(reader.amount(dose.get("doseQuantity") or dose.get("dose")) for dose in doses),
        _frequency(reader, mapping(mapping(dosage.get("timing")).get("repeat"))),
        reader.name(mapping(dosage.get("timing")).get("code")),
        reader.name(dosage.get("route")),
        _as_needed(reader, dosage),
    ]
    return ", ".join(part for part in parts if part) or None


def _frequency(reader: Reader, repeat: Mapping[str, Any]) -> str | None:
    times = reader.quantity({"value": repeat.get("frequency")})
    period = reader.amount(present(value=repeat.get("period"), unit=repeat.get("periodUnit")))
    return f"{times['value']} times per {period}" if times and period else None


def _as_needed(reader: Reader, dosage: Mapping[str, Any]) -> str | None:
    reason = reader.name(dosage.get("asNeededCodeableConcept"))
    if reason:
        return f"as needed for {reason}"
    return "as needed" if dosage.get("asNeededBoolean") is True else None
