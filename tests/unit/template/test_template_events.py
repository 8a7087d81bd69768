"""Every sample event through its real handler: it is answered as the contract says, and every AWS call that it makes is granted.

An emulator grants everything, so what a deployed function is refused would otherwise show only there.
"""

import importlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local import template
from local.blueprint import Blueprint
from local.lambdas import LambdaContext
from shared import bootstrap
from shared.adapters.clock import SystemClock
from shared.engine.creation import Key, NewRun
from shared.ports import Artifact, Assessment, Assignment, Patient
from shared.runs.canonical import canonical_json, sha256_hex
from shared.runs.codes import FailureCode
from shared.runs.projects import Project, ProjectInput
from shared.runs.records import Dispatch, Run, Status, Subject
from tests.unit.template.declared import ROOT, Grant, functions

REGION = "eu-central-1"
FUNCTIONS = functions()
ORG, PATIENT = "demo", "11111111-1111-4111-8111-111111111111"
RUN, ARTIFACT = "0193a1b2-0c3d-7e4f-8a5b-6c7d8e9f0a1b", "5f0c1d2e-3a4b-5c6d-8e7f-90a1b2c3d4e5"
PROJECT, INPUT = "22222222-2222-4222-8222-222222222222", "44444444-4444-4444-8444-444444444444"
ASSESSMENT, NO_PRINT = "33333333-3333-4333-8333-333333333333", "0" * 64
STATUS = {
    **dict.fromkeys(
        ("create_patient_run", "create_assessment_run", "create_assessment", "create_run", "clone_run", "attach_artifact"), 201
    ),
    **dict.fromkeys(("create_project", "create_input"), 201),
    **dict.fromkeys(("execute_studio_run", "process_assessment_run", "next_run", "retry_run", "generate"), 202),
    "unassign_clinician": 204,
    "download_artifact": 302,
}
SERVICES = {"dynamodb": "Table", "s3": "Bucket/*"}


class TwoMinutesAgo:
    """What is made by this clock is due for a ring by the system's."""

    def now_ms(self) -> int:
        return SystemClock().now_ms() - 120_000

    def sleep(self, seconds: float) -> None: ...


@dataclass
class Calls:
    """The AWS calls made, as the grants that they need."""

    seen: set[Grant] = field(default_factory=set)

    def note(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        resource = SERVICES.get(service) or str(params.get("QueueUrl", params.get("SecretId"))).rpartition("-")[2]
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        self.seen.add((f"{service}:{model.name}", f"{resource}{index}"))


@pytest.fixture(scope="module")
def blueprint() -> Blueprint:
    parameters = {"JwtIssuer": "https://issuer.example", "DiagnosisWorkerEnabled": "true", "DocsEnabled": "true", "QuotaPerMinute": "60"}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        return template.load(ROOT / "template.yaml", endpoint=f"https://sqs.{REGION}.amazonaws.com", parameters=parameters)


@pytest.fixture
def calls(blueprint: Blueprint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """An AWS with the template's table, bucket and queues; no function's environment yet."""
    with mock_aws():
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        boto3.setup_default_session()
        noted = Calls()
        assert boto3.DEFAULT_SESSION is not None
        boto3.DEFAULT_SESSION.events.register("provide-client-params.*.*", noted.note)
        boto3.client("dynamodb").create_table(**blueprint.tables[0].arguments)
        boto3.client("s3").create_bucket(Bucket=blueprint.buckets[0].name, CreateBucketConfiguration={"LocationConstraint": REGION})
        for queue in blueprint.queues:
            boto3.client("sqs").create_queue(QueueName=queue.name)
        yield noted
    boto3.DEFAULT_SESSION = None
    bootstrap.reset()


def event_of(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text("utf-8"))
    return event


def enter(name: str, blueprint: Blueprint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the function."""
    (function,) = [f for f in blueprint.functions.values() if f.handler == f"functions.{name}.handler.handler"]
    for variable, value in function.environment.items():
        monkeypatch.setenv(variable, value)
    bootstrap.reset()


def furnish(name: str) -> None:
    """What the sample events speak of: a patient with clinician, record, assessment, artifact and run."""
    world, now = bootstrap.services(), bootstrap.services().clock.now_ms()
    clinician = event_of("get_studio_run")["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    patient = event_of("create_assessment")["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    world.care.put_patient(Patient(PATIENT, ORG, patient, now, now), keep_user=False)
    world.care.assign(ORG, Assignment(PATIENT, clinician, now))
    bundle = event_of("put_record")["body"].encode()
    world.care.put_record(ORG, PATIENT, bundle if name != "put_record" else b"{}", {"Patient": 1}, now)
    content = json.loads(event_of("create_assessment")["body"])
    world.care.create_assessment(Assessment(ASSESSMENT, ORG, PATIENT, clinician, now, NO_PRINT, content))
    furnish_project()
    run = a_run(name, clinician)
    if name != "attach_artifact" and run.status is Status.QUEUED:
        data = canonical_json({"rhythm": "sinus"})
        record = Artifact(ARTIFACT, ORG, RUN, "ecg_analysis", "ECG", sha256_hex(data), len(data), "application/json", "", now)
        world.artifacts.put(record, data)
        world.commands.attach(run, clinician, ARTIFACT)


def furnish_project() -> None:
    """A member's project with one final input."""
    world, now = bootstrap.services(), bootstrap.services().clock.now_ms()
    member = event_of("create_input")["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    project = Project(id=PROJECT, org_id=ORG, name="Operations", created_by=member, created_at=now, fingerprint=NO_PRINT)
    world.projects.create_project(project)
    document = canonical_json({"hypothesis": "Intake takes too long"})
    final = ProjectInput(INPUT, ORG, PROJECT, 0, "final", "Intake", member, now, sha256_hex(document), len(document))
    world.projects.add_input(final, document, NO_PRINT)


def a_run(name: str, clinician: str) -> Run:
    """The run of the events, in the state that each of them needs."""
    dispatch = Dispatch.MANUAL if name in ("execute_studio_run", "process_assessment_run") else Dispatch.AUTO
    new = NewRun("diagnosis", ORG, Subject("patient", PATIENT), clinician, {"question": "?"}, dispatch)
    if name == "retry_run":
        new = NewRun("diagnosis", ORG, new.subject, clinician, {}, failed=FailureCode.EXECUTION_ERROR)
    if name == "next_run":
        member = event_of(name)["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
        new = NewRun(
            "orchestration", ORG, Subject("intake", RUN), member, {"intake": "?"}, waiting=True, attributes={"profile": "rest_api_service"}
        )
    run, _ = bootstrap.services().creator.create(new, Key(RUN, NO_PRINT))
    return run


def call(name: str) -> Any:
    handler = importlib.import_module(f"functions.{name}.handler").handler
    return handler(event_of(name), LambdaContext(name, "512", FUNCTIONS[name].timeout, time.monotonic))


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"worker", "sweeper"}))
def test_a_sample_request_is_answered_with_what_its_role_allows(
    name: str, blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(name, blueprint, monkeypatch)
    furnish(name)
    calls.seen.clear()
    answer = call(name)
    assert answer["statusCode"] == STATUS.get(name, 200), answer["body"]
    assert calls.seen <= FUNCTIONS[name].grants()


def test_the_worker_works_on_a_sample_message_with_what_its_role_allows(
    blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a key for the model the run fails there, visibly: its context is built, and the failure written."""
    enter("worker", blueprint, monkeypatch)
    furnish("worker")
    calls.seen.clear()
    assert call("worker") == {"batchItemFailures": []}
    assert calls.seen <= FUNCTIONS["worker"].grants()
    run = bootstrap.services().runs.get(RUN)
    assert run is not None
    assert (run.status, run.error_code, set(run.steps)) == (Status.FAILED, "LLM_ERROR", {"build_context"})


def test_the_worker_builds_its_clients_before_its_threads_begin(
    blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """boto3 builds clients for one thread at a time, and a cold worker begins with ten."""
    enter("worker", blueprint, monkeypatch)
    furnish("worker")
    bootstrap.reset()
    builders: list[threading.Thread] = []
    assert boto3.DEFAULT_SESSION is not None
    boto3.DEFAULT_SESSION.events.register("creating-client-class", lambda **_: builders.append(threading.current_thread()))
    call("worker")
    assert set(builders) == {threading.current_thread()}


def test_the_worker_may_bury_a_message_that_nobody_can_read(blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    enter("worker", blueprint, monkeypatch)
    calls.seen.clear()
    bootstrap.services().dead_letters.bury("?")
    assert calls.seen == {("sqs:SendMessage", "DeadLetterQueue")} & FUNCTIONS["worker"].grants()


def test_the_sweeper_rings_for_what_is_due_with_what_its_role_allows(
    blueprint: Blueprint, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("sweeper", blueprint, monkeypatch)
    bootstrap.use_clock(TwoMinutesAgo())
    furnish("sweeper")
    bootstrap.use_clock(SystemClock())
    calls.seen.clear()
    assert call("sweeper") == {"changed": 1}
    assert {("dynamodb:UpdateItem", "Table"), ("sqs:SendMessage", "RunsQueue")} <= calls.seen <= FUNCTIONS["sweeper"].grants()
