"""Allergies and intolerances, and what is stated to be none."""

from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.container import container_note
from shared.workflows.diagnosis.facts import (
    SEVERE,
    USUAL,
    Fact,
    concept_or_absent,
    fact,
    shown_status,
)
from shared.workflows.diagnosis.fhir import Held, mapping
from shared.workflows.diagnosis.moments import said_when, when
from shared.workflows.diagnosis.none_known import stated_of_none
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.statuses import CLINICAL, REFUTED, VERIFICATION, Status, status_of
from shared.workflows.diagnosis.texts import present

_OVER = {"inactive", "resolved", "remission"}
_REACTIONS = ("severe", "moderate", "mild")


def allergy(reader: Reader, held: Held) -> Fact:
    """One whose status is inactive, resolved or unclear stays among the allergies, marked: to
    miss one harms more.
    """
    resource = held.resource
    clinical = status_of(resource.get("clinicalStatus"), CLINICAL)
    verification = status_of(resource.get("verificationStatus"), VERIFICATION)
    refuted = REFUTED in (clinical.word, verification.word)
    reactions = _reactions(reader, resource)
    named = concept_or_absent(reader, resource) or _substances(reactions)
    severe = resource.get("criticality") == "high" or any(
        one.get("severity") == "severe" for one in reactions
    )
    onset, recorded = when(reader, resource, "onset"), when(reader, resource, "recordedDate")
    last = when(reader, resource, "lastOccurrence")
    section = "ruled_out_allergies" if refuted else "allergies"
    return fact(
        reader,
        held,
        _none_or(section, resource, clinical),
        named,
        next((one for one in (last, onset, recorded) if one.shown), recorded),
        weight=SEVERE if severe and not refuted else USUAL,
        onset=said_when(reader, resource, "onset"),
        recorded=recorded.shown,
        last_occurrence=last.shown,
        clinical_status=shown_status(reader, clinical) if clinical.stated else None,
        verification=shown_status(reader, verification, "confirmed")
        if verification.stated
        else None,
        within=container_note(held),
        kind=reader.code(resource.get("type")),
        category=reader.names(resource.get("category"), "category"),
        criticality=reader.code(resource.get("criticality")),
        reactions=reactions,
        notes=reader.notes(resource.get("note")),
    )


def _none_or(section: str, resource: Mapping[str, Any], clinical: Status) -> str:
    holds = section == "allergies" and clinical.word not in _OVER
    return (stated_of_none(resource.get("code")) if holds else None) or section


def _substances(reactions: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The substances of the reactions, which name an allergy that has no code of its own."""
    names = list(dict.fromkeys(str(one["substance"]) for one in reactions if "substance" in one))
    return {"name": " / ".join(names)} if names else None


def _reactions(reader: Reader, resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Severe ones first, for the list is bounded."""
    found = sorted(reader.parts(resource.get("reaction"), "reactions", 1_000), key=_severity)
    shown = [
        present(
            substance=reader.name(reaction.get("substance")),
            manifestations=reader.names(reaction.get("manifestation"), "manifestations"),
            severity=reader.code(reaction.get("severity")),
            onset=said_when(reader, reaction, "onset"),
            route=reader.name(reaction.get("exposureRoute")),
            description=reader.note(reaction.get("description"), name="description"),
            notes=reader.notes(reaction.get("note")),
        )
        for reaction in reader.listed(found, "reactions")
    ]
    return [reaction for reaction in shown if reaction]


def _severity(reaction: Mapping[str, Any]) -> int:
    said = mapping(reaction).get("severity")
    return _REACTIONS.index(said) if said in _REACTIONS else len(_REACTIONS)
