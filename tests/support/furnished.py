"""What the sample events of events/ speak of, put into a service: a patient with clinician, record,
assessment, artifact and run, and a member's project. Knows ports only.
"""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

from shared import bootstrap
from shared.engine.creation import Key, NewRun
from shared.records.artifact import Artifact
from shared.records.bulk import Bulk, BulkAction
from shared.records.care import Assessment, Assignment, Patient, Person, RecordContent
from shared.records.project import Project, ProjectInput
from shared.records.run import Dispatch, Run, Status, Subject
from shared.records.webhook import Delivery, Webhook
from shared.runs.canonical import canonical_json, sha256_hex
from shared.runs.codes import FailureCode

EVENTS = Path(__file__).parents[2] / "events"
ORG, PATIENT = "demo", "11111111-1111-4111-8111-111111111111"
RUN, ARTIFACT = "0193a1b2-0c3d-7e4f-8a5b-6c7d8e9f0a1b", "5f0c1d2e-3a4b-5c6d-8e7f-90a1b2c3d4e5"
PROJECT, INPUT = "22222222-2222-4222-8222-222222222222", "44444444-4444-4444-8444-444444444444"
BULK = "0193a1b2-0c3d-7e4f-8a5b-6c7d8e9f0b01"
WEBHOOK = "0193a1b2-0c3d-7e4f-8a5b-6c7d8e9f0c01"
DELIVERY = "0193a1b2-0c3d-7e4f-8a5b-6c7d8e9f0d01"
ASSESSMENT, NO_PRINT = "33333333-3333-4333-8333-333333333333", "0" * 64


def event_of(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    return event


def furnish(name: str) -> None:
    """What the sample events speak of: a patient with clinician, record, assessment, artifact and
    run.
    """
    world, now = bootstrap.services(), bootstrap.services().clock.now_ms()
    clinician = event_of("get_studio_run")["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    patient = event_of("create_assessment")["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    world.care.put_patient(Patient(PATIENT, ORG, patient, now, now), keep_user=False)
    world.care.assign(ORG, Assignment(PATIENT, clinician, now))
    bundle = event_of("put_record")["body"].encode()
    content = RecordContent({"Patient": 1}, Person())
    held = bundle if name != "put_record" else b"{}"
    world.records.put(ORG, PATIENT, held, content, "clinician", now)
    content = json.loads(event_of("create_assessment")["body"])
    world.care.create_assessment(
        Assessment(ASSESSMENT, ORG, PATIENT, clinician, now, NO_PRINT, content)
    )
    furnish_project()
    furnish_bulk(clinician, now)
    furnish_webhook(now)
    run = a_run(name, clinician)
    if name != "attach_artifact" and run.status is Status.QUEUED:
        data = canonical_json({"rhythm": "sinus"})
        record = Artifact(
            ARTIFACT,
            ORG,
            RUN,
            "ecg_analysis",
            "ECG",
            sha256_hex(data),
            len(data),
            "application/json",
            "",
            now,
        )
        world.artifacts.put(record, data)
        world.commands.attach(run, clinician, ARTIFACT)


def furnish_bulk(person: str, now: int) -> None:
    wanted = {"status": "failed"}
    bulk = Bulk(BULK, ORG, person, ("clinician",), now, BulkAction.RETRY, wanted, 10, NO_PRINT)
    bootstrap.services().bulks.create(bulk, now)


def furnish_webhook(now: int) -> None:
    """One that wants to hear nothing of runs, and a message for it."""
    world = bootstrap.services()
    secret = f"whsec_{b64encode(world.ids.secret()).decode()}"
    url, wants = "https://127.0.0.1/nobody", ("budget.reached",)
    world.webhooks.create(
        Webhook(WEBHOOK, ORG, url, wants, None, None, secret, "admin", now, NO_PRINT)
    )
    message = Delivery(DELIVERY, WEBHOOK, ORG, "webhook.test", None, "{}", now, next_at=now)
    world.deliveries.add(message, now)


def furnish_project() -> None:
    """A member's project with one final input."""
    world, now = bootstrap.services(), bootstrap.services().clock.now_ms()
    member = event_of("create_input")["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    project = Project(
        id=PROJECT,
        org_id=ORG,
        name="Operations",
        created_by=member,
        created_at=now,
        fingerprint=NO_PRINT,
    )
    world.projects.create_project(project)
    document = canonical_json({"hypothesis": "Intake takes too long"})
    final = ProjectInput(
        INPUT, ORG, PROJECT, 0, "final", "Intake", member, now, sha256_hex(document), len(document)
    )
    world.projects.add_input(final, document, NO_PRINT)


def a_run(name: str, clinician: str) -> Run:
    """The run of the events, in the state that each of them needs."""
    dispatch = (
        Dispatch.MANUAL
        if name in ("execute_studio_run", "process_assessment_run")
        else Dispatch.AUTO
    )
    new = NewRun(
        "diagnosis", ORG, Subject("patient", PATIENT), clinician, {"question": "?"}, dispatch
    )
    if name in ("retry_run", "bulk_worker"):
        new = NewRun(
            "diagnosis", ORG, new.subject, clinician, {}, failed=FailureCode.EXECUTION_ERROR
        )
    if name == "next_run":
        member = event_of(name)["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
        new = NewRun(
            "orchestration",
            ORG,
            Subject("intake", RUN),
            member,
            {"intake": "?"},
            waiting=True,
            attributes={"profile": "rest_api_service"},
        )
    run, _ = bootstrap.services().creator.create(new, Key(RUN, NO_PRINT))
    return run
