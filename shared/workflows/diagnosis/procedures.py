"""Procedures and immunisations: done or given, how far, not, or planned."""

from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.container import container_note, container_state
from shared.workflows.diagnosis.facts import (
    Fact,
    concept_or_absent,
    fact,
    reasons,
    shown_status,
    status_reasons,
)
from shared.workflows.diagnosis.fhir import Held, is_true
from shared.workflows.diagnosis.moments import said_when, when
from shared.workflows.diagnosis.none_known import stated_of_none
from shared.workflows.diagnosis.quantities import amount
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.relatives import speaks_of_relatives
from shared.workflows.diagnosis.statuses import status_of
from shared.workflows.diagnosis.texts import present

_DONE = {"completed", "in-progress", "stopped"}
_PROCEDURES = {
    "not-done": "procedures_not_done",
    "preparation": "planned_procedures",
    **dict.fromkeys(_DONE, "procedures"),
}
_WITHHELD = {
    "cancelled": "procedures_not_done",
    "draft": "planned_procedures",
    "proposed": "planned_procedures",
}


def procedure(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = status_of(resource.get("status"))
    state = container_state(held)
    section = _PROCEDURES.get(status.word or "", "procedures_status_not_stated")
    if section == "procedures":
        section = _WITHHELD.get(state or "", section)
    named = concept_or_absent(reader, resource)
    performed = when(reader, resource, "performed")
    if section != "procedures_not_done" and named and speaks_of_relatives(named["name"]):
        section = "family_history"
    if section in ("procedures", "procedures_status_not_stated"):
        section = stated_of_none(resource.get("code")) or section
    return fact(
        reader,
        held,
        section,
        named,
        performed,
        event=True,
        date=performed.stated,
        performed=None if performed.shown else said_when(reader, resource, "performed"),
        status=shown_status(reader, status, "completed"),
        status_reason=status_reasons(reader, resource),
        within=container_note(held),
        reasons=reasons(reader, held),
        body_site=reader.names(resource.get("bodySite"), "body_site"),
        outcome=reader.name(resource.get("outcome")),
        complications=reader.names(resource.get("complication"), "complications"),
        follow_up=reader.names(resource.get("followUp"), "follow_up"),
        devices=_devices(reader, held),
        notes=reader.notes(resource.get("note")),
    )


def _devices(reader: Reader, held: Held) -> list[str]:
    """What was implanted, changed or used: the device's type, never its serial number."""
    found = []
    for focal in reader.parts(held.resource.get("focalDevice"), "devices"):
        device = reader.references.find(focal.get("manipulated"), held)
        name = reader.name(device.resource.get("type")) if device else None
        action = reader.name(focal.get("action"))
        found.append(" ".join(word for word in (action, name) if word))
    return [*(one for one in found if one), *reader.names(held.resource.get("usedCode"), "devices")]


def immunisation(reader: Reader, held: Held) -> Fact:
    """Not done before not effective; a vaccine of unstated status is neither given nor not."""
    resource = held.resource
    status = status_of(resource.get("status"))
    section = {"completed": "immunisations", "not-done": "immunisations_not_given"}.get(
        status.word or "", "immunisations_status_not_stated"
    )
    if section == "immunisations":
        section = _given(resource, container_state(held))
    occurred = when(reader, resource, "occurrence")
    recorded = when(reader, resource, "recorded")
    given = section in ("immunisations", "immunisations_not_effective")
    return fact(
        reader,
        held,
        section,
        concept_or_absent(reader, resource, "vaccineCode"),
        occurred if occurred.shown else recorded,
        event=True,
        given=occurred.stated if given else None,
        date=None if given else occurred.stated,
        occurrence=None if occurred.shown else said_when(reader, resource, "occurrence"),
        recorded=recorded.shown if not occurred.shown else None,
        status=shown_status(reader, status, "completed"),
        status_reason=status_reasons(reader, resource),
        within=container_note(held),
        not_effective=_not_effective(reader, resource, section),
        dose=amount(reader, resource.get("doseQuantity")),
        series=_series(reader, resource),
        site=reader.name(resource.get("site")),
        route=reader.name(resource.get("route")),
        reasons=reasons(reader, held),
        reactions=_reactions(reader, held),
        notes=reader.notes(resource.get("note")),
    )


def _given(resource: Mapping[str, Any], state: str | None) -> str:
    if state in ("cancelled", "draft", "proposed"):
        return (
            "immunisations_not_given" if state == "cancelled" else "immunisations_status_not_stated"
        )
    effective = not is_true(resource.get("isSubpotent"))
    return stated_of_none(resource.get("vaccineCode")) or (
        "immunisations" if effective else "immunisations_not_effective"
    )


def _not_effective(reader: Reader, resource: Mapping[str, Any], section: str) -> str | None:
    if section != "immunisations_not_effective":
        return None
    why = reader.names(resource.get("subpotentReason"), "subpotent_reason")
    return (
        "subpotent dose, does not count: " + "; ".join(why)
        if why
        else "subpotent dose, does not count"
    )


def _series(reader: Reader, resource: Mapping[str, Any]) -> list[str]:
    found = []
    for protocol in reader.parts(resource.get("protocolApplied"), "series"):
        dose = _number(reader, protocol, "doseNumber")
        doses = _number(reader, protocol, "seriesDoses")
        targets = reader.names(protocol.get("targetDisease"), "series")
        said = f"dose {dose} of {doses}" if dose and doses else f"dose {dose}" if dose else None
        shown = present(said=said, against=", ".join(targets) and f"against {', '.join(targets)}")
        found.append(" ".join(shown.values()))
    return [one for one in found if one]


def _number(reader: Reader, protocol: Mapping[str, Any], element: str) -> str | None:
    counted = protocol.get(f"{element}PositiveInt")
    if isinstance(counted, int) and not isinstance(counted, bool):
        return str(counted)
    return reader.note(protocol.get(f"{element}String"), 100, "series")


def _reactions(reader: Reader, held: Held) -> list[str]:
    found = []
    for reaction in reader.parts(held.resource.get("reaction"), "reactions"):
        detail = reader.references.find(reaction.get("detail"), held)
        named = reader.name(detail.resource.get("code")) if detail else None
        value = reader.meaning(detail.resource.get("valueCodeableConcept")) if detail else None
        day = reader.moment(reaction.get("date"))
        said = ": ".join(one for one in (named, value) if one)
        found.append(f"{said or 'reaction not described'} ({day})" if day else said)
    return [one for one in found if one]
