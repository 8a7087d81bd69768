"""Projects and their inputs in memory."""

from dataclasses import replace
from threading import RLock

from shared.errors import IdempotencyKeyReused, PayloadMissing
from shared.ports import RunStore, Scope
from shared.records.project import Project, ProjectInput, ProjectSummary
from shared.records.run import Run
from shared.runs.canonical import sha256_hex
from tests.fakes.things import Things

ALL = 1_000_000


class InMemoryProjectStore:
    """Implements shared.ports.ProjectStore; counts the runs of the given store."""

    def __init__(self, runs: RunStore, things: Things | None = None) -> None:
        self._lock = RLock()
        self._runs, self._things = runs, things or Things()
        self._projects: dict[str, Project] = {}
        self._inputs: dict[str, list[ProjectInput]] = {}
        self._prints: dict[str, str] = {}
        self._documents: dict[tuple[str, str], bytes] = {}

    def create_project(self, project: Project) -> Project | None:
        with self._lock:
            self._claim(project.id, "project", project.fingerprint)
            existing = self._projects.get(project.id)
            if existing is None:
                self._projects[project.id] = project
                self._inputs[project.id] = []
            return existing

    def get_project(self, org_id: str, project_id: str) -> Project | None:
        project = self._projects.get(project_id)
        return project if project is not None and project.org_id == org_id else None

    def is_taken(self, identifier: str) -> bool:
        return self._things.is_claimed(identifier)

    def summaries(
        self, org_id: str, person: str | None, position: str | None, limit: int
    ) -> tuple[list[ProjectSummary], str | None]:
        listed = [
            project
            for project in sorted(self._projects.values(), key=_place, reverse=True)
            if project.org_id == org_id
            and person in (None, project.created_by)
            and (position is None or _place(project) < position)
        ]
        page = listed[:limit]
        return [self._summary(one) for one in page], _place(page[-1]) if listed[limit:] else None

    def _summary(self, project: Project) -> ProjectSummary:
        runs = self._runs_of(project)
        newest = runs[0] if runs else None
        return ProjectSummary(project, len(self._inputs[project.id]), len(runs), newest)

    def _runs_of(self, project: Project) -> list[Run]:
        scope = Scope("subject", project.org_id, f"project#{project.id}")
        return self._runs.page(scope, None, ALL).runs

    def settle(self, project_id: str, now: int) -> None:
        """Nothing is kept about runs, so nothing is to be brought up to date."""

    def add_input(
        self, new: ProjectInput, document: bytes, fingerprint: str
    ) -> tuple[ProjectInput, bool]:
        with self._lock:
            self._claim(new.id, "input", fingerprint)
            inputs = self._inputs.setdefault(new.project_id, [])
            known = next((one for one in inputs if one.id == new.id), None)
            if known is not None:
                return known, False
            numbered = replace(new, version=len(inputs) + 1)
            inputs.append(numbered)
            self._documents[new.project_id, new.sha256] = document
            return numbered, True

    def _claim(self, identifier: str, kind: str, fingerprint: str) -> None:
        self._things.claim(identifier, kind)
        if self._prints.setdefault(identifier, fingerprint) != fingerprint:
            raise IdempotencyKeyReused

    def get_input(self, project: Project, version: int) -> ProjectInput | None:
        return next((one for one in self._inputs[project.id] if one.version == version), None)

    def latest_final(self, project: Project) -> ProjectInput | None:
        newest_first = reversed(self._inputs[project.id])
        return next((one for one in newest_first if one.status == "final"), None)

    def inputs(
        self, project: Project, position: str | None, limit: int
    ) -> tuple[list[ProjectInput], str | None]:
        before = ALL if position is None else int(position)
        listed = [one for one in reversed(self._inputs[project.id]) if one.version < before]
        page = listed[:limit]
        return page, str(page[-1].version) if listed[limit:] else None

    def read_input(self, project_input: ProjectInput) -> bytes:
        document = self._documents.get((project_input.project_id, project_input.sha256))
        if document is None or sha256_hex(document) != project_input.sha256:
            raise PayloadMissing("an input's document is missing or damaged")
        return document


def _place(project: Project) -> str:
    return f"{project.created_at:016x}{project.id}"
