"""The organisation's door: which of its workflows are paused, and for how long its runs
are kept.
"""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from shared.errors import Conflict, ValidationFailed
from shared.http.call import Call
from shared.http.models import AS_INTEGER, Body, Text
from shared.http.views import Json
from shared.records.gate import pause_gate
from shared.records.organisation import Organisation
from shared.runs.timing import DAY
from shared.workflows.definitions import DEFINITIONS, asks_model

_TRIES = 20
_PATIENT_PAGES = 10


class PatchOrganisation(Body):
    """What is absent stays as it is. `retention_days` null keeps runs for ever, `pause_reason` null
    takes the text away.
    """

    paused_workflows: Annotated[list[str], Field(max_length=100)] | None = None
    pause_reason: Text | None = None
    retention_days: Annotated[int, Field(ge=1, le=36_500), AS_INTEGER] | None = None


def organisation(call: Call) -> Organisation:
    return call.services.organisations.get(call.caller.org_id)


def patch_organisation(call: Call, body: PatchOrganisation) -> Organisation:
    """Apply what was given to what stands.

    Raises ValidationFailed, for a reason without a pause too, and Conflict for a workflow that
    takes no pause.
    """
    _check(body)
    services, now = call.services, call.services.clock.now_ms()
    for _ in range(_TRIES):
        before = organisation(call)
        after = _after(before, body, call.caller.user_id, now)
        if after == before:
            return before
        for workflow in after.paused_workflows:
            services.gates.note(pause_gate(after.id, workflow), now)
        if services.organisations.put(replace(after, version=before.version + 1)):
            if after.retention_days != before.retention_days:
                services.retention.watch(after.id, now)
            return organisation(call)
    raise Conflict("The organisation is being changed by others")


def organisation_view(call: Call, one: Organisation) -> Json:
    return {
        "id": one.id,
        "paused_workflows": list(one.paused_workflows),
        "pause_reason": one.pause_reason,
        "paused_by": one.paused_by,
        "retention_days": one.retention_days,
        "retention_due": _retention_due(call, one),
    }


def _check(body: PatchOrganisation) -> None:
    for at, name in enumerate(body.paused_workflows or ()):
        if name not in DEFINITIONS:
            known = ", ".join(sorted(DEFINITIONS))
            raise ValidationFailed.of(f"body.paused_workflows[{at}]", f"must be one of {known}")
    for name in body.paused_workflows or ():
        if not asks_model(name):
            raise Conflict(f"Runs of '{name}' take no pause")


def _after(before: Organisation, body: PatchOrganisation, person: str, now: int) -> Organisation:
    given = body.model_fields_set
    after = before
    if "retention_days" in given:
        after = replace(after, retention_days=body.retention_days)
    if body.paused_workflows is not None:
        paused = tuple(sorted(set(body.paused_workflows)))
        if paused != before.paused_workflows:
            after = replace(after, paused_workflows=paused, paused_by=person, paused_at=now)
    if "pause_reason" in given:
        after = replace(after, pause_reason=body.pause_reason)
    if not after.paused_workflows:
        if body.pause_reason is not None:
            message = "says why workflows are paused, and none is: name paused_workflows with it"
            raise ValidationFailed.of("body.pause_reason", message)
        after = replace(after, pause_reason=None, paused_by=None, paused_at=None)
    return after


def _retention_due(call: Call, one: Organisation) -> Json:
    """How many ended runs are past their time, and the records of how many patients: as far as a
    thousand runs after those that are erased show, and the thousand newest patients.
    """
    if one.retention_days is None:
        return {"runs": 0, "patients": 0}
    due = call.services.retention_due
    cutoff = call.services.clock.now_ms() - one.retention_days * DAY
    patients = 0
    position: str | None = None
    for _ in range(_PATIENT_PAGES):
        found, position = due.old_patients(one.id, cutoff, position)
        patients += len(found)
        if position is None:
            break
    erased_before = call.services.retention.place(one.id).runs
    return {"runs": len(due.old_runs(one.id, cutoff, erased_before)), "patients": patients}
