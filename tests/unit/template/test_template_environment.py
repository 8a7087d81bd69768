"""Environment variables against shared.settings, and the chain of times that leases stand on."""

from typing import Any

import pytest

from local.sam_artifact import SERVICES
from shared import bootstrap, settings
from shared.engine.execution import _STEP_MARGIN
from shared.http.request import MAX_WAIT_SECONDS
from shared.runs.timing import SECOND, Timing
from tests.unit.template.declared import DOCUMENT, GLOBAL, ROOT, Function, functions, get_att, of_type

FUNCTIONS = functions()
MODEL = {name for name in settings.VARIABLES if name.startswith("MODEL_")} - {"MODEL_PRICES"}
"""Prices are no secret of the worker's: metrics are told in them too."""


def literals(variables: Any) -> dict[str, str]:
    """The variables as a stack of defaults has them, leaving out what only a deployment knows."""
    plain = {name: value for name, value in variables.items() if isinstance(value, str)}
    defaults = {
        n: DOCUMENT["Parameters"][v["Ref"]] for n, v in variables.items() if isinstance(v, dict) and v.get("Ref") in DOCUMENT["Parameters"]
    }
    return plain | {name: str(parameter["Default"]) for name, parameter in defaults.items()}


def test_every_variable_of_the_settings_is_declared_and_every_declared_one_is_read() -> None:
    declared = {name for function in FUNCTIONS.values() for name in function.variables}
    assert declared == settings.VARIABLES - settings.LOCAL_ONLY


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_only_the_worker_knows_the_model(function: Function) -> None:
    expected = settings.VARIABLES - settings.LOCAL_ONLY - (set() if function.name == "worker" else MODEL)
    assert set(function.variables) == expected


def test_the_settings_defaults_are_the_template_s() -> None:
    declared = literals(FUNCTIONS["worker"].variables)
    declared.pop("SERVICE_VERSION")
    assert settings.load(declared) == settings.load({})


def test_model_timeout_is_under_the_invocation_under_the_lease_under_the_visibility() -> None:
    worker = FUNCTIONS["worker"]
    visibility = {int(queue["VisibilityTimeout"]) for name, queue in of_type("AWS::SQS::Queue").items() if name != "DeadLetterQueue"}
    lease = int(worker.variables["LEASE_SECONDS"])
    assert int(worker.variables["MODEL_TIMEOUT_SECONDS"]) < worker.timeout < lease < min(visibility)
    assert visibility == {worker.timeout + 30}


def test_a_model_call_fits_into_one_invocation() -> None:
    """With time to read for it and to write its end down. A step of several goes on in the next invocation between them."""
    timing = bootstrap.Services(settings.load({})).timing
    assert timing.model + 3 * _STEP_MARGIN < FUNCTIONS["worker"].timeout * SECOND


def test_the_longest_answer_fits_into_a_model_call() -> None:
    """At the 67 tokens a second that the slower models write; or each attempt at it would be paid and lost."""
    worker = FUNCTIONS["worker"].variables
    assert int(worker["MODEL_MAX_OUTPUT_TOKENS"]) / 67 < int(worker["MODEL_TIMEOUT_SECONDS"])


def test_what_nobody_sets_takes_as_long_as_the_template_says() -> None:
    assert bootstrap.Services(settings.load({})).timing == Timing()


@pytest.mark.parametrize("function", [f for f in FUNCTIONS.values() if f.events("HttpApi")], ids=lambda f: f.name)
def test_a_route_may_wait_as_long_as_the_contract_allows_and_not_longer_than_the_api_does(function: Function) -> None:
    assert MAX_WAIT_SECONDS < function.timeout <= 30


def test_the_queues_of_the_worker() -> None:
    sources = {get_att(source["Queue"])[0]: source for source in FUNCTIONS["worker"].events("SQS")}
    assert {name: source["BatchSize"] for name, source in sources.items()} == {"RunsQueue": 10, "IsolationQueue": 1}
    assert all(source["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for source in sources.values())
    assert all("MaximumConcurrency" in source["ScalingConfig"] for source in sources.values())
    queues = of_type("AWS::SQS::Queue")
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}, "maxReceiveCount": 5}
    assert [queues[name]["RedrivePolicy"] for name in sources] == [redrive, redrive]
    assert queues["DeadLetterQueue"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_no_function_reserves_concurrency() -> None:
    assert not any("ReservedConcurrentExecutions" in function.properties for function in [*FUNCTIONS.values()])
    assert "ReservedConcurrentExecutions" not in GLOBAL


def test_the_artifact_describes_the_services_that_clients_are_built_for() -> None:
    """botocore's descriptions of all others are left out of the artifact: a client for one of them would fail at run time."""
    text = "".join(path.read_text("utf-8") for path in (ROOT / "shared").rglob("*.py"))
    asked = {part.split('"')[0] for part in text.split('aws_client("')[1:]}
    assert asked == SERVICES
