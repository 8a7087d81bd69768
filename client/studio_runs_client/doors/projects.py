"""Projects, their inputs and their analyses."""

from collections.abc import Sequence
from typing import Any

from studio_runs_client import models
from studio_runs_client.doors.door import Door, given, read
from studio_runs_client.pages import Pages


class Projects(Door):
    def create(self, name: str, *, key: str | None = None) -> models.Project:
        answer = self._post("/api/projects", {"name": name}, key=key, keyed=True)
        return read(models.Project, answer.data["project"])

    def list(self) -> Pages[models.ProjectRow]:
        return self._pages(models.ProjectRow, "/api/projects", "projects")

    def add_input(
        self,
        project_id: str,
        document: dict[str, Any],
        *,
        status: str | None = None,
        key: str | None = None,
    ) -> models.ProjectInput:
        """The next version of the project's input; `status` draft or final."""
        path = f"/api/projects/{project_id}/inputs"
        answer = self._post(path, given(input=document, status=status), key=key, keyed=True)
        return read(models.ProjectInput, answer.data["input"])

    def inputs(self, project_id: str) -> Pages[models.ProjectInputRow]:
        return self._pages(models.ProjectInputRow, f"/api/projects/{project_id}/inputs", "inputs")

    def generate(
        self, project_id: str, *, input_version: int | None = None, wait: float | None = None
    ) -> models.ProjectRun:
        """The one analysis of an input version, made now or before. Raises NoInputs for a project
        without inputs.
        """
        body = given(input_version=input_version) or None
        answer = self._post(f"/api/projects/{project_id}/generate", body, keyed=True, wait=wait)
        return read(models.ProjectRun, answer.data["run"])

    def runs(
        self, project_id: str, *, status: str | Sequence[str] | None = None
    ) -> Pages[models.ProjectRunRow]:
        path = f"/api/projects/{project_id}/runs"
        return self._pages(models.ProjectRunRow, path, "runs", {"status": status})

    def latest(self, project_id: str, *, status: str | None = None) -> models.ProjectRun | None:
        value = self._get(f"/api/projects/{project_id}/runs/latest", status=status)["run"]
        return None if value is None else read(models.ProjectRun, value)
