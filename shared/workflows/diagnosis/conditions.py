"""Conditions: active, over, ruled out, or of unstated status; and what is said of relatives among
them.
"""

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
from shared.workflows.diagnosis.fhir import Held, mappings
from shared.workflows.diagnosis.moments import said_when, when
from shared.workflows.diagnosis.none_known import stated_of_none
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.relatives import speaks_of_relatives
from shared.workflows.diagnosis.statuses import (
    CLINICAL,
    REFUTED,
    VERIFICATION,
    Status,
    folded,
    status_of,
)

_ACTIVE = {"active", "recurrence", "relapse"}
_PAST = {"inactive", "remission", "resolved"}


def condition(reader: Reader, held: Held) -> Fact:
    """Ruled out counts before everything else, and an end before a status that calls it active."""
    resource = held.resource
    clinical = status_of(resource.get("clinicalStatus"), CLINICAL)
    verification = status_of(resource.get("verificationStatus"), VERIFICATION)
    ended = said_when(reader, resource, "abatement")
    over = ended is not None or _abated(resource)
    contained_in = container_note(held)
    named = concept_or_absent(reader, resource)
    severity = reader.name(resource.get("severity"))
    onset, recorded = when(reader, resource, "onset"), when(reader, resource, "recordedDate")
    section = _section(clinical, verification, over, contained_in)
    ruled_out = section == "ruled_out_conditions"
    if not ruled_out and named and speaks_of_relatives(named["name"]):
        section = "family_history"
    elif section != "past_conditions" and not ruled_out:
        section = stated_of_none(resource.get("code")) or section
    return fact(
        reader,
        held,
        section,
        named,
        onset if onset.shown else recorded,
        weight=SEVERE if severity and "severe" in severity.lower() else USUAL,
        onset=said_when(reader, resource, "onset"),
        ended=ended or (True if over else None),
        recorded=recorded.shown,
        clinical_status=None if ruled_out else shown_status(reader, clinical),
        marked_as=shown_status(reader, clinical) if ruled_out and clinical.stated else None,
        verification=shown_status(reader, verification, "confirmed")
        if verification.stated
        else None,
        within=contained_in,
        category=_category(reader, resource, clinical),
        severity=severity,
        body_site=reader.names(resource.get("bodySite"), "body_site"),
        stage=_stages(reader, resource),
        evidence=_evidence(reader, held),
        notes=reader.notes(resource.get("note")),
    )


def _section(clinical: Status, verification: Status, over: bool, contained_in: str | None) -> str:
    if REFUTED in (clinical.word, verification.word):
        return "ruled_out_conditions"
    if over or clinical.word in _PAST:
        return "past_conditions"
    active = clinical.word in _ACTIVE and contained_in is None
    return "active_conditions" if active else "conditions_status_not_stated"


def _abated(resource: Mapping[str, Any]) -> bool:
    """An abatement in any form, also one that cannot be read: a date that is none,
    `abatementBoolean`.
    """
    return any(
        field.startswith("abatement") and resource[field] not in (None, False, "", {}, [])
        for field in resource
    )


def _category(reader: Reader, resource: Mapping[str, Any], clinical: Status) -> list[str]:
    """Which kind of entry it is, where that helps to judge it: a problem list's active item is
    the usual one.
    """
    names = reader.names(resource.get("category"), "category")
    usual = clinical.word in _ACTIVE and {folded(name) for name in names} <= {"problemlistitem"}
    return [] if usual else names


def _stages(reader: Reader, resource: Mapping[str, Any]) -> list[str]:
    found = []
    for stage in reader.parts(resource.get("stage"), "stage"):
        summary, kind = reader.name(stage.get("summary")), reader.name(stage.get("type"))
        found.append(f"{summary} ({kind})" if summary and kind else summary or kind)
    return [said for said in found if said]


def _evidence(reader: Reader, held: Held) -> list[str]:
    codes = [one.get("code") for one in reader.parts(held.resource.get("evidence"), "evidence")]
    return reader.names([code for each in codes for code in mappings(each)], "evidence")
