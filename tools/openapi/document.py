"""Puts the document together: routes and bodies from the handlers, answers from the tables, texts
from the docstrings.
"""

import importlib
import inspect
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from tools.openapi import headers, requests
from tools.openapi.answers import words
from tools.openapi.errors import GATEWAYS, ErrorAnswer, GatewayError, codes, error_response
from tools.openapi.examples import example_of
from tools.openapi.operation import Answer, Operation, Routes
from tools.openapi.requests import Json, Route
from tools.openapi.routes import DOORS, operation

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "openapi.json"
OPEN = frozenset({"health", "openapi", "docs"})
"""Functions that need no token."""
_COMMON = (400, 413, 500)
_GUARDED = (401, 403)
_NAMED = re.compile(r"^[A-Z]+ /\S*: (.+)$", re.DOTALL)


def text() -> str:
    """The document as it is committed and served."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def document() -> Json:
    """The document of all functions that have an endpoint."""
    found = sorted(routes(), key=lambda one: (one.path, one.method))
    schemas = _schemas(found, {one.name: operation(one.name) for one in found})
    examples: Json = {}
    paths: Json = {}
    for route in found:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(
            route, schemas, examples
        )
    named = {tuple(one["enum"]): name for name, one in schemas.items() if name in _ENUMS}
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": [{"url": "/", "description": "Where this document is served"}],
        "tags": [{"name": door.TAG, "description": (door.__doc__ or "").strip()} for door in DOORS],
        "security": [{"token": []}],
        "paths": requests.name_lists(paths, named),
        "components": {
            "schemas": _with_named_lists(schemas, named),
            "examples": dict(sorted(examples.items())),
            "parameters": headers.REQUEST,
            "headers": headers.RESPONSE,
            "responses": {_error_name(status): error_response(status) for status in _used(found)},
            "securitySchemes": {"token": _TOKEN},
        },
    }


_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The ID token of a person, or the access token of a program (client "
    "credentials)",
}


def _info() -> Json:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        "title": "Studio Runs",
        "version": project["version"],
        "description": f"{project['description']}. Every JSON answer is in one envelope: "
        "`success`, `data` or `error`, `requestId`.",
        "license": {"name": "MIT", "identifier": "MIT"},
    }


def routes() -> Iterator[Route]:
    """Every route of every function."""
    for folder in sorted((ROOT / "functions").iterdir()):
        if (folder / "handler.py").exists():
            module = importlib.import_module(f"functions.{folder.name}.handler")
            endpoint = getattr(module, "endpoint", None)
            if endpoint is not None:
                yield from requests.routes_of(folder.name, endpoint, folder.name not in OPEN)


# --- schemas --------------------------------------------------------------------------------------


def _schemas(found: list[Route], told: Routes) -> dict[str, Json]:
    asked = {one.body for one in found if isinstance(one.body, type)}
    answered: set[type[BaseModel]] = {ErrorAnswer, GatewayError}
    for one in told.values():
        answered |= {a.model for a in one.answers.values() if a.model is not None}
    answered.add(_Words)
    schemas = requests.components(_by_name(asked), _by_name(answered))
    del schemas[_Words.__name__]
    for name, schema in schemas.items():
        kind = _ENUMS.get(name)
        if kind is not None:
            schema["description"] = words.described(name, kind)
    return dict(sorted(schemas.items()))


def _with_named_lists(schemas: dict[str, Json], named: dict[tuple[str, ...], str]) -> Json:
    return {
        name: one if name in _ENUMS else requests.name_lists(one, named)
        for name, one in schemas.items()
    }


class _Words(BaseModel):
    """Lists of words that only requests name."""

    profile: words.ProfileName


_ENUMS = {name: kind for name, kind in vars(words).items() if name in words.TEXTS}


def _by_name(models: set[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(models, key=lambda one: one.__name__)


# --- operations -----------------------------------------------------------------------------------


def _operation(route: Route, schemas: dict[str, Json], examples: Json) -> Json:
    told = operation(route.name)
    summary, description = _texts(route)
    made: Json = {
        "operationId": route.function,
        "tags": [told.tag],
        "summary": summary,
        "description": description,
        "parameters": _parameters(route, told),
        "responses": _responses(route, told, schemas, examples),
    }
    if route.body is not None:
        made["requestBody"] = _body(route, told)
    if not route.guarded:
        made["security"] = []
    return made


def _texts(route: Route) -> tuple[str, str]:
    """(summary, description): the handler's module says what the route is for, its function how it
    behaves.
    """
    module = importlib.import_module(f"functions.{route.function}.handler").__doc__ or ""
    named = _NAMED.match(inspect.cleandoc(module))
    first, _, rest = (named[1] if named else route.name).partition("\n\n")
    summary = first.replace("\n", " ").strip().rstrip(".")
    said = [inspect.cleandoc(part) for part in (rest, route.doc) if part.strip()]
    return summary[:1].upper() + summary[1:], "\n\n".join(said) or f"{summary}."


def _parameters(route: Route, told: Operation) -> list[Json]:
    listed = [
        {**one, "description": one.get("description") or told.parameters.get(one["name"], "")}
        for one in route.parameters
    ]
    wanted = {
        "Idempotency-Key": told.keyed,
        "Idempotency-Key-Ignored": told.natural,
        "Prefer": told.waits,
        "Last-Event-ID": told.resumes,
    }
    return listed + [
        headers.reference("parameters", name) for name, is_taken in wanted.items() if is_taken
    ]


def _body(route: Route, told: Operation) -> Json:
    schema = (
        {"$ref": f"#/components/schemas/{route.body.__name__}"}
        if isinstance(route.body, type)
        else route.body
    )
    media: Json = {"schema": schema}
    if told.example is not None:
        media["example"] = told.example
    return {"required": route.body_required, "content": {"application/json": media}}


def _responses(route: Route, told: Operation, schemas: dict[str, Json], examples: Json) -> Json:
    found = {str(status): _answer(status, one, told) for status, one in told.answers.items()}
    for one in told.answers.values():
        if one.model is not None:
            name = one.model.__name__
            examples[name] = {"value": example_of(schemas[name], schemas)}
    for status in _statuses(route, told):
        found[str(status)] = headers.reference("responses", _error_name(status))
    return dict(sorted(found.items()))


def _answer(status: int, one: Answer, told: Operation) -> Json:
    names = ["x-request-id", *one.headers]
    names += ["Idempotency-Replayed"] * (status == 200 and (told.keyed or told.natural))
    names += ["Idempotency-Status"] * told.natural
    made: Json = {
        "description": one.description,
        "headers": {name: headers.reference("headers", name) for name in names},
    }
    if one.model is not None:
        name = one.model.__name__
        schema = {"$ref": f"#/components/schemas/{name}"}
        shown = {name: headers.reference("examples", name)}
        made["content"] = {one.media: {"schema": schema, "examples": shown}}
    elif status == 200:
        kind = "object" if one.media.endswith("json") else "string"
        made["content"] = {one.media: {"schema": {"type": kind}}}
    return made


def _statuses(route: Route, told: Operation) -> list[int]:
    """The errors of a route: what every one has, what its form brings, and its own."""
    found = {*_COMMON, *told.errors}
    if route.guarded:
        found |= set(_GUARDED)
    if any(one["in"] == "path" for one in route.parameters):
        found.add(404)
    if route.body is not None or any(one["in"] == "query" for one in route.parameters):
        found.add(422)
    return sorted(status for status in found if status in GATEWAYS or codes().get(status))


def _used(found: list[Route]) -> list[int]:
    return sorted({status for one in found for status in _statuses(one, operation(one.name))})


def _error_name(status: int) -> str:
    return f"Error{status}"
