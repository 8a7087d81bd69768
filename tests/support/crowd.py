"""A service in which there is very much of everything: what the sample events of events/ ask for
has more than a thousand of whatever it is a list of, reads or counts.

Over a table in memory that counts what is read, with the real stores and doors.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.growing import GrowingDynamo
from shared import bootstrap
from shared.adapters.aws_clients import aws_client
from shared.adapters.dynamodb.run_codec import run_item
from shared.adapters.dynamodb.table import Table
from shared.adapters.payload_store import AwsPayloadStore
from shared.adapters.s3 import Bucket
from shared.records.budget import Budget, Period, span_of
from shared.records.care import Assessment, Assignment, Patient, Person, RecordContent
from shared.records.gate import budget_gate
from shared.records.organisation import Organisation
from shared.records.project import Project, ProjectInput
from shared.records.run import WORKER, HistoryEntry, PayloadRef, Run, Status, Subject
from shared.records.webhook import Delivery, Webhook
from shared.runs.canonical import sha256_hex
from shared.runs.timing import DAY, SECOND
from tests.fakes.audit_trail import InMemoryAuditTrail
from tests.faults.buckets import FakeS3
from tests.support.furnished import NO_PRINT, ORG, PATIENT, PROJECT, WEBHOOK, event_of
from tests.support.samples import REF, a_run_that_is

MANY = 1_200
DOCUMENT = b"{}"


class Objects(FakeS3):
    """The bucket. Signing an address takes no request."""

    def head_object(self, *, Bucket: str, Key: str) -> Any:
        found = self.get_object(Bucket=Bucket, Key=Key)
        return {"ContentLength": len(found["Body"].read())}

    def generate_presigned_url(self, *asked: Any, **named: Any) -> str:
        return str(aws_client("s3").generate_presigned_url(*asked, **named))


class Payloads(AwsPayloadStore):
    """What runs of the crowd name is an empty object."""

    def get(self, run: Run, ref: PayloadRef) -> bytes:
        return DOCUMENT if ref == REF else super().get(run, ref)


class Sqs:
    def send_message(self, **message: Any) -> Any:
        return {"MessageId": "m"}


class Crowd:
    """`dynamo` and `objects` as they were filled once."""

    def __init__(self) -> None:
        self.dynamo, self.objects = GrowingDynamo(), Objects({})

    @contextmanager
    def entered(self, *, filled: bool = True) -> Iterator[GrowingDynamo]:
        """The services over a table of their own that holds all of it."""
        dynamo = self.dynamo.copy() if filled else self.dynamo
        objects = Objects(self.objects.objects) if filled else self.objects
        bootstrap.reset()
        services: Any = bootstrap.services()
        services.__dict__["_dynamodb"] = dynamo
        services.__dict__["_table"] = Table(dynamo, "runs")
        services.__dict__["_bucket"] = Bucket(objects, "bucket")
        services.__dict__["_sqs"] = Sqs()
        services.__dict__["payloads"] = Payloads(services._table, services._bucket)
        services.__dict__["cursor_key"] = "a key"
        services.__dict__["audit"] = InMemoryAuditTrail()
        try:
            yield dynamo
        finally:
            bootstrap.reset()

    def fill(self) -> None:
        with self.entered(filled=False):
            world, now = bootstrap.services(), bootstrap.services().clock.now_ms()
            for plant in (_patients, _runs, _assessments, _projects, _hooks, _money):
                plant(world, now, self.dynamo)


def sub_of(name: str) -> str:
    """Who asks in a sample event."""
    claims = event_of(name)["requestContext"]["authorizer"]["jwt"]["claims"]
    return str(claims["sub"])


CLINICIAN, MEMBER = sub_of("get_studio_run"), sub_of("create_input")
OLD = 400 * DAY


def uuid_of(kind: int, number: int) -> str:
    return f"{number:08x}-0000-4000-8000-{kind:012x}"


def patient_of(number: int) -> str:
    return uuid_of(1, number)


def _patients(world: bootstrap.Services, now: int, dynamo: GrowingDynamo) -> None:
    """Of the clinician, and clinicians of the patient, now and once; patients whom nobody knows any
    more.
    """
    content = RecordContent({"Patient": 1}, Person())
    for number in range(MANY):
        patient = patient_of(number)
        world.care.put_patient(Patient(patient, ORG, None, now - number, now))
        world.care.assign(ORG, Assignment(patient, CLINICIAN, now - number))
        person = f"person-{number}"
        world.care.assign(ORG, Assignment(PATIENT, person, now - number))
        world.care.assign(ORG, Assignment(PATIENT, f"{person}-once", now - number))
        world.care.unassign(ORG, PATIENT, f"{person}-once", "admin", now - number)
        old = Patient(uuid_of(2, number), ORG, None, now - OLD - number, now - OLD, "a label")
        world.care.put_patient(old)
        if number < 150:
            data = f'{{"n":{number}}}'.encode()
            world.records.put(ORG, PATIENT, data, content, CLINICIAN, now)
    world.organisations.put(Organisation(ORG, retention_days=30, version=1))


def _runs(world: bootstrap.Services, now: int, dynamo: GrowingDynamo) -> None:
    """The clinician's own, of as many patients, and of one; an analysis of every input."""
    places: list[tuple[Subject, str, str]] = []
    for number in range(MANY):
        places += [
            (Subject("patient", patient_of(number)), "diagnosis", CLINICIAN),
            (Subject("patient", PATIENT), "diagnosis", CLINICIAN),
            (Subject("project", PROJECT), "analysis", MEMBER),
            (Subject("intake", uuid_of(3, number)), "orchestration", MEMBER),
        ]
    runs = [_a_run(*place, number, now) for number, place in enumerate(places)]
    dynamo.fill([run_item(run) for run in runs])


def _a_run(subject: Subject, workflow: str, person: str, number: int, now: int) -> Run:
    at = now - 60 * SECOND - number
    status = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)[number % 3]
    history = (
        HistoryEntry(at, person, Status.QUEUED, "create", 0),
        HistoryEntry(at, WORKER, status, "end", 1),
    )
    made = {"created_at": at, "created_by": person, "history": history, "completed_at": at}
    return a_run_that_is(
        status,
        id=uuid_of(4, number),
        org_id=ORG,
        subject=subject,
        workflow=workflow,
        **made,
    )


def _assessments(world: bootstrap.Services, now: int, dynamo: GrowingDynamo) -> None:
    content = {"funnel": {"slug": "s", "version": "1", "questions": []}, "answers": {}}
    for number in range(MANY):
        one = Assessment(
            uuid_of(5, number), ORG, PATIENT, CLINICIAN, now - number, NO_PRINT, content
        )
        world.care.create_assessment(one)


def _projects(world: bootstrap.Services, now: int, dynamo: GrowingDynamo) -> None:
    """The member's, each with analyses of which none is counted yet; and drafts of one."""
    for number in range(MANY):
        project = Project(uuid_of(6, number), ORG, "P", MEMBER, now - number, NO_PRINT)
        world.projects.create_project(project)
    for number in range(100):
        subject = Subject("project", uuid_of(6, number))
        start = 10_000 + 20 * number
        runs = [_a_run(subject, "analysis", MEMBER, start + n, now) for n in range(20)]
        dynamo.fill([run_item(run) for run in runs])
    world.projects.create_project(Project(PROJECT, ORG, "P", MEMBER, now, NO_PRINT))
    for number in range(MANY):
        draft = ProjectInput(
            uuid_of(7, number), ORG, PROJECT, 0, "draft", "h", MEMBER, now, sha256_hex(DOCUMENT), 2
        )
        world.projects.add_input(draft, DOCUMENT, NO_PRINT)


def _hooks(world: bootstrap.Services, now: int, dynamo: GrowingDynamo) -> None:
    """More webhooks than there may be, too: some may be left from before there was a limit."""
    url, events = "https://127.0.0.1/nobody", ("budget.reached",)
    for number in range(MANY):
        hook = uuid_of(8, number)
        made = Webhook(
            hook, ORG, url, events, None, None, "whsec_", "admin", now - number, NO_PRINT
        )
        world.webhooks.create(made)
        told = Delivery(
            uuid_of(9, number), WEBHOOK, ORG, "webhook.test", None, "{}", now - number, next_at=now
        )
        world.deliveries.add(told, now)


def _money(world: bootstrap.Services, now: int, dynamo: GrowingDynamo) -> None:
    """A budget for every project, each spent from for years, and a gate before every one."""
    for number in range(MANY):
        scope = f"project:{uuid_of(6, number)}"
        span = span_of(Period.MONTH, now)
        world.budgets.put(Budget(ORG, scope, Period.MONTH, 1_000_000, span))
        world.gates.note(budget_gate(ORG, scope), now)
    for month in range(MANY):
        span = f"{1900 + month // 12}-{month % 12 + 1:02}"
        world.budgets.put(Budget(ORG, "workflow:analysis", Period.MONTH, 1_000_000, span))
