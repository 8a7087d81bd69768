"""What all answers are made of: the base model, ids, times, money, and fields that may be left
out.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

Json = dict[str, Any]


class Shape(BaseModel):
    """The base of every answer. A field without a default is always present; null where it has no
    value.
    """

    model_config = ConfigDict(use_attribute_docstrings=True)


def absent() -> Any:
    """A field that is left out where it has no value."""
    return Field(default=None, json_schema_extra=_without_default)


def _without_default(schema: Json) -> None:
    schema.pop("default", None)


def _text(**keywords: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **keywords})


Id = Annotated[str, _text(format="uuid", examples=["01a1fc26-dd91-77aa-a0ff-f719d478ba66"])]
Time = Annotated[str, _text(format="date-time", examples=["2026-03-01T08:30:00.000Z"])]
Sha256 = Annotated[str, _text(pattern="^[0-9a-f]{64}$", examples=["ab" * 32])]
Day = Annotated[str, _text(format="date", examples=["2026-03-01"])]
Url = Annotated[str, _text(format="uri", examples=["https://hooks.example.org/studio"])]
Person = Annotated[str, _text(examples=["8f1d6c52-0b5e-4b7a-9d0f-6f2f0c1b7a11"])]
"""A person by the `sub` of their token."""
Organisation = Annotated[str, _text(examples=["demo"])]
Dollars = Annotated[float, Field(ge=0, examples=[0.020868])]
Count = Annotated[int, Field(ge=0, examples=[3])]
Seconds = Annotated[float, Field(ge=0, examples=[12.5])]
