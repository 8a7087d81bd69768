"""Medications: what is taken now, was taken, never was, is proposed, to be avoided, on hold,
given or not given.
"""

from collections.abc import Callable, Mapping
from typing import Any

from shared.workflows.diagnosis.container import container_note, container_state
from shared.workflows.diagnosis.courses import course_end, is_over, supply_end
from shared.workflows.diagnosis.dosage import dosages
from shared.workflows.diagnosis.facts import (
    SEVERE,
    USUAL,
    Fact,
    fact,
    reasons,
    shown_status,
    status_reasons,
)
from shared.workflows.diagnosis.fhir import Held, is_true, number, text
from shared.workflows.diagnosis.moments import said_when, when
from shared.workflows.diagnosis.none_known import stated_of_none
from shared.workflows.diagnosis.products import product
from shared.workflows.diagnosis.quantities import amount
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.statuses import Status, folded, status_of

CURRENT, PAST, GIVEN = "current_medications", "past_medications", "medications_given"
UNCLEAR, PROPOSED = "medications_status_not_stated", "proposed_medications"
ON_HOLD, NEVER, AVOID = "medications_on_hold", "never_taken_medications", "medications_to_avoid"
_STILL_ACTIVE = "still marked active, but the course ended {}"

_REQUESTS = {
    "active": CURRENT,
    "on-hold": ON_HOLD,
    "cancelled": NEVER,
    "stopped": PAST,
    "completed": PAST,
    "draft": PROPOSED,
}
_STATEMENTS = {
    "active": CURRENT,
    "intended": PROPOSED,
    "not-taken": "medications_not_taken",
    "stopped": PAST,
    "completed": PAST,
    "on-hold": ON_HOLD,
}
_ADMINISTRATIONS = {
    "completed": GIVEN,
    "in-progress": GIVEN,
    "stopped": GIVEN,
    "not-done": "medications_not_given",
    "on-hold": ON_HOLD,
}
_DISPENSES = {
    "completed": PAST,
    "declined": NEVER,
    "cancelled": NEVER,
    "stopped": PAST,
    "on-hold": ON_HOLD,
}
_SOURCES = {AVOID: "requested NOT to be given", PROPOSED: "proposed", UNCLEAR: "requested"}
_ORDERS = {"order", "originalorder", "reflexorder", "fillerorder", "instanceorder"}
_IMPLIED = {
    CURRENT: "active",
    AVOID: "active",
    PROPOSED: "active",
    ON_HOLD: "on-hold",
    NEVER: "cancelled",
}
_PROPOSALS = {"proposal", "plan", "option"}


def medication(reader: Reader, held: Held) -> Fact:
    """One of the four resources that speak of a medication."""
    return _BUILDERS[held.type](reader, held)


def _request(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = status_of(resource.get("status"))
    instructions = resource.get("dosageInstruction")
    authored = when(reader, resource, "authoredOn")
    section = _contained(held, _requested(resource, status))
    none = _none_known(resource, section)
    end = course_end(resource, instructions, resource.get("authoredOn"))
    over = section == CURRENT and is_over(end, reader.today) and not none
    forbidden = section == AVOID
    named = product(reader, held)
    return fact(
        reader,
        held,
        none or (PAST if over else section),
        named,
        authored,
        weight=SEVERE if forbidden else USUAL,
        order=True,
        authored=authored.stated,
        source=_SOURCES.get(section, "requested"),
        still_marked_active=_STILL_ACTIVE.format(reader.day(end)) if over else None,
        status=_shown(reader, status, section),
        status_reason=status_reasons(reader, resource),
        intent=_unusual_intent(reader, resource),
        within=container_note(held),
        category=reader.names(resource.get("category"), "category"),
        dosage=dosages(reader, instructions),
        dispense=_supply(reader, reader.part(resource.get("dispenseRequest"))),
        reasons=reasons(reader, held),
        substitution=_substitution(reader, resource),
        notes=reader.notes(resource.get("note")),
    )


def _requested(resource: Mapping[str, Any], status: Status) -> str:
    """A prohibition before everything else, but for one that was taken back; then what was only
    proposed.
    """
    intent = folded(text(resource.get("intent")) or "")
    section = _REQUESTS.get(status.word or "", UNCLEAR)
    if is_true(resource.get("doNotPerform")):
        return AVOID
    if intent in _PROPOSALS:
        return NEVER if section == NEVER else PROPOSED
    return UNCLEAR if section == CURRENT and intent and intent not in _ORDERS else section


def _unusual_intent(reader: Reader, resource: Mapping[str, Any]) -> str | None:
    intent = text(resource.get("intent"))
    return None if intent is None or folded(intent) == "order" else reader.note(intent, 60)


def _statement(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = status_of(resource.get("status"))
    taken = when(reader, resource, "effective")
    asserted = when(reader, resource, "dateAsserted")
    section = _contained(held, _STATEMENTS.get(status.word or "", UNCLEAR))
    named = product(reader, held)
    none = _none_known(resource, section)
    end = course_end(resource, resource.get("dosage"), resource.get("effectiveDateTime"))
    over = section == CURRENT and is_over(end, reader.today) and not none
    return fact(
        reader,
        held,
        none or (PAST if over else section),
        named,
        taken if taken.shown else asserted,
        taken=taken.shown,
        asserted=asserted.shown,
        source="stated",
        still_marked_active=_STILL_ACTIVE.format(reader.day(end)) if over else None,
        status=_shown(reader, status, section),
        status_reason=status_reasons(reader, resource),
        within=container_note(held),
        category=reader.name(resource.get("category")),
        dosage=dosages(reader, resource.get("dosage")),
        reasons=reasons(reader, held),
        notes=reader.notes(resource.get("note")),
    )


def _administration(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = status_of(resource.get("status"))
    section = _contained(held, _ADMINISTRATIONS.get(status.word or "", UNCLEAR))
    at = when(reader, resource, "effective")
    return fact(
        reader,
        held,
        section,
        product(reader, held),
        at,
        event=True,
        given=at.stated if section == GIVEN else None,
        date=None if section == GIVEN else at.shown,
        source="administered",
        status=_shown(reader, status, section),
        status_reason=status_reasons(reader, resource),
        within=container_note(held),
        dosage=dosages(reader, resource.get("dosage")),
        reasons=reasons(reader, held),
        notes=reader.notes(resource.get("note")),
    )


def _dispense(reader: Reader, held: Held) -> Fact:
    """A supply that still lasts is taken, for all that the record tells."""
    resource = held.resource
    status = status_of(resource.get("status"))
    section = _contained(held, _DISPENSES.get(status.word or "", UNCLEAR))
    handed, prepared = (
        when(reader, resource, "whenHandedOver"),
        when(reader, resource, "whenPrepared"),
    )
    end = supply_end(resource)
    if (
        section == PAST
        and status.word == "completed"
        and end is not None
        and not is_over(end, reader.today)
    ):
        section = CURRENT
    return fact(
        reader,
        held,
        section,
        product(reader, held),
        handed if handed.shown else prepared,
        event=True,
        handed_over=handed.shown,
        prepared=prepared.shown,
        source="dispensed",
        supply_until=reader.day(end),
        days_supply=amount(reader, resource.get("daysSupply")),
        quantity=amount(reader, resource.get("quantity")),
        kind=reader.name(resource.get("type")),
        status=_shown(reader, status, section),
        status_reason=_why_not(reader, resource),
        within=container_note(held),
        dosage=dosages(reader, resource.get("dosageInstruction")),
        notes=reader.notes(resource.get("note")),
    )


_BUILDERS: Mapping[str, Callable[[Reader, Held], Fact]] = {
    "MedicationRequest": _request,
    "MedicationStatement": _statement,
    "MedicationAdministration": _administration,
    "MedicationDispense": _dispense,
}
SOURCES = frozenset(_BUILDERS)


def _contained(held: Held, section: str) -> str:
    """What stands in something drafted, proposed or cancelled is no more in force than that."""
    state = container_state(held)
    if state in ("draft", "proposed") and section in (CURRENT, PAST, ON_HOLD, UNCLEAR):
        return PROPOSED
    return (
        NEVER
        if state == "cancelled" and section in (CURRENT, ON_HOLD, PROPOSED, UNCLEAR)
        else section
    )


def _none_known(resource: Mapping[str, Any], section: str) -> str | None:
    """The section of a statement that no drug is known to be taken, or that nothing is known."""
    concept = resource.get("medicationCodeableConcept")
    return stated_of_none(concept) if section in (CURRENT, UNCLEAR) else None


def _shown(reader: Reader, status: Status, section: str) -> str | None:
    """The status where the section does not say it already."""
    said = shown_status(reader, status, _IMPLIED.get(section))
    return None if said == "completed" and section in (CURRENT, GIVEN) else said


def _why_not(reader: Reader, resource: Mapping[str, Any]) -> list[str]:
    """R4's dispense says why in `statusReason[x]`."""
    found = resource.get("statusReasonCodeableConcept")
    return reader.names(found, "status_reason") or status_reasons(reader, resource)


def _supply(reader: Reader, request: Mapping[str, Any]) -> list[str]:
    """What an order says of its supply: its validity, how long it lasts, how often it may be
    repeated.
    """
    repeats = number(request.get("numberOfRepeatsAllowed"))
    validity = said_when(reader, {"validityPeriod": request.get("validityPeriod")}, "validity")
    parts = {
        "valid": validity,
        "quantity": amount(reader, request.get("quantity")),
        "lasting": amount(reader, request.get("expectedSupplyDuration")),
        "repeats allowed:": str(repeats) if repeats is not None else None,
    }
    return [f"{word} {said}" for word, said in parts.items() if said]


def _substitution(reader: Reader, resource: Mapping[str, Any]) -> str | None:
    allowed = reader.part(resource.get("substitution")).get("allowedBoolean")
    return "not allowed" if allowed is False else None
