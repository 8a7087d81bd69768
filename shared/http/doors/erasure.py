"""Erasing a patient: the tombstone first, then the one run that does it."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.engine.creation import Creator, Key, NewRun, keyed_id
from shared.errors import NotFound, ValidationFailed
from shared.http.authorize import require_relation
from shared.http.call import Call
from shared.records.care import Tombstone
from shared.records.run import Run, Status, Subject
from shared.runs.canonical import sha256_hex
from shared.workflows.definitions import ERASURE

ATTEMPTS = 1_000
"""A worker that dies costs an attempt, and an erasure must not fail for that; its deadline bounds
it.
"""
Confirm = Annotated[str, Query(description="The patient's id once more")]


def erase_patient(call: Call, patient_id: str, confirm: str) -> tuple[Run, bool]:
    """(the run, whether it is new). One that had failed goes on.

    Raises ValidationFailed when `confirm` is not the patient's id.
    """
    if confirm.lower() != patient_id:
        raise ValidationFailed.of("query.confirm", "must be the patient's id")
    services, caller = call.services, call.caller
    patient = services.care.get_patient(caller.org_id, patient_id)
    if patient is None:
        raise NotFound
    require_relation(call, patient_id, Action.ERASE_PATIENT)
    key = erasure_key(caller.org_id, patient_id)
    account = patient.user_id and patient.account_digest(patient.user_id)
    tombstone = Tombstone(key.id, services.clock.now_ms(), caller.user_id, account)
    services.care.bury(caller.org_id, patient_id, tombstone)
    run, is_new = begin_erasure(services.creator, caller.org_id, patient_id, caller.user_id)
    call.looks.at_runs([run])
    if run.status is Status.FAILED:
        run = services.commands.retry(run, caller.user_id)
    return run, is_new


def erasure_key(org_id: str, patient_id: str) -> Key:
    """Where the one erasure of a patient lives, whoever asks for it."""
    return Key(keyed_id(org_id, ERASURE.name, patient_id), sha256_hex(patient_id.encode()))


def begin_erasure(creator: Creator, org_id: str, patient_id: str, by: str) -> tuple[Run, bool]:
    """The one erasure of a patient who has a tombstone, asked for by somebody; (the run, whether it
    is new).
    """
    new = NewRun(
        workflow=ERASURE.name,
        org_id=org_id,
        subject=Subject(ERASURE.subject, patient_id),
        created_by=by,
        input={},
        max_attempts=ATTEMPTS,
        lasts=creator.timing.deadline_people,
    )
    return creator.create(new, erasure_key(org_id, patient_id))
