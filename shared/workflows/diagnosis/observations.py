"""Observations: vital signs, laboratory results and the rest; those without a result; those of
the fetus.

A result takes from its report, panel and specimen what it lacks itself, and says so.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.workflows.diagnosis.chart import focus_codes, of_fetus
from shared.workflows.diagnosis.container import container_note, container_state
from shared.workflows.diagnosis.facts import (
    NOT_STATED,
    SEVERE,
    SLIGHT,
    USUAL,
    Fact,
    concept_or_absent,
    fact,
    shown_status,
)
from shared.workflows.diagnosis.fhir import Held, mapping, mappings, text
from shared.workflows.diagnosis.links import Links
from shared.workflows.diagnosis.moments import When, when
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.relatives import speaks_of_relatives
from shared.workflows.diagnosis.specimens import specimen_of
from shared.workflows.diagnosis.statuses import Status, folded, negation_of, status_of
from shared.workflows.diagnosis.terminology import VITAL_SIGNS
from shared.workflows.diagnosis.texts import present
from shared.workflows.diagnosis.values import is_critical, measured, value_in_words

COMPONENT_LIMIT = 40
PARENT_LIMIT = 4
_STATUSES = (
    *("final", "amended", "corrected", "appended", "unknown", "preliminary", "partial"),
    *("registered", "cancelled"),
)
_NO_RESULT = {"registered", "cancelled"}
_LABORATORIES = (
    "laboratory lab labs hm ch mb mcb myc par sr blb tx vr imm cg ge 264366 lp296845 15220000"
    " 108252007 chemistry hematology haematology microbiology serology immunology toxicology"
    " virology laboratorytest laboratorystudies laboratorystudy labor laboratorium"
)
# observation-category codes, the diagnostic sections of v2-0074 that are laboratories, LOINC's
# and SNOMED's codes for laboratory studies, and what free-text categories say.
_SECTIONS = {
    "vital_signs": {"vitalsigns", "vitals", "vitalsign"},
    "laboratory_results": set(_LABORATORIES.split()),
}


def observation(reader: Reader, links: Links, held: Held) -> Fact:
    resource = held.resource
    status = _status(held)
    named = concept_or_absent(reader, resource)
    at, dated_by = _time(reader, links, held)
    shown = present(**measured(reader, resource))
    components = _components(reader, resource)
    section = _section(reader, links, held, named, status)
    if section == "observations_without_result":
        shown = _withdrawn(shown)
        components = [_withdrawn(part) for part in components]
    empty = not shown and not components
    specimen = mapping(resource.get("specimen"))
    return fact(
        reader,
        held,
        section,
        named,
        at,
        weight=SEVERE if is_critical(resource) else SLIGHT if empty else USUAL,
        event=True,
        apart=f"{text(specimen.get('reference'))} {_sources(resource)}",
        **shown,
        components=components,
        date=at.stated,
        dated_by=dated_by,
        status=shown_status(reader, status, "final"),
        within=container_note(held),
        about=["of the fetus"] if section == "observations_of_the_fetus" else _about(reader, held),
        specimen=specimen_of(reader, links, held),
        method=reader.name(resource.get("method")),
        body_site=reader.name(resource.get("bodySite")),
        belongs_to=_parents(reader, links, held),
        members=_members(reader, links, held) if empty else None,
        notes=reader.notes(resource.get("note")),
    )


def _status(held: Held) -> Status:
    """Its own status, or its container's where that is stricter."""
    own = status_of(held.resource.get("status"), _STATUSES)
    state = container_state(held)
    contained = {"preliminary": "preliminary", "registered": "registered"}.get(
        state or "", "cancelled" if state else None
    )
    stricter = contained and (
        own.word is None or _STATUSES.index(contained) > _STATUSES.index(own.word)
    )
    return Status(contained, (contained,)) if contained and stricter else own


def _time(reader: Reader, links: Links, held: Held) -> tuple[When, str | None]:
    """Its own time, else its report's, its panel's, its specimen's collection or its issue, with
    which of them it is.
    """
    own = when(reader, held.resource, "effective")
    if own.shown:
        return own, None
    for found, source in _times_elsewhere(reader, links, held):
        if found.shown:
            return found, source
    return own, None


def _times_elsewhere(reader: Reader, links: Links, held: Held) -> Iterator[tuple[When, str]]:
    report = links.report_of(held)
    if report:
        yield when(reader, report.resource, "effective"), "time of the report"
    panels = [when(reader, parent.resource, "effective") for parent in links.parents_of(held)]
    yield (
        min((at for at in panels if at.shown), key=lambda at: at.key, default=When()),
        "time of the panel",
    )
    specimen = reader.references.find(held.resource.get("specimen"), held)
    if specimen:
        collection = mapping(specimen.resource.get("collection"))
        yield when(reader, collection, "collected"), "collection of the specimen"
    yield when(reader, held.resource, "issued"), "issue of the result"
    if report:
        yield when(reader, report.resource, "issued"), "issue of the report"


def _section(
    reader: Reader, links: Links, held: Held, named: Mapping[str, Any] | None, status: Status
) -> str:
    resource = held.resource
    if status.word in _NO_RESULT:
        return "observations_without_result"
    if named and speaks_of_relatives(str(named["name"])):
        return "family_history"
    if of_fetus(held, reader.references):
        return "observations_of_the_fetus"
    said = _categories(resource)
    if not said:
        report = links.report_of(held)
        said = _categories(report.resource) if report else set()
    for section, categories in _SECTIONS.items():
        if said & categories:
            return section
    codings = mappings(mapping(resource.get("code")).get("coding"))
    if not said and any(text(coding.get("code")) in VITAL_SIGNS for coding in codings):
        return "vital_signs"
    return (
        "laboratory_results"
        if not said and mapping(resource.get("specimen"))
        else "other_observations"
    )


def _categories(resource: Mapping[str, Any]) -> set[str]:
    """What its categories say, by codes and texts, folded to letters and digits."""
    value = resource.get("category")
    words: list[str | None] = [text(one) for one in (value if isinstance(value, list) else [value])]
    for category in mappings(value):
        for coding in mappings(category.get("coding")):
            words += [text(coding.get("code")), text(coding.get("display"))]
        words.append(text(category.get("text")))
    return {folded(word) for word in words if word}


def _withdrawn(shown: Mapping[str, Any]) -> dict[str, Any]:
    """A value that must not pass for a result, under a name that says so."""
    said = " ".join(str(shown[part]) for part in ("comparator", "value", "unit") if part in shown)
    rest = {key: shown[key] for key in shown if key not in ("comparator", "value", "unit")}
    return {**rest, **present(value_that_is_no_result=said)}


def _components(reader: Reader, resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A blood pressure's two numbers, a survey's answers."""
    shown = []
    for component in reader.parts(resource.get("component"), "components", COMPONENT_LIMIT):
        named = concept_or_absent(reader, component) or {"name": NOT_STATED}
        shown.append({**named, **present(**measured(reader, component))})
    return shown


def _about(reader: Reader, held: Held) -> list[str]:
    """The condition, body structure or device that it is about, when that is not the patient as a
    whole.
    """
    if "focus" not in held.resource and "extension" not in held.resource:
        return []
    named = [reader.name(code) for code in focus_codes(held)]
    for focus in mappings(held.resource.get("focus")):
        found = reader.references.find(focus, held)
        concept = found and (
            found.resource.get("code")
            or found.resource.get("type")
            or found.resource.get("morphology")
        )
        display = reader.display(focus, held, "about")
        said = (
            reader.name(concept)
            or display
            or (found.type if found and found.type != "Patient" else None)
        )
        negated = negation_of(found.resource) if found else None
        named.append(f"{said} ({negated})" if said and negated else said)
    return reader.listed([one for one in named if one], "about")


def _sources(resource: Mapping[str, Any]) -> str:
    return " ".join(
        str(text(one.get("reference"))) for one in mappings(resource.get("derivedFrom"))
    )


def _parents(reader: Reader, links: Links, held: Held) -> list[str]:
    parents = links.parents_of(held)
    if not parents:
        return []
    named = {_called(reader, parent) for parent in parents}
    return reader.listed(sorted(one for one in named if one), "belongs_to", PARENT_LIMIT)


def _called(reader: Reader, parent: Held) -> str | None:
    """A parent by its name and, where it has one, its value: `Bacteria identified: Staphylococcus
    aureus`.
    """
    name = reader.name(parent.resource.get("code"))
    value = None if _status(parent).word in _NO_RESULT else value_in_words(reader, parent.resource)
    return f"{name}: {value}" if name and value else name


def _members(reader: Reader, links: Links, held: Held) -> list[str]:
    """The names of what a panel without a value of its own consists of; each stands by itself
    with its value.
    """
    names = [reader.name(member.resource.get("code")) for member in links.members_of(held)]
    return reader.listed(sorted({name for name in names if name}), "members")
