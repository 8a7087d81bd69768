"""A project's records: what it is, its numbered inputs, and what a list tells of it.

Pure; the engine and the workflows know no project.
"""

from dataclasses import dataclass

from shared.records.run import Run


@dataclass(frozen=True, slots=True)
class Project:
    """Where versioned inputs and the analyses of them belong.

    Nothing of its runs is kept in it: that is derived.
    """

    id: str
    org_id: str
    name: str
    created_by: str
    created_at: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """A project with what its inputs and runs tell.

    `last_run` is the newest one, whatever became of it.
    """

    project: Project
    inputs_count: int
    runs_count: int
    last_run: Run | None
    last_unreadable: str | None = None
    """The id of the newest run, where this version cannot read it."""


@dataclass(frozen=True, slots=True)
class ProjectInput:
    """One version of what a project's analyses are made of; versions go from 1 without gaps (0:
    none given yet).

    `status` is draft or final, `title` a line to know it by; the document itself is read apart.
    """

    id: str
    org_id: str
    project_id: str
    version: int
    status: str
    title: str
    created_by: str
    created_at: int
    sha256: str
    size_bytes: int
