"""Clinical facts: one resource read into one item of one section of the context pack.

A fact says where it belongs, what it repeats and when it was, so that `budget` can choose among facts without knowing medicine.
Must never touch a string of the record but through the reader, which scrubs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.workflows.diagnosis.fhir import Held, mapping, mappings
from shared.workflows.diagnosis.reading import LIST_LIMIT, Reader, When, present

NOT_STATED = "not stated"
_PAST = {"inactive", "remission", "resolved"}
_UNTRUE = {"refuted", "entered-in-error"}


@dataclass(frozen=True)
class Fact:
    """`repeats`: equal for facts of the same kind, of which the newest matters most. `at`: sorts by time, newest highest."""

    section: str
    repeats: str
    at: str
    item: dict[str, Any]


def fact(section: str, named: Mapping[str, Any] | None, when: When, **fields: Any) -> Fact:
    """The item is the concept's fields, the date, and what else has a value."""
    concept = named or {"name": NOT_STATED}
    repeats = concept.get("code") or concept["name"].lower()
    return Fact(section, repeats, when.key, {**concept, **present(date=when.day, **fields)})


def condition(reader: Reader, held: Held) -> Fact:
    """Past is what is called so; where nothing is said, what has ended or was ruled out."""
    resource = held.resource
    status = reader.word(resource.get("clinicalStatus"))
    verification = reader.word(resource.get("verificationStatus"))
    ended = reader.when(resource, "abatement").day or reader.said(resource, "abatement")
    # Refuted is past, not left out: that something was ruled out is worth knowing.
    over = ended is not None or resource.get("abatementBoolean") is True or verification in _UNTRUE
    past = status in _PAST or (status is None and over)
    return fact(
        "past_conditions" if past else "active_conditions",
        reader.concept(resource.get("code")),
        reader.when(resource, "onset", "recorded", "asserted"),
        onset=reader.said(resource, "onset"),
        ended=ended,
        clinical_status=status,
        verification=verification if verification != "confirmed" else None,
        severity=reader.name(resource.get("severity")),
        body_site=reader.names(resource.get("bodySite")),
        stage=reader.names([stage.get("summary") for stage in mappings(resource.get("stage"))]),
        notes=reader.notes(resource.get("note")),
    )


def allergy(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    verification = reader.word(resource.get("verificationStatus"))
    reactions = [
        present(
            substance=reader.name(reaction.get("substance")),
            manifestations=reader.names(reaction.get("manifestation")),
            severity=reader.code(reaction.get("severity")),
            description=reader.note(reaction.get("description")),
        )
        for reaction in mappings(resource.get("reaction"))[:LIST_LIMIT]
    ]
    return fact(
        "allergies",
        reader.concept(resource.get("code")),
        reader.when(resource, "onset", "recorded"),
        clinical_status=reader.word(resource.get("clinicalStatus")),
        verification=verification if verification != "confirmed" else None,
        kind=reader.code(resource.get("type")),
        criticality=reader.code(resource.get("criticality")),
        reactions=[reaction for reaction in reactions if reaction],
        notes=reader.notes(resource.get("note")),
    )


def procedure(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = reader.code(resource.get("status"))
    return fact(
        "procedures",
        reader.concept(resource.get("code")),
        reader.when(resource, "performed"),
        performed=reader.said(resource, "performed"),
        status=status if status != "completed" else None,
        reasons=reasons(reader, held),
        body_site=reader.names(resource.get("bodySite")),
        outcome=reader.name(resource.get("outcome")),
        complications=reader.names(resource.get("complication")),
        notes=reader.notes(resource.get("note")),
    )


def immunisation(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = reader.code(resource.get("status"))
    return fact(
        "immunisations",
        reader.concept(resource.get("vaccineCode")),
        reader.when(resource, "occurrence", "recorded"),
        occurrence=reader.said(resource, "occurrence"),
        status=status if status != "completed" else None,
        status_reason=reader.name(resource.get("statusReason")),
        notes=reader.notes(resource.get("note")),
    )


def report(reader: Reader, held: Held) -> Fact | None:
    """A diagnostic report that concludes something; its results are observations and stand by themselves."""
    resource = held.resource
    conclusion = reader.note(resource.get("conclusion"))
    coded = reader.names(resource.get("conclusionCode"))
    if not conclusion and not coded:
        return None
    status = reader.code(resource.get("status"))
    return fact(
        "reports",
        reader.concept(resource.get("code")),
        reader.when(resource, "effective", "issued"),
        status=status if status != "final" else None,
        conclusion=conclusion,
        conclusions=coded,
    )


def family_history(reader: Reader, held: Held) -> Fact | None:
    """Relatives' conditions by relationship; never their names or birth dates."""
    resource = held.resource
    conditions = [
        present(name=reader.name(entry.get("code")), onset=reader.said(entry, "onset"), outcome=reader.name(entry.get("outcome")))
        for entry in mappings(resource.get("condition"))[:LIST_LIMIT]
    ]
    conditions = [entry for entry in conditions if "name" in entry]
    if not conditions:
        return None
    relationship = reader.name(resource.get("relationship")) or "relative"
    return fact("family_history", {"name": relationship}, reader.when(resource, "date"), conditions=conditions)


def reasons(reader: Reader, held: Held) -> list[str]:
    """Why something was done or prescribed: codes, and the concepts of the conditions referred to."""
    named = reader.names(held.resource.get("reasonCode"))
    referenced = [reader.referenced(one, held) for one in mappings(held.resource.get("reasonReference"))[:LIST_LIMIT]]
    return list(dict.fromkeys(named + [mapping(concept)["name"] for concept in referenced if concept]))
