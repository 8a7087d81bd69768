"""CareStore over DynamoDB and S3: patients, assignments and assessments of an organisation."""

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from shared.adapters.aws_errors import translated
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.adapters.s3 import Bucket
from shared.errors import IdempotencyKeyReused, PayloadMissing
from shared.records.care import (
    Assessment,
    Assignment,
    Patient,
    Tombstone,
)
from shared.runs.canonical import canonical_json

_PATIENT = "P"
Listed = tuple[list[Patient], str | None]


class DynamoCareStore:
    """Implements shared.ports.CareStore over a table and a bucket."""

    def __init__(self, table: Table, bucket: Bucket) -> None:
        self._table, self._bucket = table, bucket

    # --- patients ---------------------------------------------------------------------------------

    def put_patient(
        self, patient: Patient, *, keep_user: bool = False, keep_label: bool = False
    ) -> tuple[Patient, bool]:
        existing = self._table.put_new(_patient_item(patient))
        if existing is None:
            return patient, True
        held = _patient(existing)
        if not keep_user and patient.user_id != held.user_id:
            held = self._set(held, patient.updated_at, user_id=patient.user_id)
        if not keep_label and patient.label != held.label:
            held = self._set(held, patient.updated_at, label=patient.label)
        return held, False

    def _set(self, held: Patient, now: int, **change: str | None) -> Patient:
        """Set or remove one of a known patient's attributes, and the list entry that goes with it,
        in one statement.
        """
        changed = replace(held, updated_at=now, **change)  # type: ignore[arg-type]
        wanted = _optional(changed)
        touched = ("u", "c") if "user_id" in change else ("l",)
        there = {name: value for name, value in wanted.items() if name in touched}
        gone = [f"#{name}" for name in touched if name not in there]
        setting = ", ".join(f"#{name} = :{name}" for name in ["ua", *there])
        with translated():
            self._table.update(
                Key=_patient_key(held.org_id, held.id),
                UpdateExpression=f"SET {setting}" + (f" REMOVE {', '.join(gone)}" if gone else ""),
                ExpressionAttributeNames={f"#{name}": name for name in ("ua", *touched)},
                ExpressionAttributeValues=wire(
                    {":ua": now} | {f":{name}": value for name, value in there.items()}
                ),
            )
        return changed

    def get_patient(self, org_id: str, patient_id: str) -> Patient | None:
        item = self._table.get(_patient_key(org_id, patient_id))
        return None if item is None else _patient(item)

    def patients(self, org_id: str, position: str | None, limit: int) -> Listed:
        return self._listed(keys.ORG_INDEX, "g", keys.patients_of_org(org_id), position, limit)

    def patients_of_user(
        self, org_id: str, user_id: str, position: str | None, limit: int
    ) -> Listed:
        return self._listed(
            keys.CREATOR_INDEX, "c", keys.patient_of_user(org_id, user_id), position, limit
        )

    def patients_of_clinician(
        self, org_id: str, user_id: str, position: str | None, limit: int
    ) -> Listed:
        found, last = self._table.query_keys(
            keys.CREATOR_INDEX, "c", keys.patients_of_clinician(org_id, user_id), position, limit
        )
        items = self._table.get_all([{"pk": entry["pk"], "sk": {"S": _PATIENT}} for entry in found])
        return _living(items), last

    def patient_ids_of_clinician(self, org_id: str, user_id: str, at_most: int) -> list[str]:
        found, _ = self._table.query_keys(
            keys.CREATOR_INDEX, "c", keys.patients_of_clinician(org_id, user_id), None, at_most
        )
        return [keys.patient_of(entry["pk"]["S"]) for entry in found]

    def _listed(
        self, index: str, attribute: str, partition: str, position: str | None, limit: int
    ) -> Listed:
        found, last = self._table.query_keys(index, attribute, partition, position, limit)
        return _living(self._table.get_all(found)), last

    def bury(self, org_id: str, patient_id: str, tombstone: Tombstone) -> Patient | None:
        self._table.try_update(
            Key=_patient_key(org_id, patient_id),
            UpdateExpression="SET tb = :tb",
            ConditionExpression="attribute_exists(pk) AND attribute_not_exists(tb)",
            ExpressionAttributeValues=wire({":tb": _tombstone_text(tombstone)}),
        )
        return self.get_patient(org_id, patient_id)

    # --- clinicians -------------------------------------------------------------------------------

    def assign(self, org_id: str, assignment: Assignment) -> Assignment:
        patient_id, user_id = assignment.patient_id, assignment.user_id
        values = {
            "c": keys.patients_of_clinician(org_id, user_id),
            "s": keys.clinicians_of(org_id, patient_id),
            "o": keys.order(assignment.assigned_at, user_id)
            + keys.order(0, patient_id)[8:],  # unique in both lists
            "u": user_id,
            "at": assignment.assigned_at,
            **({"by": assignment.assigned_by} if assignment.assigned_by else {}),
        }
        existing = self._table.put_new(_assigned_key(org_id, patient_id, user_id) | wire(values))
        return assignment if existing is None else _assignment(existing)

    def unassign(
        self, org_id: str, patient_id: str, user_id: str, by: str | None = None, at: int = 0
    ) -> None:
        """What has ended is written before the assignment goes, so it is never untold."""
        item = self._table.get(_assigned_key(org_id, patient_id, user_id))
        if item is None:
            return
        held = _assignment(item)
        ended = replace(held, ended_at=at, ended_by=by)
        sk = keys.ended_sk(at, user_id)
        values = {"pk": item["pk"]["S"], "sk": sk, "as": canonical_json(asdict(ended)).decode()}
        self._table.put_new(wire(values))
        self._table.delete(_assigned_key(org_id, patient_id, user_id))

    def ended_assignments(self, org_id: str, patient_id: str) -> list[Assignment]:
        pk = keys.patient_pk(org_id, patient_id)
        found = self._table.query_prefix(pk, keys.ENDED)
        return [Assignment(**json.loads(plain(item)["as"])) for item in reversed(found)]

    def is_assigned(self, org_id: str, patient_id: str, user_id: str) -> bool:
        return self._table.get(_assigned_key(org_id, patient_id, user_id)) is not None

    def clinicians(
        self, org_id: str, patient_id: str, position: str | None, limit: int
    ) -> tuple[list[Assignment], str | None]:
        found, last = self._table.query_keys(
            keys.SUBJECT_INDEX, "s", keys.clinicians_of(org_id, patient_id), position, limit
        )
        return [_assignment(item) for item in self._table.get_all(found)], last

    # --- assessments ------------------------------------------------------------------------------

    def create_assessment(self, assessment: Assessment) -> Assessment | None:
        content = canonical_json(assessment.content)
        sha256 = hashlib.sha256(content).hexdigest()
        self._bucket.put_new(_assessment_object(assessment.org_id, assessment.id, sha256), content)
        existing = self._table.put_new(_assessment_item(assessment, sha256))
        if existing is None:
            return None
        if (
            plain(existing).get("k") != "assessment"
            or plain(existing)["fp"] != assessment.fingerprint
        ):
            raise IdempotencyKeyReused
        return self._assessment(existing)

    def get_assessment(self, org_id: str, assessment_id: str) -> Assessment | None:
        item = self._table.get(wire({"pk": keys.thing_pk(assessment_id), "sk": keys.THING_SK}))
        if item is None or plain(item).get("k") != "assessment" or plain(item)["og"] != org_id:
            return None
        return _erased_assessment(item) if "ea" in item else self._assessment(item)

    def last_assessed_at(self, org_id: str, patient_id: str) -> int | None:
        partition = keys.assessments_of(org_id, patient_id)
        found, _ = self._table.query_keys(keys.SUBJECT_INDEX, "s", partition, None, 1)
        return keys.from_order(plain(found[0])["o"])[0] if found else None

    def assessments(
        self, org_id: str, patient_id: str, position: str | None, limit: int
    ) -> tuple[list[Assessment], str | None]:
        found, last = self._table.query_keys(
            keys.SUBJECT_INDEX, "s", keys.assessments_of(org_id, patient_id), position, limit
        )
        return [self._assessment(item) for item in self._table.get_all(found)], last

    def _assessment(self, item: Item) -> Assessment:
        v = plain(item)
        created_at, identifier = keys.from_order(v["o"])
        content = json.loads(
            _sound(self._bucket, _assessment_object(v["og"], identifier, v["h"]), v["h"])
        )
        return Assessment(identifier, v["og"], v["pt"], v["cb"], created_at, v["fp"], content)


def _erased_assessment(item: Item) -> Assessment:
    """Of one that was erased only whose it was is known."""
    v = plain(item)
    return Assessment(keys.id_of(v["pk"]), v["og"], v["pt"], "", 0, "", {})


def _sound(bucket: Bucket, key: str, sha256: str) -> bytes:
    data = bucket.get(key)
    if data is None or hashlib.sha256(data).hexdigest() != sha256:
        raise PayloadMissing("an object is missing or damaged")
    return data


def _patient_key(org_id: str, patient_id: str) -> Item:
    return wire({"pk": keys.patient_pk(org_id, patient_id), "sk": _PATIENT})


def _patient_item(patient: Patient) -> Item:
    values: dict[str, Any] = {
        "g": keys.patients_of_org(patient.org_id),
        "o": keys.order(patient.created_at, patient.id),
        "ua": patient.updated_at,
    }
    return _patient_key(patient.org_id, patient.id) | wire(values | _optional(patient))


def _optional(patient: Patient) -> dict[str, Any]:
    """The attributes that an item has only where the patient has them."""
    values: dict[str, Any] = {} if patient.label is None else {"l": patient.label}
    if patient.user_id is not None:
        values |= {"u": patient.user_id, "c": keys.patient_of_user(patient.org_id, patient.user_id)}
    return values


def _tombstone_text(tombstone: Tombstone) -> str:
    """As text, because a number would be taken for a moment at which something is due."""
    return canonical_json(asdict(tombstone)).decode()


def _patient(item: Item) -> Patient:
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


def _living(items: list[Item]) -> list[Patient]:
    """The patients that lists show: nobody who is to be erased, or has been."""
    return [patient for patient in map(_patient, items) if patient.tombstone is None]


def _assigned_key(org_id: str, patient_id: str, user_id: str) -> Item:
    return wire({"pk": keys.patient_pk(org_id, patient_id), "sk": keys.assigned_sk(user_id)})


def _assignment(item: Item) -> Assignment:
    v = plain(item)
    return Assignment(keys.unpack(v["pk"].split("#")[2]), v["u"], v["at"], v.get("by"))


def _assessment_object(org_id: str, assessment_id: str, sha256: str) -> str:
    return f"{keys.pack(org_id)}/assessments/{assessment_id}/{sha256}"


def _assessment_item(assessment: Assessment, sha256: str) -> Item:
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
