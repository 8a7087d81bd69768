"""What relatives have or had, by relationship; never their names or birth dates."""

from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.dates import day_of
from shared.workflows.diagnosis.facts import SLIGHT, USUAL, Fact, fact, shown_status
from shared.workflows.diagnosis.fhir import Held
from shared.workflows.diagnosis.moments import age, age_in_words, said_when, when
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.statuses import status_of
from shared.workflows.diagnosis.texts import present

NOT_KNOWN = "not known"
_KNOWN = ("completed", "partial", "health-unknown")


def family_history(reader: Reader, held: Held) -> Fact:
    """A relative of whom nothing is known is said to be not known, which is not healthy."""
    resource = held.resource
    status = status_of(resource.get("status"), _KNOWN)
    absent = reader.name(resource.get("dataAbsentReason"))
    conditions = _conditions(reader, resource)
    unknown = status.word == "health-unknown" or (absent is not None and not conditions)
    why = f" ({absent})" if absent else ""
    return fact(
        reader,
        held,
        "family_history",
        {"name": reader.name(resource.get("relationship")) or "relative"},
        when(reader, resource, "date"),
        weight=USUAL if conditions else SLIGHT,
        health=f"{NOT_KNOWN}{why}" if unknown else None,
        data_absent=absent if absent and not unknown else None,
        status=None if unknown else shown_status(reader, status, "completed"),
        recorded=when(reader, resource, "date").shown,
        sex=reader.name(resource.get("sex")),
        age=_age(reader, resource),
        died=_death(reader, resource),
        conditions=conditions,
        reasons=reader.names(resource.get("reasonCode"), "reasons"),
        notes=reader.notes(resource.get("note")),
    )


def _age(reader: Reader, resource: Mapping[str, Any]) -> str | None:
    said = said_when(reader, resource, "age")
    return f"{said} (estimated)" if said and resource.get("estimatedAge") is True else said


def _death(reader: Reader, resource: Mapping[str, Any]) -> str | None:
    """At which age; a date of death is not shown, since with it a relative is named."""
    at = age(reader, resource.get("deceasedAge")) or _range(reader, resource)
    if at:
        return f"at {at}"
    if day_of(resource.get("deceasedDate")):
        return f"in {str(day_of(resource.get('deceasedDate')))[:4]}"
    said = age_in_words(reader, resource, "deceased")
    return said or ("yes" if resource.get("deceasedBoolean") is True else None)


def _range(reader: Reader, resource: Mapping[str, Any]) -> str | None:
    return said_when(reader, {"deceasedRange": resource.get("deceasedRange")}, "deceased")


def _conditions(reader: Reader, resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    shown = [
        present(
            name=reader.name(entry.get("code")),
            onset=said_when(reader, entry, "onset"),
            outcome=reader.name(entry.get("outcome")),
            contributed_to_death=entry.get("contributedToDeath") is True or None,
            did_not_contribute_to_death=entry.get("contributedToDeath") is False or None,
            notes=reader.notes(entry.get("note")),
        )
        for entry in reader.parts(resource.get("condition"), "conditions")
    ]
    return [{"name": "not stated", **entry} for entry in shown if entry]
