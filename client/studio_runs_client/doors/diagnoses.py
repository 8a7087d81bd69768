"""Diagnosis runs: of a patient (the studio's words) and of an assessment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from studio_runs_client import models
from studio_runs_client.doors.door import Door, given, read
from studio_runs_client.errors import UnexpectedAnswer
from studio_runs_client.pages import Pages


class Diagnoses(Door):
    """Of a patient."""

    def create(
        self,
        patient_id: str,
        input_config: dict[str, Any],
        *,
        dispatch: str | None = None,
        max_attempts: int | None = None,
        max_cost_usd: float | None = None,
        start_at: datetime | None = None,
        tags: Sequence[str] | None = None,
        key: str | None = None,
        wait: float | None = None,
    ) -> models.StudioRun:
        """`input_config` may hold `question` and `focus`."""
        body = given(
            input_config=input_config,
            dispatch=dispatch,
            max_attempts=max_attempts,
            max_cost_usd=max_cost_usd,
            start_at=start_at,
            tags=None if tags is None else list(tags),
        )
        path = f"/api/studio/patients/{patient_id}/diagnosis-runs"
        answer = self._post(path, body, key=key, keyed=True, wait=wait)
        return read(models.StudioRun, answer.data["run"])

    def list(
        self, patient_id: str, *, status: str | Sequence[str] | None = None
    ) -> Pages[models.StudioRunRow | models.UnreadableRun]:
        path = f"/api/studio/patients/{patient_id}/diagnosis-runs"
        return Pages(self._transport, path, "runs", _row, {"status": status})

    def get(self, run_id: str, *, wait: float | None = None) -> models.StudioRun:
        value = self._get(f"/api/studio/diagnosis-runs/{run_id}", wait=wait)["run"]
        if value.get("status") == "unreadable":
            raise UnexpectedAnswer(f"run {run_id} was written by another version of the service")
        return read(models.StudioRun, value)

    def execute(self, run_id: str, *, wait: float | None = None) -> models.StudioRun:
        """Start a manual run, or one that waits after a failed attempt."""
        answer = self._post(f"/api/studio/diagnosis-runs/{run_id}/execute", wait=wait)
        return read(models.StudioRun, answer.data["run"])

    def take(self, run_id: str) -> models.StudioRun:
        """Take a queued run into one's own hands."""
        return self._patched(run_id, {"status": "running"})

    def succeed(self, run_id: str, output_data: dict[str, Any]) -> models.StudioRun:
        """End a run that one has taken."""
        return self._patched(run_id, {"status": "succeeded", "output_data": output_data})

    def fail(self, run_id: str, code: str, message: str) -> models.StudioRun:
        """End a run that one has taken, as failed."""
        info = {"code": code, "message": message}
        return self._patched(run_id, {"status": "failed", "error_info": info})

    def attach(
        self, run_id: str, artifact_type: str, name: str, data: Any, *, key: str | None = None
    ) -> models.Artifact:
        """Store something that the context pack shall hold; before the first start."""
        body = {"artifact_type": artifact_type, "artifact_name": name, "artifact_data": data}
        path = f"/api/studio/diagnosis-runs/{run_id}/artifacts"
        answer = self._post(path, body, key=key, keyed=True)
        return read(models.Artifact, answer.data["artifact"])

    def link(self, run_id: str, artifact_id: str) -> models.Artifact:
        """Attach an artifact that is there already and is of the same patient."""
        path = f"/api/studio/diagnosis-runs/{run_id}/artifacts"
        answer = self._post(path, {"artifact_id": artifact_id}, keyed=True)
        return read(models.Artifact, answer.data["artifact"])

    def artifact(self, artifact_id: str) -> models.Artifact:
        """An artifact with its content."""
        value = self._get(f"/api/studio/diagnosis-artifacts/{artifact_id}")["artifact"]
        return read(models.Artifact, value)

    def _patched(self, run_id: str, body: dict[str, Any]) -> models.StudioRun:
        path = f"/api/studio/diagnosis-runs/{run_id}"
        return read(models.StudioRun, self._transport.call("PATCH", path, json=body).data["run"])


class AssessmentRuns(Door):
    """Of an assessment: one run per (assessment, correlation, schema version)."""

    def create(
        self,
        assessment_id: str,
        correlation_id: str,
        *,
        dispatch: str | None = None,
        max_attempts: int | None = None,
        max_cost_usd: float | None = None,
        start_at: datetime | None = None,
        wait: float | None = None,
    ) -> models.AssessmentRun:
        """The run of this name, made now or before: the request repeats itself without a key."""
        body = given(
            assessment_id=assessment_id,
            correlation_id=correlation_id,
            dispatch=dispatch,
            max_attempts=max_attempts,
            max_cost_usd=max_cost_usd,
            start_at=start_at,
        )
        answer = self._post("/api/diagnosis-runs", body, keyed=True, wait=wait)
        return read(models.AssessmentRun, answer.data["run"])

    def list(
        self, *, status: str | Sequence[str] | None = None
    ) -> Pages[models.AssessmentRunRow | models.UnreadableRun]:
        path = "/api/diagnosis-runs"
        return Pages(self._transport, path, "runs", _assessment_row, {"status": status})

    def get(self, run_id: str, *, wait: float | None = None) -> models.AssessmentRun:
        value = self._get(f"/api/diagnosis-runs/{run_id}", wait=wait)["run"]
        return read(models.AssessmentRun, value)

    def process(self, run_id: str, *, wait: float | None = None) -> models.AssessmentRun:
        answer = self._post(f"/api/diagnosis-runs/{run_id}/process", wait=wait)
        return read(models.AssessmentRun, answer.data["run"])


def _row(value: Any) -> models.StudioRunRow | models.UnreadableRun:
    if value.get("status") == "unreadable":
        return read(models.UnreadableRun, value)
    return read(models.StudioRunRow, value)


def _assessment_row(value: Any) -> models.AssessmentRunRow | models.UnreadableRun:
    if value.get("status") == "unreadable":
        return read(models.UnreadableRun, value)
    return read(models.AssessmentRunRow, value)
