"""Projects and their versioned inputs."""

from typing import Annotated, Literal

from pydantic import Field

from shared.records.run import Status
from tools.openapi.answers.shape import Count, Id, Json, Organisation, Person, Sha256, Shape, Time
from tools.openapi.answers.words import InputStatus


class Project(Shape):
    id: Id
    org_id: Organisation
    name: Annotated[str, Field(examples=["Bakery forecast"])]
    created_by: Person
    created_at: Time


class LastRun(Shape):
    id: Id
    status: Status | Literal["unreadable"]
    started_at: Time | None
    finished_at: Time | None


class ProjectRow(Project):
    """A project with what is derived of its inputs and runs."""

    inputs_count: Count
    runs_count: Count
    last_run: LastRun | None


class ProjectInputRow(Shape):
    """A version of a project's input, without the document."""

    id: Id
    project_id: Id
    version: Annotated[int, Field(ge=1, examples=[1])]
    status: InputStatus
    title: Annotated[str, Field(examples=["Managers will trust a nightly forecast."])]
    """The first line of the hypothesis."""
    created_by: Person
    created_at: Time
    sha256: Sha256
    size_bytes: Count


class ProjectInput(ProjectInputRow):
    input: Annotated[Json, Field(examples=[{"hypothesis": "It sells."}])]
