"""Folders, functions, routes, logs and sample events: each has its counterpart, both ways."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.unit.template.declared import (
    DOCUMENT,
    GLOBAL,
    RESOURCES,
    ROOT,
    Function,
    folders,
    functions,
    of_type,
)

FUNCTIONS = functions()
PUBLIC = {"health", "openapi", "docs"}
ASYNCHRONOUS = {
    "worker": "SQS",
    "bulk_worker": "SQS",
    "eraser": "SQS",
    "sender": "SQS",
    "sweeper": "ScheduleV2",
    "listener": "DynamoDB",
}
every_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


def routes() -> list[tuple[str, str, str]]:
    """(function, method, path) of every route."""
    return [
        (f.name, e["Method"].lower(), e["Path"])
        for f in FUNCTIONS.values()
        for e in f.events("HttpApi")
    ]


def test_every_folder_is_a_function_and_every_function_a_folder() -> None:
    assert set(FUNCTIONS) == folders()


@every_function
def test_a_function_is_its_folder_in_the_one_artifact(function: Function) -> None:
    assert function.properties["Handler"] == f"functions.{function.name}.handler.handler"
    assert RESOURCES[function.logical_id]["Metadata"] == {"BuildMethod": "makefile"}
    assert not {"CodeUri", "Runtime", "Architectures", "Layers"} & set(function.properties)


def test_what_all_functions_share() -> None:
    assert GLOBAL["CodeUri"] == "."
    assert GLOBAL["Runtime"] == "python3.13"
    assert GLOBAL["Architectures"] == [{"Ref": "Architecture"}]
    assert DOCUMENT["Parameters"]["Architecture"]["Default"] == "arm64"
    assert GLOBAL["Tracing"] == "Active"
    # Lambda takes our lines for INFO whatever they say, as they carry no time of its form; metrics
    # too.
    assert GLOBAL["LoggingConfig"] == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "INFO",
        "LogGroup": {"Ref": "Logs"},
    }


@every_function
def test_a_function_logs_where_all_do(function: Function) -> None:
    assert "LoggingConfig" not in function.properties


@pytest.mark.parametrize("name", of_type("AWS::Logs::LogGroup"))
def test_a_log_group_is_encrypted_and_kept_for_a_stated_time(name: str) -> None:
    properties = RESOURCES[name]["Properties"]
    assert properties["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert properties["KmsKeyId"] == {"Fn::GetAtt": ["Key", "Arn"]}
    # The key lets CloudWatch encrypt groups under this prefix, and no others.
    assert properties["LogGroupName"]["Fn::Sub"].startswith("/${AWS::StackName}/")


def test_the_functions_share_one_log_group_and_the_api_has_another() -> None:
    assert set(of_type("AWS::Logs::LogGroup")) == {"Logs", "ApiLogs"}


def test_no_route_is_declared_twice() -> None:
    counts = Counter((method, path) for _, method, path in routes())
    assert [route for route, count in counts.items() if count > 1] == []


@every_function
def test_a_function_has_one_way_in(function: Function) -> None:
    kinds = [event["Type"] for event in function.properties["Events"].values()]
    assert kinds == [ASYNCHRONOUS.get(function.name, "HttpApi")]


def test_the_routes_are_those_of_the_openapi_document() -> None:
    paths: dict[str, dict[str, Any]] = json.loads(
        (ROOT / "docs" / "openapi.json").read_text("utf-8")
    )["paths"]
    served = {
        (op["operationId"], method, path)
        for path, operations in paths.items()
        for method, op in operations.items()
    }
    assert set(routes()) == served


def test_only_the_public_routes_need_no_token() -> None:
    unauthorized = {
        f.name
        for f in FUNCTIONS.values()
        for e in f.events("HttpApi")
        if e.get("Auth") == {"Authorizer": "NONE"}
    }
    other = [
        e["Auth"]
        for f in FUNCTIONS.values()
        for e in f.events("HttpApi")
        if f.name not in PUBLIC and "Auth" in e
    ]
    assert (unauthorized, other) == (PUBLIC, [])
    assert RESOURCES["Api"]["Properties"]["Auth"]["DefaultAuthorizer"] == "Jwt"


def test_every_function_has_a_sample_event_and_every_event_a_function() -> None:
    assert {path.stem for path in (ROOT / "events").glob("*.json")} == set(FUNCTIONS)


@pytest.mark.parametrize(("name", "method", "path"), routes())
def test_a_sample_event_comes_in_by_its_route(name: str, method: str, path: str) -> None:
    event = json.loads((ROOT / "events" / f"{name}.json").read_text("utf-8"))
    assert event["routeKey"] == f"{method.upper()} {path}"
    assert event["requestContext"]["routeKey"] == event["routeKey"]
    assert (
        event["rawPath"]
        == event["requestContext"]["http"]["path"]
        == path.format(**event.get("pathParameters", {}))
    )
    assert ("authorizer" in event["requestContext"]) is (name not in PUBLIC)


def test_the_access_log_holds_no_path_query_or_identity() -> None:
    logged = RESOURCES["Api"]["Properties"]["AccessLogSettings"]["Format"]
    assert set(json.loads(logged).values()) == {
        "$context.requestId",
        "$context.requestTimeEpoch",
        "$context.routeKey",
        "$context.status",
        "$context.responseLatency",
        "$context.integrationLatency",
        "$context.authorizer.error",
    }
