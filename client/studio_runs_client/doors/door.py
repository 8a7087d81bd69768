"""What every family of routes has: a transport, and ways to read what was answered."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from studio_runs_client.errors import UnexpectedAnswer
from studio_runs_client.pages import Pages
from studio_runs_client.transport import Answer, Transport

Model = TypeVar("Model", bound=BaseModel)


class Door:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _get(self, path: str, *, wait: float | None = None, **query: Any) -> Any:
        return self._transport.call("GET", path, query=query, wait=wait).data

    def _post(
        self, path: str, body: Any = None, *, wait: float | None = None, **sending: Any
    ) -> Answer:
        return self._transport.call("POST", path, json=body, wait=wait, **sending)

    def _pages(
        self, model: type[Model], path: str, plural: str, query: Mapping[str, Any] | None = None
    ) -> Pages[Model]:
        return Pages(self._transport, path, plural, lambda row: read(model, row), query)


def read(model: type[Model], value: Any) -> Model:
    """What was answered, as a model. Raises UnexpectedAnswer for what is none."""
    try:
        return model.model_validate(value)
    except ValidationError as exc:
        where = ", ".join(".".join(map(str, error["loc"])) for error in exc.errors()[:3])
        raise UnexpectedAnswer(f"the answer is no {model.__name__}: {where}") from exc


def given(**values: Any) -> dict[str, Any]:
    """A body of what was given: a value of None is left out."""
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
