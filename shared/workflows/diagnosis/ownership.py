"""Whose a fact is: the patient's, or another's, whose facts must never enter this patient's
context.

A fact is the patient's when its subject names the bundle's Patient, by id, fullUrl, identifier or
an id that was merged into it, or when nothing says whose it is. Knows no medicine.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from shared.workflows.diagnosis.dates import day_of
from shared.workflows.diagnosis.fhir import Held, Resource, mapping, mappings, text, texts
from shared.workflows.diagnosis.person_names import is_whole_name
from shared.workflows.diagnosis.references import Name, is_uuid, named, server_of, spelt_id
from shared.workflows.diagnosis.statuses import folded

_SUBJECTS = ("subject", "patient")
# What else names the person whom a resource is about, by its type.
_SUBJECTS_OF = {"Task": ("for",), "Coverage": ("beneficiary",), "ResearchSubject": ("individual",)}
_OTHER_PEOPLE = {"RelatedPerson", "Practitioner", "PractitionerRole", "Person", "Group"}
_SAME_PERSON = {"replaces", "seealso"}


class Ownership:
    """Decides for one record. `patients`: the bundle's Patient (several only in a record that no
    door accepts).
    """

    def __init__(self, patients: Iterable[Held], held: Iterable[Held]) -> None:
        self._patients = [patient.resource for patient in patients]
        self._named = {word for one in self._patients for name in _names(one) for word in name}
        self._servers: dict[str, set[str]] = {}
        self._identifiers: set[tuple[str, str]] = set()
        for patient in patients:
            self._add_patient(patient)
        # Only where the patient's own server is unknown do others say whether an id is one
        # person's.
        self._foreign: dict[str, set[str]] = defaultdict(set)
        self._home: set[str] = set()
        self._contained: dict[tuple[int, str], Resource] = {}
        self._memo: dict[int, bool] = {}
        self._unnamed: set[Name] = set()
        for one in held:
            self._note(one)

    def is_patients(self, held: Held) -> bool:
        """Whether the fact is the patient's: its own subject, and its container's, are the
        patient or unsaid. What stands in a relative's or a practitioner's resource is theirs.
        """
        if held.is_contained and (
            text(held.container.get("resourceType")) in _OTHER_PEOPLE
            or not self._is_own(held.container, held)
        ):
            return False
        return self._is_own(held.resource, held)

    def names_patient(self, reference: Any, within: Held) -> bool:
        """Whether a Reference names the patient; one that says nothing but a display does not
        name anybody else, unless the display is another person's whole name.
        """
        value = mapping(reference)
        said = text(value.get("reference"))
        if said is None:
            identifier = mapping(value.get("identifier"))
            if text(identifier.get("value")):
                return _pair(identifier) in self._identifiers
            if text(value.get("type")) not in (None, "Patient"):
                return False
            return not self._is_anothers_name(text(value.get("display")))
        if said.startswith("#"):
            return self._is_contained_patient(said[1:], within)
        if "?" in said:
            return self._is_found_by(said.partition("?")[2])
        return self._matches(named(said, server_of(within.full_url)))

    def _add_patient(self, patient: Held) -> None:
        own, url = spelt_id(patient.resource), patient.full_url
        server = server_of(url)
        if own:
            self._add_name(Name(server, None, own))
        if url:
            self._add_name(named(url))
        self._identifiers |= {_pair(one) for one in mappings(patient.resource.get("identifier"))}
        for link in mappings(patient.resource.get("link")):
            other = mapping(link.get("other"))
            if text(link.get("type")) in _SAME_PERSON:
                said = text(other.get("reference"))
                if said and not said.startswith("#"):
                    name = named(said, server)
                    if name.type in (None, "Patient"):
                        self._add_name(name)
                if text(mapping(other.get("identifier")).get("value")):
                    self._identifiers.add(_pair(mapping(other.get("identifier"))))

    def _add_name(self, name: Name) -> None:
        servers = self._servers.setdefault(name.id, set())
        if name.server:
            servers.add(name.server)

    def _note(self, held: Held) -> None:
        if held.is_contained:
            own = text(held.resource.get("id"))
            if own:
                self._contained[id(held.container), own] = held.resource
        if server := server_of(held.full_url):
            self._home.add(server)
        for reference in _subjects(held.resource):
            said = text(reference.get("reference"))
            if said and not said.startswith("#") and "?" not in said:
                name = named(said, server_of(held.full_url))
                if name.type in (None, "Patient"):
                    self._unnamed.add(Name(name.server, None, name.id))
                if name.server:
                    self._foreign[name.id].add(name.server)

    def _is_own(self, resource: Resource, within: Held) -> bool:
        known = self._memo.get(id(resource))
        if known is None:
            known = all(self.names_patient(one, within) for one in _subjects(resource))
            self._memo[id(resource)] = known
        return known

    def _matches(self, name: Name) -> bool:
        if name.type not in (None, "Patient"):
            return False
        if not self._servers:
            # A Patient without any id: whoever alone is spoken of must be that patient.
            return len(self._unnamed) == 1
        servers = self._servers.get(name.id)
        if servers is None:
            return False
        if not servers:
            return name.server is None or self._is_alone(name.id, name.server)
        return name.server is None or name.server in servers

    def _is_alone(self, own: str, server: str) -> bool:
        """Whether an id on a server is the patient's, whose own server nothing says: no other
        server has it, and other resources of the record stand on that server or the id is like no
        other. What may be another person's of the same id is not the patient's.
        """
        return len(self._foreign[own]) <= 1 and (server in self._home or is_uuid(own))

    def _is_anothers_name(self, display: str | None) -> bool:
        """Whether two or three capitalised words, none of medicine, that share none with the
        patient's names.
        """
        if not display or not self._named or not is_whole_name(display):
            return False
        return self._named.isdisjoint(folded(word) for word in re.split(r"[\s,]+", display))

    def _is_found_by(self, query: str) -> bool:
        """A conditional reference, `Patient?identifier=system|value`."""
        criteria = dict(part.partition("=")[::2] for part in query.split("&") if "=" in part)
        system, _, value = criteria.get("identifier", "").rpartition("|")
        return (system, value) in self._identifiers

    def _is_contained_patient(self, own: str, within: Held) -> bool:
        found = self._contained.get((id(within.container), own))
        if found is None or text(found.get("resourceType")) != "Patient":
            return False
        return any(_agree(found, patient) for patient in self._patients)


def _subjects(resource: Resource) -> list[Mapping[str, Any]]:
    kind = text(resource.get("resourceType")) or ""
    if kind == "Patient":
        return []
    found: list[Mapping[str, Any]] = []
    for field in (*_SUBJECTS, *_SUBJECTS_OF.get(kind, ())):
        value = resource.get(field)
        # A bare string where a Reference should stand still names somebody.
        found += (
            [{"reference": value}] if isinstance(value, str) and value.strip() else mappings(value)
        )
    return found


def _pair(identifier: Mapping[str, Any]) -> tuple[str, str]:
    return text(identifier.get("system")) or "", text(identifier.get("value")) or ""


def _agree(one: Resource, other: Resource) -> bool:
    """Whether two Patients are one person: a shared identifier, or a shared name and birth date."""
    pairs = [{_pair(each) for each in mappings(who.get("identifier"))} for who in (one, other)]
    if any(value for _, value in pairs[0] & pairs[1]):
        return True
    born = day_of(one.get("birthDate"))
    return (
        bool(born) and born == day_of(other.get("birthDate")) and bool(_names(one) & _names(other))
    )


def _names(patient: Resource) -> set[frozenset[str]]:
    """Every name as the set of its words, whatever their order and case."""
    found = set()
    for name in mappings(patient.get("name")):
        said = [*texts(name.get("given")), *texts(name.get("family"))] or texts(name.get("text"))
        found.add(frozenset(folded(word) for part in said for word in part.split()))
    return found - {frozenset()}
