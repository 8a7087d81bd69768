"""JSON has one kind of number: 3.0 is the integer 3, as JSON Schema has it, in every field that the
document calls an integer.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from local.demo.client import Client
from tests.support.care import Ward
from tests.support.routes import OPENAPI, route, with_body

DOCUMENT = json.loads(OPENAPI.read_text("utf-8"))


def integers(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    """Where an integer may stand in what the schema describes, and the least it may be."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "integer":
        yield path, schema.get("minimum", 1)
    for member in schema.get("anyOf", []):
        yield from integers(member, path)
    for name, member in schema.get("properties", {}).items():
        yield from integers(member, (*path, name))


def fields() -> Iterator[Any]:
    for one in with_body():
        operation = DOCUMENT["paths"][one.template][one.method.lower()]
        if one.name != "PUT /api/patients/{patientId}/record":
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for path, least in integers(schema.get("schema", {})):
                name = ".".join(("body", *path))
                yield pytest.param(one, path, least, id=f"{one.name} {name}")


def test_the_document_s_integers_are_found() -> None:
    assert len(list(fields())) >= 9


@pytest.mark.parametrize(("asked", "path", "least"), list(fields()))
def test_a_whole_number_is_an_integer_however_it_is_written(
    client: Client, asked: Any, path: tuple[str, ...], least: int
) -> None:
    def said_with(value: float) -> Any:
        body = deepcopy(asked.body) or {}
        place = body
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value
        return client.call(asked.method, asked.path(), body, "admin")

    assert said_with(float(least)).status != 422
    refused = said_with(least + 0.5)
    assert (refused.status, refused.code) == (422, "VALIDATION_ERROR")
    assert [one["field"] for one in refused.body["error"]["errors"]] == [".".join(("body", *path))]
    if asked.name == "PATCH /organisation":
        client.call("PATCH", asked.path(), {path[-1]: None}, "admin")


def test_it_is_kept_and_shown_as_the_integer(ward: Ward, client: Client) -> None:
    path = route("POST /api/studio/patients/{patientId}/diagnosis-runs").path(
        patientId=ward.patient
    )
    raw = b'{"input_config": {}, "dispatch": "manual", "max_attempts": 3.0}'
    keyed = {"idempotency_key": f"integer-{ward.patient}"}
    made = client.call("POST", path, raw, "clinician", **keyed)
    assert (made.status, made.data["run"]["max_attempts"]) == (201, 3)
    assert b'"max_attempts":3,' in made.raw.replace(b" ", b"")
    again = client.call("POST", path, raw.replace(b"3.0", b"3"), "clinician", **keyed)
    assert (again.status, again.data["run"]["id"]) == (200, made.data["run"]["id"])
    for wrong in (b"3.5", b"true", b'"3"', b"11.0", b"0.0", b"1e300", b"1e-300"):
        answer = client.call("POST", path, raw.replace(b"3.0", wrong), "clinician")
        assert (answer.status, answer.code) == (422, "VALIDATION_ERROR"), wrong


@pytest.mark.parametrize("version", [b"1", b"1.0", b"1e0"])
def test_a_version_of_a_funnel_is_a_text_or_an_integer(
    ward: Ward, client: Client, version: bytes
) -> None:
    path = f"/api/patients/{ward.patient}/assessments"
    body = json.dumps(route("POST /api/patients/{patientId}/assessments").body).encode()
    made = client.call("POST", path, body.replace(b'"1"', version), "clinician")
    assert made.data["assessment"]["funnel"]["version"] == 1
    assert b'"version":1,' in made.raw.replace(b" ", b"")
    refused = client.call("POST", path, body.replace(b'"1"', b"1.5"), "clinician")
    assert (refused.status, refused.code) == (422, "VALIDATION_ERROR")
