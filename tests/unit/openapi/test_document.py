"""The document itself: valid, complete in what it says, and each of its examples is one that it
allows.
"""

import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared import errors
from tools import client_models
from tools.openapi.document import DOCUMENT as DOCUMENT_FILE
from tools.openapi.document import document, text
from tools.openapi.errors import codes
from tools.openapi.routes import ROUTES, UndescribedRoute, operation

Json = dict[str, Any]
DOCUMENT: Json = json.loads(text())


def operations() -> Iterator[tuple[str, Json]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, one in methods.items():
            yield f"{method.upper()} {path}", one


def test_it_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(document()).validate()
    assert DOCUMENT["openapi"].startswith("3.1")


@pytest.mark.parametrize(("name", "one"), list(operations()), ids=lambda value: str(value)[:60])
def test_an_operation_says_everything(name: str, one: Json) -> None:
    assert one["tags"]
    assert one["summary"], name
    assert one["description"], name
    assert not one["summary"].startswith(name.split()[0]), "the summary repeats the path"
    for parameter in one["parameters"]:
        assert "$ref" in parameter or parameter["description"], f"{name}: {parameter['name']}"
    if "security" not in one:
        assert {"401", "403"} <= one["responses"].keys(), name


def test_a_route_with_a_natural_key_asks_nothing_of_the_header_that_it_ignores() -> None:
    """What the document bounds is refused outside of the bounds, and these refuse none."""
    parameters = DOCUMENT["components"]["parameters"]
    asked: dict[bool, list[Json]] = {True: [], False: []}
    for _, one in operations():
        created: Json = next((a for s, a in one["responses"].items() if s in ("201", "202")), {})
        for parameter in one["parameters"]:
            full = parameters.get(parameter.get("$ref", "").rpartition("/")[2], parameter)
            if full["name"] == "Idempotency-Key":
                asked["Idempotency-Status" in created.get("headers", {})].append(full["schema"])
    assert asked[True] == [{"type": "string"}] * 2
    assert {schema.get("minLength") for schema in asked[False]} == {1}


def test_what_needs_no_token_is_what_the_template_says() -> None:
    assert {one["operationId"] for _, one in operations() if one.get("security") == []} == {
        "health",
        "openapi",
        "docs",
    }


def test_every_part_of_a_request_or_an_answer_has_its_type_and_its_bounds() -> None:
    words = json.dumps(DOCUMENT)
    for wrong in ('"ge":', '"le":', '"gt":', '"lt":', '"title":"', '"$defs"'):
        assert wrong not in words.replace('"title": "Studio Runs"', ""), wrong
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, part in schema.get("properties", {}).items():
            assert part.keys() - {"description", "examples", "default"} or field in FREE, (
                f"{name}.{field} has no type"
            )


FREE = {"artifact_data", "value"}
"""What may be any JSON."""


def test_every_example_is_allowed() -> None:
    components = DOCUMENT["components"]
    for name, example in components["examples"].items():
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        Draft202012Validator(schema).validate(example["value"])
    for _, one in operations():
        for media in one.get("requestBody", {}).get("content", {}).values():
            if "example" in media:
                Draft202012Validator({**media["schema"], "components": components}).validate(
                    media["example"]
                )
    for answer in components["responses"].values():
        media = answer["content"]["application/json"]
        for example in media["examples"].values():
            Draft202012Validator({**media["schema"], "components": components}).validate(
                example["value"]
            )


def test_every_list_of_words_is_one_component() -> None:
    components = DOCUMENT["components"]["schemas"]
    lists = [tuple(one["enum"]) for one in components.values() if "enum" in one]
    assert len(lists) == len(set(lists))
    assert all(components[name].get("description") for name in ("Status", "FailureCode", "Reason"))


def test_every_error_that_the_service_can_raise_is_a_word_of_the_document() -> None:
    raised = {
        kind.code
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.RequestError)
    }
    assert raised | {"INTERNAL_ERROR"} == set(
        DOCUMENT["components"]["schemas"]["ErrorCode"]["enum"]
    )
    assert all(text for said in codes().values() for text in said.values())


def test_a_bulk_s_filter_is_shown_in_every_word_that_it_is_taken_in() -> None:
    components = DOCUMENT["components"]["schemas"]
    taken, shown = components["BulkRuns"]["properties"], components["BulkFilter"]["properties"]
    assert taken.keys() == shown.keys()
    for name, schema in taken.items():
        assert words(schema) == words(shown[name]), name


def words(schema: Json) -> set[str]:
    """Those of a list of words, wherever in the schema it stands."""
    if "$ref" in schema:
        return words(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    parts = [*schema.get("anyOf", []), schema.get("items", {})]
    own = {*schema.get("enum", []), schema.get("const")} - {None}
    return own.union(*(words(part) for part in parts if part))


def test_ids_are_uuids() -> None:
    for name, one in operations():
        for parameter in one["parameters"]:
            if parameter.get("in") == "path" and parameter["name"] not in ("userId", "scope"):
                assert parameter["schema"]["format"] == "uuid", name


def test_a_route_without_a_description_says_what_to_do() -> None:
    with pytest.raises(UndescribedRoute, match="tools/openapi/routes"):
        operation("POST /elsewhere")


def test_every_served_route_is_in_a_table_and_named_once() -> None:
    served = dict(operations())
    assert served.keys() == ROUTES.keys(), "what is described is served, and the other way round"
    names = [one["operationId"] for one in served.values()]
    assert len(names) == len(set(names))


def test_the_committed_document_is_what_the_code_says() -> None:
    assert DOCUMENT_FILE.read_text("utf-8") == text(), "run `make openapi`"


def test_the_clients_models_are_made_from_it() -> None:
    assert client_models.MODELS.read_text("utf-8") == client_models.text(), "run `make openapi`"
