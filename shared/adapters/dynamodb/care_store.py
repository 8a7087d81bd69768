"""CareStore over DynamoDB and S3: patients, assignments, FHIR records and assessments of an organisation."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws_errors import error_code, translated
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.adapters.s3 import Bucket
from shared.errors import IdempotencyKeyReused, PayloadMissing, StoreUnavailable
from shared.ports import Assessment, Assignment, Patient, Record
from shared.runs.canonical import canonical_json

_PATIENT, _RECORD = "P", "F"
_TRIES = 10
Listed = tuple[list[Patient], str | None]


class DynamoCareStore:
    """Implements shared.ports.CareStore over a table and a bucket."""

    def __init__(self, table: Table, bucket: Bucket) -> None:
        self._table, self._bucket = table, bucket

    # --- patients -----------------------------------------------------------------------------------------------------

    def put_patient(self, patient: Patient, *, keep_user: bool) -> tuple[Patient, bool]:
        existing = self._table.put_new(_patient_item(patient))
        if existing is None:
            return patient, True
        held = _patient(existing)
        if keep_user or patient.user_id == held.user_id:
            return held, False
        return self._name_account(Patient(held.id, held.org_id, patient.user_id, held.created_at, patient.updated_at)), False

    def _name_account(self, patient: Patient) -> Patient:
        """Set or remove a known patient's account, and the list entry that goes with it, in one statement."""
        names = {"#u": "u", "#c": "c", "#ua": "ua"}
        values: dict[str, Any] = {":ua": patient.updated_at}
        change = "SET #ua = :ua REMOVE #u, #c"
        if patient.user_id is not None:
            values |= {":u": patient.user_id, ":c": keys.patient_of_user(patient.org_id, patient.user_id)}
            change = "SET #ua = :ua, #u = :u, #c = :c"
        with translated():
            self._table.update(
                Key=_patient_key(patient.org_id, patient.id),
                UpdateExpression=change,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=wire(values),
            )
        return patient

    def get_patient(self, org_id: str, patient_id: str) -> Patient | None:
        item = self._table.get(_patient_key(org_id, patient_id))
        return None if item is None else _patient(item)

    def patients(self, org_id: str, position: str | None, limit: int) -> Listed:
        return self._listed(keys.ORG_INDEX, "g", keys.patients_of_org(org_id), position, limit)

    def patients_of_user(self, org_id: str, user_id: str, position: str | None, limit: int) -> Listed:
        return self._listed(keys.CREATOR_INDEX, "c", keys.patient_of_user(org_id, user_id), position, limit)

    def patients_of_clinician(self, org_id: str, user_id: str, position: str | None, limit: int) -> Listed:
        found, last = self._table.query_keys(keys.CREATOR_INDEX, "c", keys.patients_of_clinician(org_id, user_id), position, limit)
        items = self._table.get_all([{"pk": entry["pk"], "sk": {"S": _PATIENT}} for entry in found])
        return [_patient(item) for item in items], last

    def _listed(self, index: str, attribute: str, partition: str, position: str | None, limit: int) -> Listed:
        found, last = self._table.query_keys(index, attribute, partition, position, limit)
        return [_patient(item) for item in self._table.get_all(found)], last

    # --- clinicians ---------------------------------------------------------------------------------------------------

    def assign(self, org_id: str, assignment: Assignment) -> Assignment:
        patient_id, user_id = assignment.patient_id, assignment.user_id
        values = {
            "c": keys.patients_of_clinician(org_id, user_id),
            "s": keys.clinicians_of(org_id, patient_id),
            "o": keys.order(assignment.assigned_at, user_id) + keys.order(0, patient_id)[8:],  # unique in both lists
            "u": user_id,
            "at": assignment.assigned_at,
        }
        existing = self._table.put_new(_assigned_key(org_id, patient_id, user_id) | wire(values))
        return assignment if existing is None else _assignment(existing)

    def unassign(self, org_id: str, patient_id: str, user_id: str) -> None:
        self._table.delete(_assigned_key(org_id, patient_id, user_id))

    def is_assigned(self, org_id: str, patient_id: str, user_id: str) -> bool:
        return self._table.get(_assigned_key(org_id, patient_id, user_id)) is not None

    def clinicians(self, org_id: str, patient_id: str, position: str | None, limit: int) -> tuple[list[Assignment], str | None]:
        found, last = self._table.query_keys(keys.SUBJECT_INDEX, "s", keys.clinicians_of(org_id, patient_id), position, limit)
        return [_assignment(item) for item in self._table.get_all(found)], last

    # --- the FHIR record ----------------------------------------------------------------------------------------------

    def put_record(self, org_id: str, patient_id: str, bundle: bytes, resources: Mapping[str, int], now: int) -> Record:
        sha256 = hashlib.sha256(bundle).hexdigest()
        self._bucket.put_new(_record_object(org_id, patient_id, sha256), bundle)
        for _ in range(_TRIES):
            held = self.get_record(org_id, patient_id)
            if held is not None and held.sha256 == sha256:
                return held
            record = Record(held.version + 1 if held else 1, sha256, dict(resources), now)
            if self._replace_record(org_id, patient_id, record, held):
                return record
        raise StoreUnavailable("a record is being written by many at once")

    def _replace_record(self, org_id: str, patient_id: str, record: Record, held: Record | None) -> bool:
        """False when somebody else wrote the record since `held` was read."""
        expression: dict[str, Any] = {
            "Key": _record_key(org_id, patient_id),
            "UpdateExpression": "SET v = :v, h = :h, rs = :r, ua = :u",
            "ConditionExpression": "v = :held" if held else "attribute_not_exists(pk)",
        }
        values: dict[str, Any] = {
            ":v": record.version,
            ":h": record.sha256,
            ":r": canonical_json(record.resources).decode(),
            ":u": record.updated_at,
        }
        with translated():
            try:
                self._table.update(**expression, ExpressionAttributeValues=wire(values | ({":held": held.version} if held else {})))
            except ClientError as exc:
                if error_code(exc) != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    def get_record(self, org_id: str, patient_id: str) -> Record | None:
        item = self._table.get(_record_key(org_id, patient_id))
        if item is None:
            return None
        values = plain(item)
        return Record(values["v"], values["h"], json.loads(values["rs"]), values["ua"])

    def read_record(self, org_id: str, patient_id: str) -> bytes | None:
        record = self.get_record(org_id, patient_id)
        return None if record is None else _sound(self._bucket, _record_object(org_id, patient_id, record.sha256), record.sha256)

    # --- assessments --------------------------------------------------------------------------------------------------

    def create_assessment(self, assessment: Assessment) -> Assessment | None:
        content = canonical_json(assessment.content)
        sha256 = hashlib.sha256(content).hexdigest()
        self._bucket.put_new(_assessment_object(assessment.org_id, assessment.id, sha256), content)
        existing = self._table.put_new(_assessment_item(assessment, sha256))
        if existing is None:
            return None
        if plain(existing).get("k") != "assessment" or plain(existing)["fp"] != assessment.fingerprint:
            raise IdempotencyKeyReused
        return self._assessment(existing)

    def get_assessment(self, org_id: str, assessment_id: str) -> Assessment | None:
        item = self._table.get(wire({"pk": keys.thing_pk(assessment_id), "sk": keys.THING_SK}))
        if item is None or plain(item).get("k") != "assessment" or plain(item)["og"] != org_id:
            return None
        return self._assessment(item)

    def assessments(self, org_id: str, patient_id: str, position: str | None, limit: int) -> tuple[list[Assessment], str | None]:
        found, last = self._table.query_keys(keys.SUBJECT_INDEX, "s", keys.assessments_of(org_id, patient_id), position, limit)
        return [self._assessment(item) for item in self._table.get_all(found)], last

    def _assessment(self, item: Item) -> Assessment:
        v = plain(item)
        created_at, identifier = keys.from_order(v["o"])
        content = json.loads(_sound(self._bucket, _assessment_object(v["og"], identifier, v["h"]), v["h"]))
        return Assessment(identifier, v["og"], v["pt"], v["cb"], created_at, v["fp"], content)


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
    if patient.user_id is not None:
        values |= {"u": patient.user_id, "c": keys.patient_of_user(patient.org_id, patient.user_id)}
    return _patient_key(patient.org_id, patient.id) | wire(values)


def _patient(item: Item) -> Patient:
    v = plain(item)
    created_at, patient_id = keys.from_order(v["o"])
    return Patient(patient_id, keys.unpack(v["g"].split("#")[1]), v.get("u"), created_at, v["ua"])


def _assigned_key(org_id: str, patient_id: str, user_id: str) -> Item:
    return wire({"pk": keys.patient_pk(org_id, patient_id), "sk": keys.assigned_sk(user_id)})


def _assignment(item: Item) -> Assignment:
    v = plain(item)
    return Assignment(keys.unpack(v["pk"].split("#")[2]), v["u"], v["at"])


def _record_key(org_id: str, patient_id: str) -> Item:
    return wire({"pk": keys.patient_pk(org_id, patient_id), "sk": _RECORD})


def _record_object(org_id: str, patient_id: str, sha256: str) -> str:
    return f"{keys.pack(org_id)}/patients/{patient_id}/{sha256}"


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
