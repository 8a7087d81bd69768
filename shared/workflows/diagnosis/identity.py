"""What in a FHIR record says who the patient is: every term that must not leave it.

One walk over the raw resources gathers names, contacts, relatives, staff and policy holders,
addresses, identifiers and birth dates, and beside them the words of its terminologies, which are
never names by themselves. Knows no clinical facts.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from shared.workflows.diagnosis.dates import FULL, day_of
from shared.workflows.diagnosis.fhir import (
    Record,
    items,
    mapping,
    mappings,
    patient_keys,
    text,
    texts,
)
from shared.workflows.diagnosis.gathering import Gathered, gathered
from shared.workflows.diagnosis.person_names import add_display, add_human_name
from shared.workflows.diagnosis.privacy.text import words
from shared.workflows.diagnosis.scrub import Identity

_PEOPLE = {"Patient", "RelatedPerson", "Person", "Practitioner"}
_ORGANISATIONS = {"Organization", "Location", "HealthcareService", "CareTeam", "PractitionerRole"}
_IDENTIFIED = _PEOPLE | {
    *("Coverage", "Encounter", "Account", "Claim", "ClaimResponse", "ExplanationOfBenefit"),
    *("Device", "EpisodeOfCare"),
}
# Patient extensions that describe a group or a preference, not a person; their words are everyday
# ones ("White", "English").
_GROUPS = (
    *("race", "ethnic", "religion", "sex", "gender", "pronoun", "language", "citizen", "nation"),
    *("disab", "import", "military", "tribal", "congreg", "interpret"),
)
_MAX_NODES = 2_000
_LOCAL_PHONE, _NATIONAL_PHONE = 7, 10
_SHORTEST_UDI_PART = 6


def identity_terms(record: Record, other_identifiers: Iterable[str] = ()) -> Identity:
    """Everything identifying that the record holds, and ids of the patient known otherwise.
    Independent of its entries' order.
    """
    identity = identity_of((held.resource for held in record.held), other_identifiers)
    for held in record.held:
        if held.type in ("Patient", "Person", "RelatedPerson"):
            for key in patient_keys(held):
                identity.numbers.add(key)
    # Only the patient's own: a child's birth date in the mother's record is the day of her
    # delivery, a clinical fact.
    for patient in record.patients:
        identity.birth_days.update(_birth_days(patient.resource))
    return identity


def identity_of(
    resources: Iterable[Mapping[str, Any]], other_identifiers: Iterable[str] = ()
) -> Identity:
    """Of raw resources; contained ones are found in them."""
    identity, found = Identity(), gathered(resources)
    for identifier in other_identifiers:
        identity.numbers.add(identifier)
    for resource in found.resources:
        _add_resource(identity, resource)
    _add_names(identity, found)
    for value in found.identifiers:
        identity.numbers.add(value)
    for value in found.ids:
        identity.numbers.add_id(value)
    identity.names.learn(found.displays, found.whole_texts)
    return identity


def _add_resource(identity: Identity, resource: Mapping[str, Any]) -> None:
    kind = text(resource.get("resourceType"))
    if kind in _IDENTIFIED:
        for identifier in mappings(resource.get("identifier")):
            identity.numbers.add(identifier.get("value"), of_patient=kind in _PEOPLE)
    if kind in _PEOPLE:
        _add_person(identity, resource)
    elif kind in _ORGANISATIONS:
        _add_organisation(identity, resource)
    elif kind == "Coverage":
        identity.numbers.add(resource.get("subscriberId"))
    elif kind == "Device":
        _add_device(identity, resource)
    elif kind == "FamilyMemberHistory":
        name = text(resource.get("name"))
        if name:
            identity.names.add_text(name)


def _add_names(identity: Identity, found: Gathered) -> None:
    """Names known only by a display: after the patient's own, which they are compared with."""
    own = {
        word
        for resource in found.resources
        if resource.get("resourceType") == "Patient"
        for name in mappings(resource.get("name"))
        for part in (
            *texts(name.get("given")),
            *texts(name.get("family")),
            *texts(name.get("text")),
        )
        for word in words(part)
    }
    for display, role in sorted(found.people, key=str):
        add_display(identity.names, display, role, own)
    for display in sorted(found.organisations):
        identity.places.add_organisation(display)


def _birth_days(patient: Mapping[str, Any]) -> set[str]:
    """Full birth dates; with `patient-birthTime`, whose day is the same but for its time zone."""
    times = (
        part.get("valueDateTime")
        for part in mappings(mapping(patient.get("_birthDate")).get("extension"))
    )
    days = {day_of(value) for value in (patient.get("birthDate"), *times)}
    return {day for day in days if day and len(day) == FULL and _is_day(day)}


def _is_day(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _add_person(identity: Identity, person: Mapping[str, Any]) -> None:
    for part in (person, *mappings(person.get("contact"))):
        _add_contact_details(identity, part)
    for photo in mappings(person.get("photo")):
        identity.places.add_phrase((text(photo.get("url")) or "").rpartition("://")[2])
        identity.places.add_phrase(photo.get("title"))
    for day in _birth_days(person):
        identity.births.add(day)
    for reference in (
        person.get("managingOrganization"),
        *items(person.get("generalPractitioner")),
    ):
        identity.places.add_organisation(mapping(reference).get("display"))
    _add_extensions(identity, person)


def _add_contact_details(identity: Identity, part: Mapping[str, Any]) -> None:
    for name in mappings(part.get("name")):
        add_human_name(identity.names, name)
    for said in texts(part.get("name")):
        identity.names.add_text(said)
    for point in mappings(part.get("telecom")):
        _add_contact_point(identity, point.get("value"))
    for address in mappings(part.get("address")):
        _add_address(identity, address)


def _add_organisation(identity: Identity, resource: Mapping[str, Any]) -> None:
    for name in (*texts(resource.get("name")), *texts(resource.get("alias"))):
        identity.places.add_organisation(name)
    for point in mappings(resource.get("telecom")):
        _add_contact_point(identity, point.get("value"))
    for contact in mappings(resource.get("contact")):
        for human in mappings(contact.get("name")):
            add_human_name(identity.names, human)


def _add_device(identity: Identity, device: Mapping[str, Any]) -> None:
    """An implant's serial number and its UDI, whole and in its parts."""
    carriers = [*mappings(device.get("udiCarrier")), *mappings(device.get("udi"))]
    said = [device.get("serialNumber"), device.get("distinctIdentifier"), device.get("udi")]
    for carrier in carriers:
        said += [carrier.get(part) for part in ("deviceIdentifier", "carrierHRF", "name")]
    for value in texts(said):
        identity.numbers.add(value)
        for piece in words(value):
            if len(piece) >= _SHORTEST_UDI_PART:
                identity.numbers.add(piece, of_patient=False)


def _add_contact_point(identity: Identity, value: Any) -> None:
    said = text(value) or ""
    number = said.lower().partition("ext")[0].partition("x")[0]
    digits = "".join(char for char in number if char.isdecimal())
    if "@" in said or not digits:
        identity.places.add_phrase(said)
        return
    identity.numbers.add(said)
    # People write a number without its country, its area or its extension.
    identity.numbers.add(digits)
    if len(digits) >= _NATIONAL_PHONE:
        identity.numbers.add(digits[-_NATIONAL_PHONE:])
        identity.numbers.add(digits[-_LOCAL_PHONE:])


def _add_address(identity: Identity, address: Mapping[str, Any]) -> None:
    identity.places.add_address(
        [*texts(address.get("line")), *texts(address.get("text"))],
        [*texts(address.get("city")), *texts(address.get("district"))],
        text(address.get("state")) or "",
        text(address.get("postalCode")) or "",
    )
    for position in mappings(address.get("extension")):
        for part in mappings(position.get("extension")):
            identity.places.add_phrase(str(part.get("valueDecimal")), shortest=7)


def _add_extensions(identity: Identity, person: Mapping[str, Any]) -> None:
    """Names, places, contacts and identifiers in extensions, however deep; a bounded walk, so a
    hostile record can't stall it.
    """
    waiting = [
        (found, "")
        for key in ("extension", "modifierExtension")
        for found in mappings(person.get(key))
    ]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        extension, path = waiting.pop()
        path = f"{path} {(text(extension.get('url')) or '').rsplit('/', 1)[-1].lower()}"[-400:]
        waiting += [(found, path) for found in mappings(extension.get("extension"))[:_MAX_NODES]]
        _add_extension(identity, extension, path)


def _add_extension(identity: Identity, extension: Mapping[str, Any], path: str) -> None:
    add_human_name(identity.names, mapping(extension.get("valueHumanName")))
    _add_address(identity, mapping(extension.get("valueAddress")))
    _add_contact_point(identity, mapping(extension.get("valueContactPoint")).get("value"))
    identity.numbers.add(mapping(extension.get("valueIdentifier")).get("value"))
    said = text(extension.get("valueString"))
    if said and "name" in path:
        identity.names.add_text(said)
    elif not any(group in path for group in _GROUPS):
        identity.places.add_phrase(said)
