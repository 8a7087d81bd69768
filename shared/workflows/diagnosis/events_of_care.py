"""What is read shortly: flags, adverse events, detected issues, devices, encounters and
clinicians' opinions.
"""

from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.container import container_note
from shared.workflows.diagnosis.facts import (
    SEVERE,
    SLIGHT,
    USUAL,
    Fact,
    concept_or_absent,
    fact,
    reasons,
    shown_status,
)
from shared.workflows.diagnosis.fhir import Held, mapping, mappings, text
from shared.workflows.diagnosis.moments import When, when
from shared.workflows.diagnosis.none_known import stated_of_none
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.statuses import folded, status_of
from shared.workflows.diagnosis.texts import NAME_LIMIT, present

_CLASSES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_FLAGS = ("active", "inactive")
_ISSUES = (
    "final",
    "amended",
    "corrected",
    "unknown",
    "preliminary",
    "registered",
    "cancelled",
    "mitigated",
)
_DEVICES = ("active", "completed", "intended", "stopped", "on-hold", "unknown", "inactive")
_ENCOUNTERS = (
    "finished",
    "in-progress",
    "arrived",
    "triaged",
    "onleave",
    "unknown",
    "planned",
    "cancelled",
)
_IMPRESSIONS = ("completed", "in-progress")


def flag(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = status_of(resource.get("status"), _FLAGS)
    at = when(reader, resource, "period")
    return fact(
        reader,
        held,
        "flags",
        concept_or_absent(reader, resource),
        at,
        weight=USUAL if status.word == "active" else SLIGHT,
        date=at.shown,
        status=shown_status(reader, status, "active"),
        category=reader.names(resource.get("category"), "category"),
        within=container_note(held),
    )


def adverse_event(reader: Reader, held: Held) -> Fact | None:
    """Only what actually happened; what merely might have is no event."""
    resource = held.resource
    if folded(text(resource.get("actuality")) or "actual") != "actual":
        return None
    at = when(reader, resource, "date", "detected", "recordedDate")
    severity = reader.name(resource.get("severity"))
    seriousness = reader.name(resource.get("seriousness"))
    grave = any(
        word in (said or "").lower()
        for said in (severity, seriousness)
        for word in ("severe", "serious")
    )
    suspected = [
        reader.referenced(entity.get("instance"), held)
        for entity in reader.parts(resource.get("suspectEntity"), "suspected")
    ]
    outcome = reader.name(resource.get("outcome"))
    return fact(
        reader,
        held,
        "adverse_events",
        concept_or_absent(reader, resource, "event"),
        at,
        weight=SEVERE if grave and "non" not in (seriousness or "").lower() else USUAL,
        event=True,
        date=at.shown,
        category=reader.names(resource.get("category"), "category"),
        seriousness=seriousness,
        severity=severity,
        outcome=outcome,
        suspected=[str(one["name"]) for one in suspected if one],
        resulting=_named(reader, held, resource.get("resultingCondition"), "resulting"),
        within=container_note(held),
    )


def detected_issue(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = status_of(resource.get("status"), _ISSUES)
    at = when(reader, resource, "identified")
    severity = reader.code(resource.get("severity"))
    mitigations = [
        reader.name(one.get("action"))
        for one in reader.parts(resource.get("mitigation"), "mitigations")
    ]
    return fact(
        reader,
        held,
        "detected_issues",
        concept_or_absent(reader, resource),
        at,
        weight=SEVERE if severity == "high" else USUAL,
        date=at.shown,
        severity=severity,
        status=shown_status(reader, status, "final"),
        implicated=_named(reader, held, resource.get("implicated"), "implicated"),
        evidence=reader.names(
            [
                code
                for one in reader.parts(resource.get("evidence"), "evidence")
                for code in mappings(one.get("code"))
            ],
            "evidence",
        ),
        detail=reader.note(resource.get("detail"), name="detail"),
        mitigations=[one for one in mitigations if one],
        within=container_note(held),
    )


def device_use(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = status_of(resource.get("status"), _DEVICES)
    device = reader.references.find(resource.get("device"), held)
    named = _device_name(reader, device.resource) if device else None
    display = reader.display(resource.get("device"), held, "name")
    at = when(reader, resource, "timing", "recordedOn")
    kind = device.resource.get("type") if device else None
    return fact(
        reader,
        held,
        stated_of_none(kind) or "devices",
        named or ({"name": display} if display else None),
        at,
        date=at.shown,
        status=shown_status(reader, status, "active"),
        body_site=reader.name(resource.get("bodySite")),
        reasons=reasons(reader, held),
        notes=reader.notes(resource.get("note")),
        within=container_note(held),
    )


def device(reader: Reader, held: Held) -> Fact | None:
    """A device of the patient, such as an implant, by its kind; never its serial number. Any
    other device is none of the patient's facts.
    """
    resource = held.resource
    if not mapping(resource.get("patient")):
        return None
    status = status_of(resource.get("status"), _DEVICES)
    made = when(reader, resource, "manufactureDate")
    return fact(
        reader,
        held,
        stated_of_none(resource.get("type")) or "devices",
        _device_name(reader, resource),
        When(None, made.key),
        status=shown_status(reader, status, "active") if status.stated else None,
        status_reason=reader.names(resource.get("statusReason"), "status_reason"),
        safety=reader.names(resource.get("safety"), "safety"),
        notes=reader.notes(resource.get("note")),
    )


def _device_name(reader: Reader, resource: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = reader.concept(resource.get("type"))
    names = [
        reader.note(one.get("name"), NAME_LIMIT, "name")
        for one in mappings(resource.get("deviceName"))
    ]
    said = next((one for one in names if one), None)
    return kind or ({"name": said} if said else None)


def encounter(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = status_of(resource.get("status"), _ENCOUNTERS)
    at = when(reader, resource, "period")
    kinds = reader.names(resource.get("type"), "type")
    why = reasons(reader, held)
    diagnoses = [
        _diagnosis(reader, held, one)
        for one in reader.parts(resource.get("diagnosis"), "diagnoses")
    ]
    setting = reader.name(_classed(resource.get("class")))
    told = [one for one in diagnoses if one]
    return fact(
        reader,
        held,
        "encounters",
        {"name": kinds[0] if kinds else setting or "encounter"},
        at,
        weight=USUAL if why or told else SLIGHT,
        event=True,
        date=at.shown,
        setting=setting if kinds else None,
        types=kinds[1:],
        service=reader.name(resource.get("serviceType")),
        status=shown_status(reader, status, "finished"),
        reasons=why,
        diagnoses=told,
        discharge=reader.name(
            reader.part(resource.get("hospitalization")).get("dischargeDisposition")
        ),
        within=container_note(held),
    )


def _classed(value: Any) -> Any:
    """A class that came without its system: no other codes stand there."""
    given = mapping(value)
    return {"system": _CLASSES, **given} if text(given.get("code")) else value


def _diagnosis(reader: Reader, held: Held, one: Mapping[str, Any]) -> str | None:
    named = reader.referenced(one.get("condition"), held)
    use = reader.name(one.get("use"))
    return f"{named['name']} ({use})" if named and use else str(named["name"]) if named else None


def impression(reader: Reader, held: Held) -> Fact:
    """What a clinician thought: an opinion, with what it stands on."""
    resource = held.resource
    status = status_of(resource.get("status"), _IMPRESSIONS)
    at = when(reader, resource, "effective", "date")
    findings = [
        present(
            finding=reader.name(one.get("itemCodeableConcept"))
            or _only_name(reader.referenced(one.get("itemReference"), held)),
            basis=reader.note(one.get("basis"), NAME_LIMIT, "findings"),
        )
        for one in reader.parts(resource.get("finding"), "findings")
    ]
    return fact(
        reader,
        held,
        "clinical_impressions",
        concept_or_absent(reader, resource) or {"name": "clinical impression"},
        at,
        event=True,
        date=at.shown,
        status=shown_status(reader, status, "completed"),
        description=reader.note(resource.get("description"), name="description"),
        summary=reader.note(resource.get("summary"), name="summary"),
        findings=[one for one in findings if one],
        problems=_named(reader, held, resource.get("problem"), "problems"),
        prognosis=reader.names(resource.get("prognosisCodeableConcept"), "prognosis"),
        notes=reader.notes(resource.get("note")),
        within=container_note(held),
    )


def _only_name(concept: Mapping[str, Any] | None) -> str | None:
    return str(concept["name"]) if concept else None


def _named(reader: Reader, held: Held, references: Any, name: str) -> list[str]:
    found = [_only_name(reader.referenced(one, held)) for one in mappings(references)]
    return reader.listed(list(dict.fromkeys(one for one in found if one)), name)
