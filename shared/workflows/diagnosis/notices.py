"""What a reader of a record must know of it, in sentences: that it is one page of several, that a
query failed, that facts were set apart. No sentence holds data of the record.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from shared.workflows.diagnosis.chart import (
    IN_ERROR,
    NOT_UNDERSTOOD,
    OTHER_PERSON,
    OTHER_SUBJECT,
    OTHER_VERSION,
    Chart,
    is_not_understood,
)
from shared.workflows.diagnosis.fhir import Held, Resource, mapping, mappings, number, text
from shared.workflows.diagnosis.fhir_version import foreign_sign
from shared.workflows.diagnosis.kinds import FACT_TYPES

NO_FACT = "The record holds no clinical fact: that is no sign of health."
NOTHING_OF_PATIENT = (
    "Nothing in the record is about the patient: all of its clinical facts "
    "name another person or thing as their subject."
)
_PAGES_NAMED = 5
_PAGE = "The record is incomplete: it is one page of a search, {} of {}."
_COUNTED = {
    OTHER_VERSION: "{} written in another version of FHIR than R4 and not read.",
    NOT_UNDERSTOOD: "{} left out because of a modifier that is not understood and may turn the "
    "meaning round.",
    OTHER_SUBJECT: "{} left out because the subject is not the patient.",
    OTHER_PERSON: "{} left out because what was observed is another person, such as a partner "
    "or a relative.",
    IN_ERROR: "{} left out as entered in error.",
    "without_state": "{} left out because the entry is a query or a patch, which says nothing "
    "whole.",
    "deleted": "{} left out because the record says that it was deleted.",
}


def record_warnings(chart: Chart) -> list[str]:
    """In a fixed order, whatever the order of the entries."""
    return [
        *_about_pages(chart),
        *_about_failures(chart),
        *_about_patient(chart),
        *_about_facts(chart),
        *(
            sentence.format(_resources(chart.set_apart[reason]))
            for reason, sentence in _COUNTED.items()
            if chart.set_apart[reason]
        ),
        *_about_names(chart),
    ]


def _resources(count: int) -> str:
    return "1 resource was" if count == 1 else f"{count} resources were"


def _about_pages(chart: Chart) -> Iterator[str]:
    pages = sorted(filter(None, (_page(bundle) for _, bundle in chart.record.opened.bundles)))
    yield from pages[:_PAGES_NAMED]
    if len(pages) > _PAGES_NAMED:
        yield (
            f"The record is incomplete: {len(pages) - _PAGES_NAMED} more of its searches are one "
            "page of several."
        )
    if chart.record.opened.too_deep:
        yield (
            f"The record is incomplete: {chart.record.opened.too_deep} bundles are nested too "
            f"deeply"
            " and were not opened."
        )


def _page(bundle: Resource) -> str | None:
    """What to say of a bundle that is one page of several; None of any other."""
    kinds = _matches(bundle)
    total = number(bundle.get("total"))
    # The Patient is in the record for its own sake, whatever was searched for.
    held = len(kinds) - kinds.count("Patient") or len(kinds)
    if isinstance(total, int | float) and total > len(kinds):
        return _PAGE.format(held, f"{int(total)} resources")
    more = any(text(link.get("relation")) == "next" for link in mappings(bundle.get("link")))
    return _PAGE.format(held, "an unknown number of resources") if more else None


def _matches(bundle: Resource) -> list[str]:
    """The types of what a search's total counts: not what was only included, and no outcomes."""
    found = []
    for entry in mappings(bundle.get("entry")):
        mode = text(mapping(entry.get("search")).get("mode"))
        kind = text(mapping(entry.get("resource")).get("resourceType"))
        if mode in (None, "match") and kind not in (None, "OperationOutcome"):
            found.append(str(kind))
    return found


def _about_failures(chart: Chart) -> Iterator[str]:
    failed = 0
    for _, bundle in chart.record.opened.bundles:
        for entry in mappings(bundle.get("entry")):
            response = mapping(entry.get("response"))
            outcomes = (mapping(entry.get("resource")), mapping(response.get("outcome")))
            failed += _is_failure(response.get("status")) or any(map(_is_outcome, outcomes))
    if failed:
        queries = "A query" if failed == 1 else f"{failed} queries"
        yield f"The record is incomplete: {queries} that it was made from failed."


def _is_failure(status: Any) -> bool:
    said = (
        str(status).strip()
        if isinstance(status, str | int) and not isinstance(status, bool)
        else ""
    )
    return said[:1] in ("4", "5") and said[:3].isdigit()


def _is_outcome(resource: Resource) -> bool:
    """An OperationOutcome that tells of an error."""
    if text(resource.get("resourceType")) != "OperationOutcome":
        return False
    return any(
        text(issue.get("severity")) in ("error", "fatal")
        for issue in mappings(resource.get("issue"))
    )


def _about_patient(chart: Chart) -> Iterator[str]:
    patients = [patient.resource for patient in chart.patients]
    if any(patient.get("active") is False for patient in patients):
        yield "The patient's entry is marked as no longer in use."
    links = [
        text(link.get("type")) for patient in patients for link in mappings(patient.get("link"))
    ]
    if "replaced-by" in links:
        yield "The patient's entry was replaced by another one: newer facts may stand there."
    if any(map(is_not_understood, patients)):
        yield (
            "The patient's entry has a modifier that is not understood: it may not mean what "
            "it says."
        )
    if any(map(foreign_sign, patients)):
        yield "The patient's entry is written as in another version of FHIR than R4."


def _about_facts(chart: Chart) -> Iterator[str]:
    if any(map(is_fact, chart.held)):
        return
    others = chart.set_apart[OTHER_SUBJECT] + chart.set_apart[OTHER_PERSON]
    yield NOTHING_OF_PATIENT if others else NO_FACT


def is_fact(held: Held) -> bool:
    """Whether it says anything of the patient: a list or a document's frame alone does not."""
    resource = held.resource
    if held.type not in FACT_TYPES:
        return False
    if held.type == "List":
        return bool(mapping(resource.get("emptyReason")))
    if held.type == "Device":
        return bool(mapping(resource.get("patient")))
    return held.type != "Composition" or any(map(_tells, _sections(resource)))


def _sections(composition: Resource) -> Iterator[Mapping[str, Any]]:
    waiting = mappings(composition.get("section"))
    while waiting:
        section = waiting.pop()
        yield section
        waiting += mappings(section.get("section"))


def _tells(section: Mapping[str, Any]) -> bool:
    narrated = text(mapping(section.get("text")).get("div")) is not None
    return bool(mapping(section.get("emptyReason"))) or (
        narrated and not mappings(section.get("entry"))
    )


def _about_names(chart: Chart) -> Iterator[str]:
    if chart.unclear:
        names = "One id stands" if chart.unclear == 1 else f"{chart.unclear} ids stand"
        yield (
            f"{names} for resources of different content without a version: all of them are "
            f"shown, and one may be outdated."
        )


def pack_warnings(pack: Mapping[str, Any]) -> list[str]:
    """What was cut to fit the pack, in sentences for whoever reads the run."""
    omitted = Counter(
        {
            key: count
            for key, count in mapping(pack.get("omitted")).items()
            if isinstance(count, int)
        }
    )
    sections = {name for name in omitted if "." not in name and name in pack}
    found = [
        f"{omitted[name]} of {name.replace('_', ' ')} did not fit into what the model was given."
        for name in sorted(sections)
    ]
    shortened = pack.get("shortened")
    if isinstance(shortened, list) and shortened:
        names = ", ".join(str(name).replace("_", " ").replace(".", ": ") for name in shortened)
        found.append(f"Shortened for the model: {names}.")
    inner = sum(count for name, count in omitted.items() if "." in name)
    if inner:
        found.append(f"{inner} details inside items did not fit into what the model was given.")
    return found
