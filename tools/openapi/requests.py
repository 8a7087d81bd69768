"""What the handlers take: path and query parameters and bodies, read from the routes that they
registered.

The models that check a request are the ones that describe it, so the two cannot differ. What a
check says in code only (a
free object whose fields a workflow understands, a name out of a list) is refined here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, cast

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from shared.http.models import UUID_PATTERN

Json = dict[str, Any]
REF = "#/components/schemas/{model}"
_SEGMENT = re.compile(r"<(\w+)>")
_NO_UUIDS = frozenset({"userId", "scope"})
"""Path parameters that are words; all others are UUIDs."""

NAMED: Mapping[str, Json] = {
    "InputConfig": {
        "type": "object",
        "description": "What the clinician asks. `question` and `focus` are understood; anything "
        "else is kept and shown to the model.",
        "properties": {
            "question": {"type": "string", "description": "What the diagnosis shall answer"},
            "focus": {
                "type": "string",
                "description": "What to look at first, such as `renal function`",
            },
        },
        "additionalProperties": True,
        "examples": [{"question": "What should be looked at first?", "focus": "renal function"}],
    }
}
"""Shapes of requests that the code checks as free objects only."""
REFINED: Mapping[tuple[str, str], Json] = {
    ("CreateDiagnosisRun", "input_config"): {"$ref": "#/components/schemas/InputConfig"},
    ("CreateRun", "profile"): {"$ref": "#/components/schemas/ProfileName"},
}


class Plain(GenerateJsonSchema):
    """Schemas without the titles that repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def get_title_from_name(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Route:
    """One route of a function: how it is called and what it takes."""

    function: str
    method: str
    path: str
    doc: str
    parameters: tuple[Json, ...] = ()
    body: type[BaseModel] | Json | None = None
    body_required: bool = False
    guarded: bool = True
    models: tuple[type[BaseModel], ...] = field(default=())

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def routes_of(function: str, endpoint: Any, guarded: bool) -> Iterator[Route]:
    """The routes that a function's endpoint registered with Powertools."""
    for found in endpoint.app._static_routes + endpoint.app._dynamic_routes:
        taken = found.dependant
        parameters = [_path(one) for one in taken.path_params]
        parameters += [_query(one) for one in taken.query_params]
        body = taken.body_params[0] if taken.body_params else None
        model = None if body is None else _model(body.field_info.annotation)
        yield Route(
            function,
            found.method[0] if isinstance(found.method, list | tuple) else found.method,
            _SEGMENT.sub(r"{\1}", found.openapi_path or found.path),
            found.func.__doc__ or "",
            tuple(parameters),
            model or (None if body is None else _free(body)),
            body is not None and body.required,
            guarded,
        )


def _path(one: Any) -> Json:
    schema: Json = {"type": "string"}
    if one.name not in _NO_UUIDS:
        schema["format"] = "uuid"
    return _described(
        {"name": one.alias, "in": "path", "required": True, "schema": schema}, one.field_info
    )


def _query(one: Any) -> Json:
    """A query parameter; one that may be left out is simply not required, not nullable."""
    schema = _schema(Annotated[one.field_info.annotation, one.field_info])
    schema = _bounded(_without_null(schema))
    schema.pop("description", None)
    return _described(
        {"name": one.alias, "in": "query", "required": bool(one.required), "schema": schema},
        one.field_info,
    )


def _bounded(schema: Json) -> Json:
    """pydantic has names of its own for the bounds of a number that is checked as text first."""
    names = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
    return {names.get(name, name): value for name, value in schema.items()}


def _described(parameter: Json, info: Any) -> Json:
    return {**parameter, "description": info.description} if info.description else parameter


def _without_null(schema: Json) -> Json:
    kinds = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    if rest.get("default", ...) is None:
        del rest["default"]
    if not kinds:
        return rest
    return {**kinds[0], **rest} if len(kinds) == 1 else {"anyOf": kinds, **rest}


def _model(annotation: Any) -> type[BaseModel] | None:
    """The body's model, also of one that may be absent."""
    for one in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def _free(body: Any) -> Json:
    """A body without a model: any object."""
    return {"type": "object", "additionalProperties": True}


def _schema(kind: Any) -> Json:
    return TypeAdapter(kind).json_schema(ref_template=REF, schema_generator=Plain)


def components(asked: list[type[BaseModel]], answered: list[type[BaseModel]]) -> dict[str, Json]:
    """The schemas of all bodies and answers, by name."""
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [(one, "validation") for one in asked]
    modes += [(one, "serialization") for one in answered]
    _, schema = models_json_schema(modes, ref_template=REF, schema_generator=Plain)
    found = cast("dict[str, Json]", schema["$defs"]) | {
        name: dict(one) for name, one in NAMED.items()
    }
    for name, one in found.items():
        _refine(name, one)
    return found


def _refine(name: str, schema: Json) -> None:
    schema.pop("title", None)
    for field_name, own in schema.get("properties", {}).items():
        if (name, field_name) in REFINED:
            schema["properties"][field_name] = dict(REFINED[name, field_name])
        else:
            _as_uuid(own)
    if schema.get("description", "").startswith(("An enumeration", "Base class for enum")):
        del schema["description"]


def name_lists(part: Any, lists: Mapping[tuple[str, ...], str]) -> Any:
    """The same part of a schema, with every list of words that has a name of its own given by that
    name.
    """
    if isinstance(part, list):
        return [name_lists(inner, lists) for inner in part]
    if not isinstance(part, dict):
        return part
    name = lists.get(tuple(part["enum"])) if _is_list(part) else None
    if name is None:
        return {key: name_lists(inner, lists) for key, inner in part.items()}
    rest = {key: value for key, value in part.items() if key not in ("enum", "type")}
    return {"$ref": REF.format(model=name), **rest}


def _is_list(part: Json) -> bool:
    return part.get("type") == "string" and isinstance(part.get("enum"), list)


def _as_uuid(schema: Any) -> None:
    """What must look like a UUID is said to be one."""
    if isinstance(schema, dict):
        if schema.get("pattern") == UUID_PATTERN:
            del schema["pattern"]
            schema["format"] = "uuid"
        for inner in schema.values():
            _as_uuid(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _as_uuid(inner)
