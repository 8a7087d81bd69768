"""Patients, their clinicians, records and assessments."""

from typing import Any
from urllib.parse import quote

from studio_runs_client import models
from studio_runs_client.doors.door import Door, given, read
from studio_runs_client.pages import Pages


class Patients(Door):
    def list(self) -> Pages[models.Patient]:
        return self._pages(models.Patient, "/api/patients", "patients")

    def get(self, patient_id: str) -> models.Patient:
        return read(models.Patient, self._get(f"/api/patients/{patient_id}")["patient"])

    def put(
        self, patient_id: str, *, user_id: str | None = None, label: str | None = None
    ) -> models.Patient:
        """Make or change a patient."""
        body = given(user_id=user_id, label=label)
        data = self._put(f"/api/patients/{patient_id}", json=body)
        return read(models.Patient, data["patient"])

    def erase(self, patient_id: str) -> models.Run:
        """Erase everything of a patient, for good. Answers the run that does it."""
        answer = self._transport.call(
            "DELETE", f"/api/patients/{patient_id}", query={"confirm": patient_id}
        )
        return read(models.Run, answer.data["run"])

    def clinicians(self, patient_id: str) -> Pages[models.Clinician]:
        path = f"/api/patients/{patient_id}/clinicians"
        return self._pages(models.Clinician, path, "clinicians")

    def assign(self, patient_id: str, user_id: str) -> models.Clinician:
        data = self._put(f"/api/patients/{patient_id}/clinicians/{quote(user_id, safe='')}")
        return read(models.Clinician, data["clinician"])

    def unassign(self, patient_id: str, user_id: str) -> None:
        path = f"/api/patients/{patient_id}/clinicians/{quote(user_id, safe='')}"
        self._transport.call("DELETE", path)

    def record(self, patient_id: str) -> models.Record:
        return read(models.Record, self._get(f"/api/patients/{patient_id}/record")["record"])

    def put_record(
        self, patient_id: str, bundle: bytes | dict[str, Any], *, replace_person: bool = False
    ) -> models.Record:
        """A FHIR R4 Bundle, as bytes or parsed. Raises OtherPerson for another person's, unless
        `replace_person`.
        """
        path = f"/api/patients/{patient_id}/record"
        sent = {"content": bundle} if isinstance(bundle, bytes) else {"json": bundle}
        query = {"replace": "person"} if replace_person else None
        return read(models.Record, self._put(path, query=query, **sent)["record"])

    def assess(
        self,
        patient_id: str,
        funnel: dict[str, Any],
        answers: dict[str, Any],
        *,
        key: str | None = None,
    ) -> models.Assessment:
        path = f"/api/patients/{patient_id}/assessments"
        body = {"funnel": funnel, "answers": answers}
        answer = self._post(path, body, key=key, keyed=True)
        return read(models.Assessment, answer.data["assessment"])

    def assessments(self, patient_id: str) -> Pages[models.Assessment]:
        path = f"/api/patients/{patient_id}/assessments"
        return self._pages(models.Assessment, path, "assessments")

    def _put(self, path: str, **sent: Any) -> Any:
        return self._transport.call("PUT", path, **sent).data
