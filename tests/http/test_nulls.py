"""One rule for all bodies: a field that may be absent may be null, and null is the same as absent,
but where null is a value: of what a PATCH or PUT takes away.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.demo.client import Client
from tests.http.test_wrong_ways import holder
from tests.support.care import Ward, any_uuid
from tests.support.routes import OPENAPI, Route, with_body

DOCUMENT = json.loads(OPENAPI.read_text("utf-8"))


def resolved(schema: Any) -> Any:
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def optional_fields() -> Iterator[tuple[Route, str, Any]]:
    """Every field of a body that may be absent, with its schema."""
    for route in with_body():
        operation = DOCUMENT["paths"][route.template][route.method.lower()]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        for kind in body.get("anyOf", [body]):
            form = resolved(kind)
            required = form.get("required", ())
            for name, schema in form.get("properties", {}).items():
                if name not in required and form.get("additionalProperties") is False:
                    yield route, name, schema


FIELDS = list(optional_fields())


def test_there_are_such_fields_in_every_kind_of_body() -> None:
    assert {"max_attempts", "max_cost_usd", "refresh", "tags", "limit", "overrides"} <= {
        name for _, name, _ in FIELDS
    }


@pytest.mark.parametrize(
    ("route", "name", "schema"), FIELDS, ids=[f"{route.name} {name}" for route, name, _ in FIELDS]
)
def test_null_is_in_the_document_and_is_answered_as_absent(
    client: Client, route: Route, name: str, schema: Any
) -> None:
    kinds = resolved(schema).get("anyOf", [resolved(schema)])
    assert {"type": "null"} in kinds or not any("type" in kind for kind in kinds)
    user = holder(client, route)
    without = {field: one for field, one in (route.body or {}).items() if field != name}
    absent, null = (
        client.call(route.method, route.path(userId="somebody"), body, user)
        for body in (without, {**without, name: None})
    )
    assert (null.status, null.code) == (absent.status, absent.code)


def test_all_that_is_null_is_as_if_nothing_had_been_said(ward: Ward, client: Client) -> None:
    run = ward.create(
        dispatch=None, max_attempts=None, max_cost_usd=None, start_at=None, tags=None, wait=20
    ).data["run"]
    assert (run["status"], run["max_attempts"], run["tags"]) == ("succeeded", 3, [])
    failed = ward.a_run("failed", max_attempts=7)
    retried = ward.retry(failed, max_cost_usd=None, max_attempts=None, refresh=None).data["run"]
    assert retried["max_attempts"] == 7
    clone = client.call("POST", f"/runs/{failed}/clone", {"overrides": None}, "clinician")
    assert (clone.status, clone.data["run"]["max_attempts"]) == (201, 7)
    overrides = {"overrides": {"max_attempts": None, "tags": None}}
    clone = client.call("POST", f"/runs/{failed}/clone", overrides, "clinician")
    assert (clone.status, clone.data["run"]["max_attempts"]) == (201, 3)


def test_where_null_takes_something_away_it_says_so(client: Client) -> None:
    call = client.call
    body = {"url": "https://hooks.example.org/studio", "events": ["*"], "workflows": ["diagnosis"]}
    made = call("POST", "/webhooks", body, "admin").data["webhook"]
    path = f"/webhooks/{made['id']}"
    kept = call("PATCH", path, dict.fromkeys(("url", "events", "status")), "admin").data["webhook"]
    assert [kept[name] for name in body] == [made[name] for name in body]
    cleared = call("PATCH", path, {"workflows": None}, "admin").data["webhook"]
    assert cleared["workflows"] is None
    call("DELETE", path, None, "admin")
    pause = {"paused_workflows": ["analysis"], "pause_reason": "A look."}
    call("PATCH", "/organisation", pause, "admin")
    same = call("PATCH", "/organisation", {"paused_workflows": None}, "admin").data["organisation"]
    assert (same["paused_workflows"], same["pause_reason"]) == (["analysis"], "A look.")
    bare = call("PATCH", "/organisation", {"pause_reason": None}, "admin").data["organisation"]
    assert (bare["paused_workflows"], bare["pause_reason"]) == (["analysis"], None)
    call("PATCH", "/organisation", {"paused_workflows": []}, "admin")
    patient = f"/api/patients/{any_uuid()}"
    call("PUT", patient, {"label": "Bed 4"}, "admin")
    assert call("PUT", patient, {}, "admin").data["patient"]["label"] == "Bed 4"
    assert call("PUT", patient, {"label": None}, "admin").data["patient"]["label"] is None
