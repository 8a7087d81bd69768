"""Environment variables against shared.settings, and the chain of times that leases stand on."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from shared import bootstrap, settings
from shared.engine.execution import _STEP_MARGIN
from shared.http.call import MAX_WAIT_SECONDS
from shared.runs.timing import SECOND, Timing
from tests.unit.template.declared import (
    DOCUMENT,
    GLOBAL,
    RESOURCES,
    ROOT,
    Function,
    functions,
    get_att,
    of_type,
)
from tools.sam_artifact import SERVICES

FUNCTIONS = functions()
MODEL = {name for name in settings.VARIABLES if name.startswith("MODEL_")} - {"MODEL_PRICES"}
"""Prices are no secret of the worker's: metrics are told in them too."""


POWERTOOLS = {"POWERTOOLS_SERVICE_NAME"}
"""What Powertools reads by itself."""


def query_parameters(operation: str) -> set[str]:
    """Of an operation of the OpenAPI document, none of what is no operation."""
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))["paths"]
    return {
        parameter["name"]
        for operations in paths.values()
        for one in operations.values()
        if one["operationId"] == operation
        for parameter in one.get("parameters", ())
        if parameter.get("in") == "query"
    }


def literals(variables: Any) -> dict[str, str]:
    """The variables as a stack of defaults has them, leaving out what only a deployment knows."""
    plain = {name: value for name, value in variables.items() if isinstance(value, str)}
    defaults = {
        n: DOCUMENT["Parameters"][v["Ref"]]
        for n, v in variables.items()
        if isinstance(v, dict) and v.get("Ref") in DOCUMENT["Parameters"]
    }
    return plain | {name: str(parameter["Default"]) for name, parameter in defaults.items()}


def test_every_variable_of_the_settings_is_declared_and_every_declared_one_is_read() -> None:
    declared = {name for function in FUNCTIONS.values() for name in function.variables}
    assert declared == (settings.VARIABLES - settings.LOCAL_ONLY) | POWERTOOLS


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_only_the_worker_knows_the_model_and_only_lists_the_cursors_key(function: Function) -> None:
    others = set() if function.name == "worker" else MODEL
    if "cursor" not in query_parameters(function.name):
        others = others | {"CURSOR_KEY_SECRET_ARN"}
    expected = settings.VARIABLES - settings.LOCAL_ONLY - others
    assert set(function.variables) == expected | POWERTOOLS


def test_no_secret_stands_in_an_environment() -> None:
    """Who may read a function's configuration would read it there."""
    values = [
        str(value) for function in FUNCTIONS.values() for value in function.variables.values()
    ]
    assert not any("resolve:" in value for value in values)


def test_the_settings_defaults_are_the_template_s() -> None:
    declared = literals(FUNCTIONS["worker"].variables)
    declared.pop("SERVICE_VERSION")
    assert settings.load(declared) == settings.load({})


def test_model_timeout_is_under_the_invocation_under_the_lease_under_the_visibility() -> None:
    worker = FUNCTIONS["worker"]
    visibility = int(of_type("AWS::SQS::Queue")["RunsQueue"]["VisibilityTimeout"])
    lease = int(worker.variables["LEASE_SECONDS"])
    assert int(worker.variables["MODEL_TIMEOUT_SECONDS"]) < worker.timeout < lease < visibility


def test_a_queue_shows_a_message_again_half_a_minute_after_its_function_s_time_is_over() -> None:
    queues, seen = of_type("AWS::SQS::Queue"), set()
    for function in FUNCTIONS.values():
        for source in function.events("SQS"):
            queue = get_att(source["Queue"])[0]
            seen.add(queue)
            assert int(queues[queue]["VisibilityTimeout"]) == function.timeout + 30
    assert seen == set(queues) - {"DeadLetterQueue"}


def test_a_model_call_fits_into_one_invocation() -> None:
    """With time to read for it and to write its end down.

    A step of several goes on in the next invocation between them.
    """
    timing = bootstrap.Services(settings.load({})).timing
    assert timing.model + 3 * _STEP_MARGIN < FUNCTIONS["worker"].timeout * SECOND


def test_the_longest_answer_fits_into_a_model_call() -> None:
    """At the 67 tokens a second that the slower models write; or each attempt at it would be paid
    and lost.
    """
    worker = FUNCTIONS["worker"].variables
    assert int(worker["MODEL_MAX_OUTPUT_TOKENS"]) / 67 < int(worker["MODEL_TIMEOUT_SECONDS"])


def test_what_nobody_sets_takes_as_long_as_the_template_says() -> None:
    assert bootstrap.Services(settings.load({})).timing == Timing()


@pytest.mark.parametrize(
    "function", [f for f in FUNCTIONS.values() if f.events("HttpApi")], ids=lambda f: f.name
)
def test_a_route_may_wait_as_long_as_the_contract_allows_and_not_longer_than_the_api_does(
    function: Function,
) -> None:
    assert MAX_WAIT_SECONDS < function.timeout <= 30


def test_the_queues_of_the_worker() -> None:
    sources = {get_att(source["Queue"])[0]: source for source in FUNCTIONS["worker"].events("SQS")}
    assert {name: source["BatchSize"] for name, source in sources.items()} == {
        "RunsQueue": 1,
    }
    assert all(
        source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        for source in sources.values()
    )
    assert all("MaximumConcurrency" in source["ScalingConfig"] for source in sources.values())
    queues = of_type("AWS::SQS::Queue")
    redrive = {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]},
        "maxReceiveCount": 5,
    }
    assert [queues[name]["RedrivePolicy"] for name in sources] == [redrive]
    assert queues["DeadLetterQueue"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_only_the_sweeper_reserves_concurrency_and_a_small_account_may_turn_it_off() -> None:
    """Elsewhere it would send the doorbell's messages to the dead letters."""
    reserved = "ReservedConcurrentExecutions"
    assert {f.name for f in FUNCTIONS.values() if reserved in f.properties} == {"sweeper"}
    assert reserved not in GLOBAL
    assert FUNCTIONS["sweeper"].properties[reserved]["Fn::If"][0] == "ReserveSweeper"


def test_the_artifact_describes_the_services_that_clients_are_built_for() -> None:
    """botocore's descriptions of all others are left out of the artifact: a client for one of them
    would fail at run time.
    """
    text = "".join(path.read_text("utf-8") for path in (ROOT / "shared").rglob("*.py"))
    asked = set(re.findall(r'(?:aws_client|LazyClient)\("([\w-]+)"\)', text))
    assert asked == SERVICES


def test_two_stacks_of_one_account_and_region_share_no_name() -> None:
    """What bears a name of its own bears the stack's, and what is known in all regions the
    region's, too; the schedule bears none.
    """
    schedule = RESOURCES["Sweeper"]["Properties"]["Events"]["EveryMinute"]["Properties"]
    assert schedule["OmitName"] is True
    names = {"Name", "AliasName", "LogGroupName"}
    named = {
        name: found["Fn::Sub"]
        for name, resource in RESOURCES.items()
        for found in [
            value
            for key, value in _leaves(resource.get("Properties", {}))
            if key in names and isinstance(value, dict)
        ]
    }
    assert {name for name, text in named.items() if "${AWS::StackName}" not in text} == set()
    for name in ("ConsoleAccess", "ConsoleHeaders"):
        assert "${AWS::Region}" in named[name]


def _leaves(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield key, held
            yield from _leaves(held)


def test_nothing_of_this_machine_is_allowed_by_default() -> None:
    assert not any("localhost" in str(p.get("Default")) for p in DOCUMENT["Parameters"].values())


def test_logs_outlive_the_stack_and_may_be_kept_for_ten_years() -> None:
    for name in ("Logs", "ApiLogs", "AccessLogs", "ConsoleLogs"):
        assert RESOURCES[name]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert max(DOCUMENT["Parameters"]["LogRetentionDays"]["AllowedValues"]) == 3653
