"""What the tests of reading share: a patient, a pack of hand-made resources, and where a fact
stands in it.
"""

import json
from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.sections import SECTIONS
from tests.unit.workflows.diagnosis.charts import pack

Json = dict[str, Any]

WHO: Json = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"system": "urn:mrn", "value": "111-MINE"}],
    "name": [{"family": "Quartermain", "given": ["Zebulon"]}],
    "gender": "female",
    "birthDate": "1961-03-17",
}
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
NEGATED = {"modifierExtension": [{"url": "urn:negated", "valueBoolean": True}]}


def bundle_of(*entries: Any, who: Any = WHO, **fields: Any) -> Json:
    """A bundle whose entries are given whole, or as resources."""
    whole = [one if "resourceType" not in one else {"resource": one} for one in (who, *entries)]
    return {"resourceType": "Bundle", "type": "collection", "entry": whole, **fields}


def read(*entries: Any, who: Any = WHO, **fields: Any) -> Json:
    """The pack of such a bundle."""
    return pack(bundle_of(*entries, who=who, **fields))


def resource(kind: str, name: Any = "Asthma", **fields: Any) -> Json:
    """A resource of the patient, named by text under whatever names its type."""
    element = {
        "Immunization": "vaccineCode",
        "AdverseEvent": "event",
        "DocumentReference": "type",
        "FamilyMemberHistory": "relationship",
        **dict.fromkeys(MEDICATIONS, "medicationCodeableConcept"),
    }.get(kind, "code")
    return {"resourceType": kind, element: {"text": name}, **fields}


MEDICATIONS = (
    *("MedicationRequest", "MedicationStatement", "MedicationAdministration"),
    "MedicationDispense",
)


def concept(system: str, code: str, display: str | None = None, text: str | None = None) -> Json:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})


def active(**fields: Any) -> Json:
    return {"clinicalStatus": concept(CLINICAL, "active"), **fields}


def where(built: Mapping[str, Any], name: str) -> list[str]:
    """The sections that hold an item with this name."""
    return [
        section
        for section in SECTIONS
        for item in built.get(section, [])
        if str(item.get("name")) == name
    ]


def item_of(built: Mapping[str, Any], name: str) -> Json:
    """The only item with this name, wherever it stands."""
    (found,) = [
        item
        for section in SECTIONS
        for item in built.get(section, [])
        if str(item.get("name")) == name
    ]
    assert isinstance(found, dict)
    return found


def text_of(built: Mapping[str, Any], *sections: str) -> str:
    """The JSON of some sections, or of all."""
    shown = {name: built.get(name) for name in sections or SECTIONS}
    return json.dumps(shown, ensure_ascii=False)
