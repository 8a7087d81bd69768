"""Reports and documents: what they conclude, what they say, and what of them could not be read."""

from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.chart import is_not_understood
from shared.workflows.diagnosis.container import container_note, container_state
from shared.workflows.diagnosis.documents import Told, attachments_of, narrative, told
from shared.workflows.diagnosis.facts import (
    SLIGHT,
    USUAL,
    Fact,
    concept_or_absent,
    fact,
    shown_status,
)
from shared.workflows.diagnosis.fhir import Held, mapping, mappings, text
from shared.workflows.diagnosis.moments import when
from shared.workflows.diagnosis.none_known import empty_section
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.specimens import specimens_of_report
from shared.workflows.diagnosis.statuses import Status, folded, status_of
from shared.workflows.diagnosis.texts import NAME_LIMIT, REPORT_LIMIT
from shared.workflows.diagnosis.values import is_critical, value_in_words

_STATUSES = (
    "final",
    "amended",
    "corrected",
    "appended",
    "unknown",
    "preliminary",
    "partial",
    "registered",
    "cancelled",
)
_NO_RESULT = {"registered", "cancelled"}
_DOCUMENTS = ("current", "final", "amended", "superseded", "preliminary", "draft")
_RESULT_LIMIT = 12
_SECTION_DEPTH = 6
_SECTION_LIMIT = 400


def report(reader: Reader, held: Held) -> Fact:
    """A diagnostic report; its results are observations and stand by themselves, with their
    ranges.
    """
    resource = held.resource
    status = _status(held)
    at = when(reader, resource, "effective")
    issued = when(reader, resource, "issued")
    said = told(reader, resource.get("presentedForm"), held, "text")
    conclusion = reader.note(resource.get("conclusion"), REPORT_LIMIT, "conclusion")
    conclusions = [
        one for one in map(reader.meaning, mappings(resource.get("conclusionCode"))) if one
    ]
    results = _results(reader, held)
    if not (conclusion or conclusions or said.texts or results):
        said.texts += _narrated(reader, resource)
    concluding = bool(conclusion or conclusions or said.texts)
    withdrawn = status.word in _NO_RESULT
    return fact(
        reader,
        held,
        "reports",
        concept_or_absent(reader, resource),
        at if at.shown else issued,
        weight=USUAL if concluding and not withdrawn else SLIGHT,
        event=True,
        date=at.shown,
        issued=issued.shown if not at.shown else None,
        status=shown_status(reader, status, "final"),
        no_result=f"{status.word}: what it says is no result" if withdrawn else None,
        within=container_note(held),
        category=reader.names(resource.get("category"), "category"),
        conclusion=conclusion,
        conclusions=reader.listed(conclusions, "conclusions"),
        text=_joined(said),
        not_read=said.not_read,
        results=results,
        specimen=specimens_of_report(reader, held),
        media=reader.listed(_media(reader, resource), "media"),
    )


def _status(held: Held) -> Status:
    own = status_of(held.resource.get("status"), _STATUSES)
    state = container_state(held)
    contained = {"preliminary": "preliminary", "registered": "registered"}.get(
        state or "", "cancelled" if state else None
    )
    if contained and (own.word is None or _STATUSES.index(contained) > _STATUSES.index(own.word)):
        return Status(contained, (contained,))
    return own


def _results(reader: Reader, held: Held) -> list[str]:
    """The results by name and value; where one is not in the record, what the reference calls
    it.
    """
    found = []
    for reference in _critical_first(reader, held):
        result = reader.references.find(reference, held)
        named = reader.referenced(reference, held)
        if named is None:
            continue
        value = value_in_words(reader, result.resource) if result and _is_result(result) else None
        found.append(f"{named['name']}: {value}" if value else str(named["name"]))
    return reader.listed(list(dict.fromkeys(found)), "results", _RESULT_LIMIT)


def _narrated(reader: Reader, resource: Mapping[str, Any]) -> list[str]:
    """The narrative, where nothing else tells what was found."""
    said = narrative(reader, resource.get("text"), "text")
    return [said] if said else []


def _critical_first(reader: Reader, held: Held) -> list[Mapping[str, Any]]:
    """The references to its results in their order, but for the critical ones where not all can be
    shown.
    """
    references = mappings(held.resource.get("result"))
    if len(references) <= _RESULT_LIMIT:
        return references
    found = [(reader.references.find(one, held), one) for one in references]
    found.sort(key=lambda pair: pair[0] is None or not is_critical(pair[0].resource))
    return [one for _, one in found]


def _is_result(result: Held) -> bool:
    return status_of(result.resource.get("status"), _STATUSES).word not in _NO_RESULT


def _media(reader: Reader, resource: Mapping[str, Any]) -> list[str]:
    """Comments on the images of a report; the images themselves are not read."""
    found = [
        reader.note(one.get("comment"), NAME_LIMIT, "media")
        for one in mappings(resource.get("media"))
    ]
    return [f"image, not read: {one}" if one else "image, not read" for one in dict.fromkeys(found)]


def _joined(said: Told) -> Any:
    return said.texts[0] if len(said.texts) == 1 else said.texts


def document(reader: Reader, held: Held) -> Fact:
    """A DocumentReference: what it is, and its text where that is plain text or HTML."""
    resource = held.resource
    said = told(reader, attachments_of(resource), held, "text")
    status = status_of(resource.get("status"), _DOCUMENTS)
    state = status_of(resource.get("docStatus"), _DOCUMENTS)
    at = when(reader, resource, "date")
    context = mapping(resource.get("context"))
    return fact(
        reader,
        held,
        "documents",
        concept_or_absent(reader, resource, "type"),
        at,
        weight=USUAL if said.texts else SLIGHT,
        event=True,
        date=at.shown,
        of=when(reader, context, "period").shown,
        status=shown_status(reader, status, "current"),
        document_status=shown_status(reader, state, "final") if state.stated else None,
        category=reader.names(resource.get("category"), "category"),
        description=reader.note(resource.get("description"), name="description"),
        text=_joined(said),
        not_read=said.not_read,
    )


def composition(reader: Reader, held: Held) -> list[Fact]:
    """The narratives of sections that have no entries, and the reasons of those that are empty:
    the rest of a Composition is its entries, which stand by themselves. A section with entries
    repeats them in words.
    """
    found: list[Fact] = []
    waiting = [(one, 1) for one in mappings(held.resource.get("section"))]
    count = 0
    while waiting and count < _SECTION_LIMIT:
        section, depth = waiting.pop(0)
        count += 1
        if is_not_understood(section):
            reader.cuts.not_understood += 1
            continue
        if depth < _SECTION_DEPTH:
            waiting += [(one, depth + 1) for one in mappings(section.get("section"))]
        found += _section(reader, held, section)
    reader.cuts.lists["sections"] += len(waiting)
    return found


def _section(reader: Reader, held: Held, section: Mapping[str, Any]) -> list[Fact]:
    found: list[Fact] = []
    empty = empty_section(reader, held, section)
    if empty:
        found.append(empty)
    if mappings(section.get("entry")):
        return found
    said = narrative(reader, section.get("text"), "text")
    if said and not _says_little(said, section, empty is not None):
        found.append(_narrative(reader, held, section, said))
    return found


def _narrative(reader: Reader, held: Held, section: Mapping[str, Any], said: str) -> Fact:
    resource = held.resource
    status = status_of(resource.get("status"), _DOCUMENTS)
    title = reader.note(section.get("title"), NAME_LIMIT, "name") or reader.name(
        section.get("code")
    )
    at = when(reader, resource, "date")
    return fact(
        reader,
        held,
        "documents",
        {"name": title or "section without a title"},
        at,
        apart=title or "",
        event=True,
        date=at.shown,
        kind=reader.name(resource.get("type")),
        status=shown_status(reader, status, "final"),
        text=said,
    )


def _says_little(said: str, section: Mapping[str, Any], empty: bool) -> bool:
    """Whether a narrative only repeats the section's title, or that it is empty."""
    plain = folded(said)
    return plain == folded(text(section.get("title")) or "") or (empty and len(plain) < 60)
