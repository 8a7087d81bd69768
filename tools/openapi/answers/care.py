"""The care door: patients, who cares for them, their records and assessments."""

from typing import Annotated, Any

from pydantic import Field

from tools.openapi.answers.shape import (
    Count,
    Id,
    Organisation,
    Person,
    Sha256,
    Shape,
    Time,
    Url,
)

Resources = Annotated[dict[str, Count], Field(examples=[{"Patient": 1, "Condition": 5}])]
"""How many resources of each type."""


class RecordPerson(Shape):
    """Who the record says that it is of."""

    age_years: Annotated[int | None, Field(ge=0, examples=[61])]
    gender: Annotated[str | None, Field(examples=["female"])]


class Record(Shape):
    """A patient's record, as far as it may be told about."""

    version: Annotated[int, Field(ge=1, examples=[1])]
    sha256: Sha256
    resources: Resources
    updated_at: Time
    person: RecordPerson | None
    warnings: Annotated[list[str], Field(examples=[[]])]


class RecordVersion(Shape):
    version: Annotated[int, Field(ge=1, examples=[1])]
    sha256: Sha256
    at: Time
    by: Person
    resources: Resources


class RecordChanges(Shape):
    """What a record would change, per resource type."""

    added: Resources
    removed: Resources
    changed: Resources


class Upload(Shape):
    """Where to PUT a large record, once."""

    id: Id
    url: Url
    headers: Annotated[dict[str, str], Field(examples=[{"content-type": "application/json"}])]
    expires_at: Time


class Patient(Shape):
    id: Id
    org_id: Organisation
    user_id: Person | None
    created_at: Time
    updated_at: Time
    label: Annotated[str | None, Field(examples=["Bed 4"])]
    """The ward's own short name."""
    age_years: Annotated[int | None, Field(ge=0, examples=[61])]
    gender: Annotated[str | None, Field(examples=["female"])]
    record: Record | None


class Clinician(Shape):
    """Who is assigned to a patient, since when and by whom; of one that has ended, when and by whom
    it was ended.
    """

    patient_id: Id
    user_id: Person
    assigned_at: Time
    assigned_by: Person | None
    ended_at: Time | None
    ended_by: Person | None


class AnswerQuestion(Shape):
    id: Annotated[str, Field(examples=["q1"])]
    text: Annotated[str, Field(examples=["How do you sleep?"])]


class AnsweredFunnel(Shape):
    slug: Annotated[str, Field(examples=["sleep"])]
    version: Annotated[str | int, Field(examples=["1"])]
    questions: list[AnswerQuestion]


class Assessment(Shape):
    """Questions and what was answered."""

    id: Id
    patient_id: Id
    created_by: Person
    created_at: Time
    funnel: AnsweredFunnel
    answers: Annotated[dict[str, Any], Field(examples=[{"q1": "badly"}])]
