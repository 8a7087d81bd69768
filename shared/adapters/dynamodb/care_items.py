"""How patients, assignments and assessments lie in the table and the bucket."""

import json
from dataclasses import asdict
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.records.care import Assessment, Assignment, Patient, Tombstone
from shared.runs.canonical import canonical_json

PATIENT_SK = "P"


def patient_key(org_id: str, patient_id: str) -> Item:
    return wire({"pk": keys.patient_pk(org_id, patient_id), "sk": PATIENT_SK})


def patient_item(patient: Patient) -> Item:
    values: dict[str, Any] = {
        "g": keys.patients_of_org(patient.org_id),
        "o": keys.order(patient.created_at, patient.id),
        "ua": patient.updated_at,
    }
    return patient_key(patient.org_id, patient.id) | wire(values | optional_values(patient))


def optional_values(patient: Patient) -> dict[str, Any]:
    """The attributes that an item has only where the patient has them."""
    values: dict[str, Any] = {} if patient.label is None else {"l": patient.label}
    if patient.user_id is not None:
        values |= {"u": patient.user_id, "c": keys.patient_of_user(patient.org_id, patient.user_id)}
    return values


def tombstone_text(tombstone: Tombstone) -> str:
    """As text, because a number would be taken for a moment at which something is due."""
    return canonical_json(asdict(tombstone)).decode()


def patient_from(item: Item) -> Patient:
    """The list keys of one who was erased are gone, so organisation and id come from its key."""
    v = plain(item)
    _, org, patient = v["pk"].split("#")
    tombstone = Tombstone(**json.loads(v["tb"])) if "tb" in v else None
    created_at, _ = keys.from_order(v["o"])
    return Patient(
        keys.unpack(patient),
        keys.unpack(org),
        v.get("u"),
        created_at,
        v["ua"],
        v.get("l"),
        tombstone,
    )


def living(items: list[Item]) -> list[Patient]:
    """The patients that lists show: nobody who is to be erased, or has been."""
    return [patient for patient in map(patient_from, items) if patient.tombstone is None]


def assigned_key(org_id: str, patient_id: str, user_id: str) -> Item:
    return wire({"pk": keys.patient_pk(org_id, patient_id), "sk": keys.assigned_sk(user_id)})


def assignment_from(item: Item) -> Assignment:
    v = plain(item)
    return Assignment(keys.unpack(v["pk"].split("#")[2]), v["u"], v["at"], v.get("by"))


def assessment_object(org_id: str, assessment_id: str, sha256: str) -> str:
    return f"{keys.pack(org_id)}/assessments/{assessment_id}/{sha256}"


def assessment_item(assessment: Assessment, sha256: str) -> Item:
    return wire(
        {
            "pk": keys.thing_pk(assessment.id),
            "sk": keys.THING_SK,
            "k": "assessment",
            "og": assessment.org_id,
            "s": keys.assessments_of(assessment.org_id, assessment.patient_id),
            "o": keys.order(assessment.created_at, assessment.id),
            "pt": assessment.patient_id,
            "cb": assessment.created_by,
            "fp": assessment.fingerprint,
            "h": sha256,
        }
    )


def erased_assessment(item: Item) -> Assessment:
    """Of one that was erased only whose it was is known."""
    v = plain(item)
    return Assessment(keys.id_of(v["pk"]), v["og"], v["pt"], "", 0, "", {})
