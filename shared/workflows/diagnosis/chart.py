"""The record sorted: what may be told of the patient, and what is set apart and why.

Set apart is what another FHIR version shows, what an unknown modifier may turn into its opposite,
what was entered in error, what is another's, and earlier versions. Nothing later brings any of it
back. Knows no medicine.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.workflows.diagnosis.fhir import Held, Opened, Record, Resource, mapping, mappings, text
from shared.workflows.diagnosis.fhir_version import foreign_sign
from shared.workflows.diagnosis.latest import latest
from shared.workflows.diagnosis.ownership import Ownership
from shared.workflows.diagnosis.references import References
from shared.workflows.diagnosis.relatives import is_person_code, is_person_type, names_fetus
from shared.workflows.diagnosis.statuses import ENTERED_IN_ERROR, folded, status_of

OTHER_VERSION = "of_another_fhir_version"
NOT_UNDERSTOOD = "not_understood"
IN_ERROR = "entered_in_error"
OTHER_SUBJECT = "of_another_subject"
OTHER_PERSON = "about_another_person"
_FOCUS_CODE = "http://hl7.org/fhir/StructureDefinition/observation-focusCode"
_FOCI = frozenset(("focus", "extension"))
_STATUSES = ("status", "clinicalStatus", "verificationStatus", "docStatus")


class Chart:
    """`held`: what may be read. `set_apart`: how much was not, by reason. `unclear`: names under
    which resources of different content stand.
    """

    def __init__(self, found: Opened, read_types: frozenset[str]) -> None:
        self.record = Record(found)
        newest = latest(self.record.opened.entries)
        self.unclear = newest.unclear
        self.set_apart = Counter(newest.aside)
        self.patients = [
            one for one in newest.held if one.type == "Patient" and not one.is_contained
        ]
        self.ownership = Ownership(self.patients, newest.held)
        everything = References(newest.held)
        self._everything = everything
        self.held: list[Held] = []
        reasons = [self._reason(one, everything) for one in newest.held]
        donated = self._donated(newest.held, reasons)
        for one, own in zip(newest.held, reasons, strict=True):
            reason = own or (OTHER_PERSON if id(one.resource) in donated else None)
            if reason is None:
                self.held.append(one)
            elif one.type in read_types:
                self.set_apart[reason] += 1
        self.references = References(self.held)

    def is_set_apart(self, reference: Any, within: Held) -> bool:
        """Whether a Reference leads to what was set apart, so that its display must not bring back
        what was taken out.
        """
        found = self._everything.find(reference, within)
        return found is not None and self.references.find(reference, within) is None

    def _reason(self, held: Held, references: References) -> str | None:
        if held.type == "Patient":
            return None
        scopes = (held.resource, held.container) if held.is_contained else (held.resource,)
        if any(map(foreign_sign, scopes)):
            return OTHER_VERSION
        entry = held.entry
        if any(map(is_not_understood, scopes)) or (
            entry and (entry.has_rules or is_not_understood(entry.value))
        ):
            return NOT_UNDERSTOOD
        if any(map(_is_in_error, scopes)):
            return IN_ERROR
        if not self.ownership.is_patients(held):
            return OTHER_SUBJECT
        return OTHER_PERSON if self._is_about_another(held, references) else None

    def _donated(self, held: Sequence[Held], reasons: Sequence[str | None]) -> set[int]:
        """Which results without a specimen of their own stand in a report of another person's
        specimen only.
        """
        reports = (
            one
            for one, reason in zip(held, reasons, strict=True)
            if one.type == "DiagnosticReport" and reason == OTHER_PERSON
        )
        results = (
            one
            for report in reports
            for one in self._everything.all(report.resource.get("result"), report)
        )
        return {id(one.resource) for one in results if not one.resource.get("specimen")}

    def _is_about_another(self, held: Held, references: References) -> bool:
        """Whether an Observation's focus or specimen, or all specimens of a report, are another
        person's. A fetus is kept, in a section of its own.
        """
        if held.type == "DiagnosticReport":
            specimens = references.all(held.resource.get("specimen"), held)
            return bool(specimens) and not any(map(self.ownership.is_patients, specimens))
        if held.type != "Observation" or of_fetus(held, references):
            return False
        if any(is_person_code(concept) for concept in focus_codes(held)):
            return True
        focused = mappings(held.resource.get("focus"))
        if any(self._is_anothers(focus, held, references) for focus in focused):
            return True
        specimen = references.find(held.resource.get("specimen"), held)
        return specimen is not None and not self.ownership.is_patients(specimen)

    def _is_anothers(self, focus: Mapping[str, Any], held: Held, references: References) -> bool:
        """Whether a focus is another person, or a condition or device of one."""
        if self._is_person(focus, held, references):
            return True
        found = references.find(focus, held)
        return found is not None and not self.ownership.is_patients(found)

    def _is_person(self, focus: Mapping[str, Any], held: Held, references: References) -> bool:
        if not text(focus.get("reference")) and not mapping(focus.get("identifier")):
            return is_person_code({"text": focus.get("display")})
        found = references.find(focus, held)
        kind = found.type if found else text(focus.get("type")) or _type_in(focus)
        # What leads nowhere and has no type may be anybody.
        is_person = kind is None or is_person_type(kind)
        return is_person and not (
            kind in (None, "Patient") and self.ownership.names_patient(focus, held)
        )


def focus_codes(held: Held) -> Iterator[Any]:
    """The concepts of the standard extension that says who or what an Observation is about."""
    for extension in mappings(held.resource.get("extension")):
        if text(extension.get("url")) == _FOCUS_CODE:
            yield extension.get("valueCodeableConcept") or extension.get("valueCoding")


def of_fetus(held: Held, references: References) -> bool:
    """Whether an Observation is about the patient's fetus, by code or by what its focus is
    called.
    """
    if held.type != "Observation" or not _FOCI.intersection(held.resource):
        return False
    focused = mappings(held.resource.get("focus"))
    named = [*focus_codes(held), *({"text": one.get("display")} for one in focused)]
    related = (references.find(one, held) for one in focused)
    named += [code for one in related if one for code in mappings(one.resource.get("relationship"))]
    said = [one for one in named if any(mapping(one).values())]
    return bool(said) and all(map(names_fetus, said))


def is_not_understood(part: Mapping[str, Any]) -> bool:
    """Whether it holds a modifierExtension or implicitRules: none is known, and each may turn the
    meaning round.
    """
    return (
        part.get("modifierExtension") not in (None, [], {})
        or text(part.get("implicitRules")) is not None
    )


def _is_in_error(resource: Resource) -> bool:
    return any(map(_says_error, map(resource.get, _STATUSES)))


def _says_error(status: Any) -> bool:
    if status is None:
        return False
    if isinstance(status, str):
        return folded(status) == folded(ENTERED_IN_ERROR)
    return status_of(status).word == ENTERED_IN_ERROR


def _type_in(reference: Mapping[str, Any]) -> str | None:
    parts = (text(reference.get("reference")) or "").split("/")
    return parts[-2] if len(parts) > 1 and parts[-2][:1].isupper() else None
