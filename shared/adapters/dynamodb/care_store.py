"""CareStore over DynamoDB and S3: patients, assignments and assessments of an organisation."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace

from shared.adapters.aws_errors import translated
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.care_items import (
    PATIENT_SK,
    assessment_item,
    assessment_object,
    assigned_key,
    assignment_from,
    erased_assessment,
    living,
    optional_values,
    patient_from,
    patient_item,
    patient_key,
    tombstone_text,
)
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

Listed = tuple[list[Patient], str | None]


class DynamoCareStore:
    """Implements shared.ports.CareStore over a table and a bucket."""

    def __init__(self, table: Table, bucket: Bucket) -> None:
        self._table, self._bucket = table, bucket

    # --- patients ---------------------------------------------------------------------------------

    def put_patient(
        self, patient: Patient, *, keep_user: bool = False, keep_label: bool = False
    ) -> tuple[Patient, bool]:
        existing = self._table.put_new(patient_item(patient))
        if existing is None:
            return patient, True
        held = patient_from(existing)
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
        wanted = optional_values(changed)
        touched = ("u", "c") if "user_id" in change else ("l",)
        there = {name: value for name, value in wanted.items() if name in touched}
        gone = [f"#{name}" for name in touched if name not in there]
        setting = ", ".join(f"#{name} = :{name}" for name in ["ua", *there])
        with translated():
            self._table.update(
                Key=patient_key(held.org_id, held.id),
                UpdateExpression=f"SET {setting}" + (f" REMOVE {', '.join(gone)}" if gone else ""),
                ExpressionAttributeNames={f"#{name}": name for name in ("ua", *touched)},
                ExpressionAttributeValues=wire(
                    {":ua": now} | {f":{name}": value for name, value in there.items()}
                ),
            )
        return changed

    def get_patient(self, org_id: str, patient_id: str) -> Patient | None:
        item = self._table.get(patient_key(org_id, patient_id))
        return None if item is None else patient_from(item)

    def get_patients(self, org_id: str, patient_ids: Sequence[str]) -> list[Patient]:
        wanted = [patient_key(org_id, patient_id) for patient_id in patient_ids]
        return [patient_from(item) for item in self._table.get_all(wanted)]

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
        items = self._table.get_all(
            [{"pk": entry["pk"], "sk": {"S": PATIENT_SK}} for entry in found]
        )
        return living(items), last

    def patient_ids_of_clinician(
        self, org_id: str, user_id: str, position: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        found, last = self._table.query_keys(
            keys.CREATOR_INDEX, "c", keys.patients_of_clinician(org_id, user_id), position, limit
        )
        return [keys.patient_of(entry["pk"]["S"]) for entry in found], last

    def _listed(
        self, index: str, attribute: str, partition: str, position: str | None, limit: int
    ) -> Listed:
        found, last = self._table.query_keys(index, attribute, partition, position, limit)
        return living(self._table.get_all(found)), last

    def bury(self, org_id: str, patient_id: str, tombstone: Tombstone) -> Patient | None:
        self._table.try_update(
            Key=patient_key(org_id, patient_id),
            UpdateExpression="SET tb = :tb",
            ConditionExpression="attribute_exists(pk) AND attribute_not_exists(tb)",
            ExpressionAttributeValues=wire({":tb": tombstone_text(tombstone)}),
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
        existing = self._table.put_new(assigned_key(org_id, patient_id, user_id) | wire(values))
        return assignment if existing is None else assignment_from(existing)

    def unassign(
        self, org_id: str, patient_id: str, user_id: str, by: str | None = None, at: int = 0
    ) -> None:
        """What has ended is written before the assignment goes, so it is never untold."""
        item = self._table.get(assigned_key(org_id, patient_id, user_id))
        if item is None:
            return
        held = assignment_from(item)
        ended = replace(held, ended_at=at, ended_by=by)
        sk = keys.ended_sk(at, user_id)
        values = {"pk": item["pk"]["S"], "sk": sk, "as": canonical_json(asdict(ended)).decode()}
        self._table.put_new(wire(values))
        self._table.delete(assigned_key(org_id, patient_id, user_id))

    def ended_assignments(
        self, org_id: str, patient_id: str, position: str | None, limit: int
    ) -> tuple[list[Assignment], str | None]:
        pk = keys.patient_pk(org_id, patient_id)
        after = keys.sk_at(position)
        found, last = self._table.query_page(pk, keys.ENDED, after, limit, forward=False)
        ended = [Assignment(**json.loads(plain(item)["as"])) for item in found]
        return ended, keys.position_after(last)

    def is_assigned(self, org_id: str, patient_id: str, user_id: str) -> bool:
        return self._table.get(assigned_key(org_id, patient_id, user_id)) is not None

    def assigned_of(self, org_id: str, patient_ids: Sequence[str], user_id: str) -> frozenset[str]:
        wanted = [assigned_key(org_id, patient_id, user_id) for patient_id in patient_ids]
        found = self._table.get_all(wanted)
        return frozenset(keys.patient_of(item["pk"]["S"]) for item in found)

    def clinicians(
        self, org_id: str, patient_id: str, position: str | None, limit: int
    ) -> tuple[list[Assignment], str | None]:
        found, last = self._table.query_keys(
            keys.SUBJECT_INDEX, "s", keys.clinicians_of(org_id, patient_id), position, limit
        )
        return [assignment_from(item) for item in self._table.get_all(found)], last

    # --- assessments ------------------------------------------------------------------------------

    def create_assessment(self, assessment: Assessment) -> Assessment | None:
        content = canonical_json(assessment.content)
        sha256 = hashlib.sha256(content).hexdigest()
        self._bucket.put_new(assessment_object(assessment.org_id, assessment.id, sha256), content)
        existing = self._table.put_new(assessment_item(assessment, sha256))
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
        return erased_assessment(item) if "ea" in item else self._assessment(item)

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
            _sound(self._bucket, assessment_object(v["og"], identifier, v["h"]), v["h"])
        )
        return Assessment(identifier, v["og"], v["pt"], v["cb"], created_at, v["fp"], content)


def _sound(bucket: Bucket, key: str, sha256: str) -> bytes:
    data = bucket.get(key)
    if data is None or hashlib.sha256(data).hexdigest() != sha256:
        raise PayloadMissing("an object is missing or damaged")
    return data
