"""One walk over raw resources: who is named where, which identifiers stand where, and what the
terminologies say.

Iterative, each node once, so neither depth nor size can stall it. Knows the names of FHIR's
elements, not what a fact means.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.workflows.diagnosis.coded import is_terminology
from shared.workflows.diagnosis.person_names import ANYONE, PERSON, SUBJECT

_SUBJECTS = frozenset(["subject", "patient", "beneficiary", "subscriber"])
_ROLES = frozenset(
    [
        "individual",
        "actor",
        "performer",
        "asserter",
        "recorder",
        "author",
        "authorReference",
        "requester",
        "informant",
        "informationSource",
        "enterer",
        "collector",
        "receiver",
        "sender",
        "recipient",
        "attester",
        "party",
        "practitioner",
        "generalPractitioner",
        "careManager",
        "responsible",
        "provider",
        "policyHolder",
        "payee",
        "agent",
        "who",
        "onBehalfOf",
        "operator",
        "interpreter",
        "resultsInterpreter",
        "witness",
        "source",
        "member",
        "participant",
        "responsibleParty",
        "prescriber",
        "supervisor",
        "verifier",
        "attendingPractitioner",
        "authenticator",
        "owner",
        "agentReference",
        "consentingParty",
    ]
)
_ORGANISATIONS = frozenset(
    [
        "managingOrganization",
        "organization",
        "serviceProvider",
        "location",
        "custodian",
        "insurer",
        "payor",
        "manufacturer",
    ]
)
_NOT_PEOPLE = frozenset(
    [
        "Device",
        "Location",
        "Organization",
        "HealthcareService",
        "CareTeam",
        "Group",
        "Substance",
        "Medication",
        "Specimen",
    ]
)
_PEOPLE = frozenset(["Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Person"])
_NAMES_IN_STRINGS = frozenset(["authorString", "agentString", "recorderString", "performerString"])
_CONCEPTS = frozenset(
    [
        "code",
        "medicationCodeableConcept",
        "vaccineCode",
        "valueCodeableConcept",
        "substance",
        "manifestation",
        "reasonCode",
        "bodySite",
        "type",
        "method",
        "route",
        "itemCodeableConcept",
        "conclusionCode",
        "outcome",
        "severity",
        "stage",
        "summary",
        "complication",
        "form",
    ]
)
_NESTED = (dict, list, Mapping)
_ANSWER = "valueReference"
_REFERENCES = _SUBJECTS | _ROLES | _ORGANISATIONS | {_ANSWER}
_MAX_DISPLAY = 400


@dataclass
class Gathered:
    """`people`: displays with the role in which they stand; `whole_texts`: concepts' texts of one
    word.
    """

    resources: list[Mapping[str, Any]] = field(default_factory=list)
    people: set[tuple[str, str]] = field(default_factory=set)
    organisations: set[str] = field(default_factory=set)
    identifiers: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    displays: set[str] = field(default_factory=set)
    whole_texts: set[str] = field(default_factory=set)


def gathered(resources: Iterable[Mapping[str, Any]]) -> Gathered:
    """Of the resources and all that they contain."""
    found = Gathered()
    waiting: list[tuple[str, Any]] = [("", resource) for resource in resources]
    seen: set[int] = set()
    while waiting:
        key, value = waiting.pop()
        if type(value) is dict or isinstance(value, Mapping):
            # A contained resource comes by itself and in its container; and what is made in memory
            # may stand in many places.
            if id(value) in seen:
                continue
            seen.add(id(value))
            _visit(found, key, value)
            for name, held in value.items():
                # Told by type first: nearly all are texts, and to ask those for a Mapping is slow.
                kind = type(held)
                if kind is not str and (kind is dict or kind is list or _holds_more(held)):
                    waiting.append((name, held))
        elif isinstance(value, list):
            waiting += [(key, held) for held in value if _holds_more(held)]
    return found


def _holds_more(value: Any) -> bool:
    return isinstance(value, _NESTED)


def _visit(found: Gathered, key: str, value: Mapping[str, Any]) -> None:
    if "resourceType" in value:
        found.resources.append(value)
        _keep(found.ids, value.get("id"))
    if not _NAMES_IN_STRINGS.isdisjoint(value):
        _visit_strings(found, value)
    if key in _REFERENCES:
        _visit_reference(found, key, value)
    elif "display" in value and is_terminology(value.get("system")):
        _keep(found.displays, value["display"])
    elif key in _CONCEPTS and "text" in value:
        said = value["text"]
        if isinstance(said, str) and said.strip().isalpha():
            _keep(found.whole_texts, said)


def _visit_strings(found: Gathered, value: Mapping[str, Any]) -> None:
    for name in _NAMES_IN_STRINGS.intersection(value):
        said = value[name]
        if isinstance(said, str) and len(said) <= _MAX_DISPLAY:
            found.people.add((said, PERSON))


def _visit_reference(found: Gathered, key: str, value: Mapping[str, Any]) -> None:
    # What answers a question may be of any kind, and a drug or an illness is nobody.
    if key == _ANSWER and _kind(value) not in _PEOPLE | {""}:
        return
    if key not in _ORGANISATIONS and isinstance(value.get("identifier"), Mapping):
        _keep(found.identifiers, value["identifier"].get("value"))
    display = value.get("display")
    if not isinstance(display, str) or len(display) > _MAX_DISPLAY:
        return
    kind = _kind(value)
    if key in _ORGANISATIONS or kind in _NOT_PEOPLE:
        found.organisations.add(display)
    else:
        person = PERSON if kind in _PEOPLE else ANYONE
        found.people.add((display, SUBJECT if key in _SUBJECTS else person))


def _kind(value: Mapping[str, Any]) -> str:
    """The type that a reference names, by `type` or in its URL; empty when it says none."""
    said = value.get("type")
    if isinstance(said, str):
        return said
    reference = value.get("reference")
    parts = reference[:400].split("/") if isinstance(reference, str) else []
    return parts[-2] if len(parts) > 1 else ""


def _keep(held: set[str], said: Any) -> None:
    if isinstance(said, str) and 0 < len(said) <= _MAX_DISPLAY:
        held.add(said)
