"""An operation's answers, as the route tables write them down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from tools.openapi.answers.shape import Shape, absent

Routes = Mapping[str, "Operation"]
"""`METHOD /path` -> what it answers."""
NextCursor = Annotated[str | None, Field(examples=[None])]
MAYBE_CURSOR: Any = (NextCursor, absent())
"""For what is short enough to be answered whole."""
RequestId = Annotated[str, Field(examples=["9b2f6c1e-6f0d-4f3a-8a57-0d8a1f6c2b11"])]


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: `model` is the whole body, None for none; `media` its type, `headers` those of
    its own.
    """

    description: str
    model: type[BaseModel] | None = None
    media: str = "application/json"
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """`errors`: the statuses that not every route has. `keyed`: takes an Idempotency-Key;
    `natural`: ignores it and says so;
    `waits`: takes Prefer: wait. `example`: a request body."""

    tag: str
    answers: Mapping[int, Answer]
    errors: tuple[int, ...] = ()
    keyed: bool = False
    natural: bool = False
    waits: bool = False
    resumes: bool = False
    example: Any = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Descriptions of parameters whose names do not say enough."""


def data(name: str, description: str = "", /, **fields: Any) -> Answer:
    """An answer in the envelope; `name` names its components. A field is a type, or a type and its
    default.
    """
    inner = _model(f"{name}Data", None, fields)
    envelope = {"success": Literal[True], "data": inner, "requestId": RequestId}
    return Answer(description or _said(fields), _model(f"{name}Answer", None, envelope))


def whole(name: str, model: type[Shape], description: str = "") -> Answer:
    """An answer whose data is the shape itself."""
    envelope = {"success": Literal[True], "data": model, "requestId": RequestId}
    return Answer(description or model.__name__, _model(f"{name}Answer", None, envelope))


def page(name: str, /, **fields: Any) -> Answer:
    """One page of a list, and where the next begins; further fields stand beside the rows."""
    described = ", ".join(f"`{one}`" for one in fields)
    return data(name, f"A page of {described}", **fields, next_cursor=NextCursor)


def _model(name: str, doc: str | None, fields: Mapping[str, Any]) -> type[BaseModel]:
    definitions: dict[str, Any] = {
        one: kind if isinstance(kind, tuple) else (kind, ...) for one, kind in fields.items()
    }
    made: type[BaseModel] = create_model(name, __base__=_Made, __doc__=doc, **definitions)
    return made


class _Made(Shape):
    """A shape that stands in no file: looking for the docstrings of its fields there, module by
    module, took four fifths of an import of the document.
    """

    model_config = ConfigDict(use_attribute_docstrings=False)


def _said(fields: Mapping[str, Any]) -> str:
    return "`data` holds " + " and ".join(f"`{one}`" for one in fields)


NO_CONTENT = Answer("Done; no body", None)
