"""Every sample event through its real handler: it is answered as the contract says, and every AWS
call that it makes is granted.

moto grants everything, so what a deployed function is refused would otherwise show only where
policies hold: in AWS, and in `make http-on-ministack`.

Long because every function is entered with its sample event over one arrangement.
"""

import importlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from moto import mock_aws

from local.aws.recorded import facts_of
from local.runtime.lambdas import LambdaContext
from local.template import reader
from local.template.blueprint import Blueprint
from shared import bootstrap
from shared.adapters.clock import SystemClock
from shared.engine.creation import Key, NewRun
from shared.records.care import Tombstone
from shared.records.run import Status, Subject
from shared.records.webhook import News
from shared.runs.telling import Told
from tests.support.furnished import (
    BULK,
    DELIVERY,
    NO_PRINT,
    ORG,
    PATIENT,
    RUN,
    WEBHOOK,
    event_of,
    furnish,
    furnish_webhook,
)
from tests.support.granted import Grant, grants_for
from tests.unit.template.declared import ROOT, functions
from tools.openapi.document import DOCUMENT

REGION = "eu-central-1"
FUNCTIONS = functions()
STATUS = {
    **dict.fromkeys(
        (
            "create_patient_run",
            "create_assessment_run",
            "create_assessment",
            "create_record_upload",
            "create_run",
            "clone_run",
            "attach_artifact",
        ),
        201,
    ),
    **dict.fromkeys(("create_project", "create_input"), 201),
    **dict.fromkeys(
        (
            "execute_studio_run",
            "process_assessment_run",
            "next_run",
            "retry_run",
            "generate",
            "create_bulk",
            "test_webhook",
            "replay_delivery",
        ),
        202,
    ),
    "erase_patient": 202,
    "unassign_clinician": 204,
    "delete_budget": 204,
    "delete_webhook": 204,
    "create_webhook": 201,
    "download_artifact": 302,
}

KEYED = sorted(
    operation["operationId"]
    for methods in json.loads(DOCUMENT.read_text("utf-8"))["paths"].values()
    for operation in methods.values()
    if {"$ref": "#/components/parameters/Idempotency-Key"} in operation["parameters"]
)


class TwoMinutesAgo:
    """What is made by this clock is due for a ring by the system's."""

    def now_ms(self) -> int:
        return SystemClock().now_ms() - 120_000

    def sleep(self, seconds: float) -> None: ...


class TwoHoursAgo:
    """What was under way by this clock can write no more by the system's."""

    def now_ms(self) -> int:
        return SystemClock().now_ms() - 7_200_000

    def sleep(self, seconds: float) -> None: ...


@dataclass
class Calls:
    """The AWS calls made, as the grants that they need."""

    seen: set[Grant] = field(default_factory=set)

    def note(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        self.seen |= grants_for(service, model.name, facts_of(params))


@pytest.fixture(scope="module")
def blueprint() -> Blueprint:
    parameters = {
        "JwtIssuer": "https://issuer.example",
        "DiagnosisWorkerEnabled": "true",
        "DocsEnabled": "true",
        "QuotaPerMinute": "60",
    }
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        return reader.load(
            ROOT / "template.yaml",
            endpoint=f"https://sqs.{REGION}.amazonaws.com",
            parameters=parameters,
        )


@pytest.fixture
def calls(blueprint: Blueprint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """An AWS with the template's table, bucket and queues; no function's environment yet."""
    with mock_aws():
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        noted = Calls()
        for table in blueprint.tables:
            boto3.client("dynamodb").create_table(**table.arguments)
        boto3.client("s3").create_bucket(
            Bucket=blueprint.buckets[0].name,
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
        for queue in blueprint.queues:
            boto3.client("sqs").create_queue(QueueName=queue.name)
        make_call = BaseClient._make_api_call

        def make_noted_call(client: Any, operation: str, request: dict[str, Any]) -> Any:
            noted.note(request, client.meta.service_model.operation_model(operation))
            return make_call(client, operation, request)

        monkeypatch.setattr(BaseClient, "_make_api_call", make_noted_call)
        yield noted
    bootstrap.reset()


def enter(name: str, blueprint: Blueprint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the function."""
    (function,) = [
        f for f in blueprint.functions.values() if f.handler == f"functions.{name}.handler.handler"
    ]
    for variable, value in function.environment.items():
        monkeypatch.setenv(variable, value)
    bootstrap.reset()


def call(name: str, **headers: str) -> Any:
    handler = importlib.import_module(f"functions.{name}.handler").handler
    event = event_of(name)
    if headers:
        event["headers"] |= headers
    return handler(event, LambdaContext(name, "512", FUNCTIONS[name].timeout, time.monotonic))


@pytest.mark.parametrize(
    "name",
    sorted(set(FUNCTIONS) - {"worker", "bulk_worker", "sender", "sweeper", "listener", "eraser"}),
)
@pytest.mark.one_in(7)
def test_a_sample_request_is_answered_with_what_its_role_allows(
    name: str, blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(name, blueprint, monkeypatch)
    furnish(name)
    calls.seen.clear()
    answer = call(name)
    assert answer["statusCode"] == STATUS.get(name, 200), answer["body"]
    assert calls.seen <= FUNCTIONS[name].grants()


@pytest.mark.parametrize("name", KEYED)
def test_a_request_under_a_key_and_its_repetition_need_no_more_than_the_role_allows(
    name: str, blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(name, blueprint, monkeypatch)
    furnish(name)
    calls.seen.clear()
    answers = [call(name, **{"idempotency-key": "once"}) for _ in range(2)]
    assert answers[0]["statusCode"] == STATUS[name], answers[0]["body"]
    assert answers[1]["statusCode"] in (200, 202), answers[1]["body"]
    assert calls.seen <= FUNCTIONS[name].grants()


def test_the_worker_works_on_a_sample_message_with_what_its_role_allows(
    blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a key for the model the run fails there, visibly: its context is built, and the
    failure written.
    """
    enter("worker", blueprint, monkeypatch)
    furnish("worker")
    calls.seen.clear()
    assert call("worker") == {"batchItemFailures": []}
    assert calls.seen <= FUNCTIONS["worker"].grants()
    run = bootstrap.services().runs.get(RUN)
    assert run is not None
    assert (run.status, run.error_code, set(run.steps)) == (
        Status.FAILED,
        "LLM_ERROR",
        {"build_context"},
    )


def test_the_eraser_erases_with_what_its_role_allows(
    blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("eraser", blueprint, monkeypatch)
    bootstrap.use_clock(TwoHoursAgo())
    furnish("eraser")
    world, now = bootstrap.services(), bootstrap.services().clock.now_ms()
    run = world.runs.get(RUN)
    assert run is not None
    world.commands.cancel(run, "admin")
    erasure_id = json.loads(event_of("eraser")["Records"][0]["body"])["run_id"]
    world.care.bury(ORG, PATIENT, Tombstone(erasure_id, now, "admin"))
    new = NewRun("erasure", ORG, Subject("patient", PATIENT), "admin", {}, lasts=30 * 86_400_000)
    world.creator.create(new, Key(erasure_id, NO_PRINT))
    bootstrap.use_clock(SystemClock())
    calls.seen.clear()
    assert call("eraser") == {"batchItemFailures": []}
    assert calls.seen <= FUNCTIONS["eraser"].grants()
    done = bootstrap.services().runs.get(erasure_id)
    assert done is not None
    assert done.status is Status.SUCCEEDED


def test_the_worker_may_bury_a_message_that_nobody_can_read(
    blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("worker", blueprint, monkeypatch)
    calls.seen.clear()
    bootstrap.services().dead_letters.bury("?")
    assert calls.seen == {("sqs:SendMessage", "DeadLetterQueue")} & FUNCTIONS["worker"].grants()


def test_the_bulk_worker_retries_what_failed_with_what_its_role_allows(
    blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("bulk_worker", blueprint, monkeypatch)
    bootstrap.use_clock(TwoMinutesAgo())
    furnish("bulk_worker")
    bootstrap.use_clock(SystemClock())
    bulk = bootstrap.services().bulks.get(BULK)
    assert bulk is not None
    later = replace(bulk, created_at=SystemClock().now_ms(), version=1)
    bootstrap.services().bulks.save(later, 0)
    calls.seen.clear()
    assert call("bulk_worker") == {"batchItemFailures": []}
    assert (
        {("sqs:SendMessage", "RunsQueue"), ("dynamodb:PutItem", "AuditTable")}
        <= calls.seen
        <= FUNCTIONS["bulk_worker"].grants()
    )
    done = bootstrap.services().bulks.get(BULK)
    assert done is not None
    assert (done.status, done.done) == ("succeeded", 1)


def test_the_listener_counts_a_sample_record_with_what_its_role_allows(
    blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("listener", blueprint, monkeypatch)
    calls.seen.clear()
    assert call("listener")["state"] == {}
    assert calls.seen == {("dynamodb:UpdateItem", "Table")} & FUNCTIONS["listener"].grants()


def test_the_listener_tells_a_webhook_with_what_its_role_allows(
    blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("listener", blueprint, monkeypatch)
    furnish_webhook(0)
    hook = bootstrap.services().webhooks.get(WEBHOOK)
    assert hook is not None
    bootstrap.services().webhooks.save(replace(hook, events=("*",), version=1))
    calls.seen.clear()
    bootstrap.services().teller.tell([Told(News.FAILED, f"{RUN}#2", ORG, 1, {}, RUN, "diagnosis")])
    assert (
        {
            ("dynamodb:Query", "Table/index/by-org"),
            ("dynamodb:PutItem", "Table"),
            ("sqs:SendMessage", "DeliveriesQueue"),
        }
        <= calls.seen
        <= FUNCTIONS["listener"].grants()
    )


def test_the_sender_tries_a_sample_delivery_with_what_its_role_allows(
    blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("sender", blueprint, monkeypatch)
    now = SystemClock().now_ms()
    furnish_webhook(now)
    calls.seen.clear()
    assert call("sender") == {"batchItemFailures": []}
    assert {("sqs:SendMessage", "DeliveriesQueue")} <= calls.seen <= FUNCTIONS["sender"].grants()
    delivery = bootstrap.services().deliveries.get(WEBHOOK, DELIVERY)
    assert delivery is not None
    assert [one.error for one in delivery.attempts] == ["refused_address"]


def test_the_sweeper_rings_for_what_is_due_with_what_its_role_allows(
    blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("sweeper", blueprint, monkeypatch)
    bootstrap.use_clock(TwoMinutesAgo())
    furnish("sweeper")
    bootstrap.use_clock(SystemClock())
    calls.seen.clear()
    assert call("sweeper") == {"changed": 1, "finished": True}
    assert (
        {("dynamodb:UpdateItem", "Table"), ("sqs:SendMessage", "RunsQueue")}
        <= calls.seen
        <= FUNCTIONS["sweeper"].grants()
    )
