"""Who may see or change what: the one place that loads the facts which the access policy asks for,
for every door.

Raises NotFound for what is missing and for another organisation's alike, Forbidden for a missing
role or relation, Erased for who was erased, RateLimited for a quota used up, WorkerDisabled for a
workflow that is switched off.

Long because all facts that access stands on are loaded in one place.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from shared.access.policy import READS, Action, Caller, Relation, Role, permits, role_permits
from shared.engine.creation import Key
from shared.engine.relations import relations, relations_to
from shared.errors import (
    Conflict,
    Erased,
    Forbidden,
    NotFound,
    NotReadable,
    RequestError,
    RunUnreadable,
    WorkerDisabled,
)
from shared.http.call import Call
from shared.ports import Unreadable
from shared.records.artifact import Artifact
from shared.records.care import Patient
from shared.records.project import Project
from shared.records.run import Run, Status
from shared.runs.skeleton import skeleton
from shared.workflows.definitions import DIAGNOSIS, ERASURE, PATIENT, is_switched_off

Listed = Run | Unreadable
Row = TypeVar("Row", bound=Run | Unreadable)


def require_role(caller: Caller, action: Action) -> None:
    """Raise Forbidden unless the token names an organisation and one of its roles could do this to
    anything.
    """
    if not caller.org_id or not role_permits(caller, action):
        raise Forbidden


def is_staff(caller: Caller) -> bool:
    """Whether the caller has any role besides that of a patient."""
    return bool(caller.roles - {Role.PATIENT})


# --- runs ---------------------------------------------------------------------------------------


def found_run(call: Call, run_id: str) -> Run:
    """A run of the caller's organisation, whoever may see it.

    Raises NotReadable for one that this version cannot read, with which nothing can be done.
    """
    try:
        run = call.services.runs.get(run_id)
    except RunUnreadable as exc:
        raise _not_readable(call, exc.found) from exc
    if run is None or run.org_id != call.caller.org_id:
        raise NotFound
    call.looks.at_runs([run])
    return run


def _not_readable(call: Call, found: Unreadable | None) -> RequestError:
    """What is said of a run that this version cannot read: to whom it is not, what is said of any
    other.
    """
    if found is None or found.org_id != call.caller.org_id:
        return NotFound()
    call.looks.at_runs([found])
    return NotReadable() if may_see(call, found) else Forbidden()


def patient_run(call: Call, run_id: str, action: Action) -> Run:
    """A diagnosis run that the caller may do this to; any other workflow's is missing here."""
    run = found_run(call, run_id)
    if run.workflow != DIAGNOSIS.name:
        raise NotFound
    return _required(call, action, run)


def readable_run(call: Call, run_id: str) -> Run:
    """A run that the caller may see by some door; of one that was erased its skeleton."""
    run = found_run(call, run_id)
    if not may_see(call, run):
        raise Forbidden
    return _as_far_as_kept(call, run)


def whole_run(call: Call, run_id: str) -> Run:
    """A run that the caller may see, with all that it has. Raises Erased."""
    run = readable_run(call, run_id)
    require_whole(call, run)
    return run


def require_whole(call: Call, run: Run) -> None:
    """Raise Erased for a skeleton."""
    if run.erased_at is not None:
        raise Erased(receipt_of(call, _buried(call, run)))


def changeable_run(call: Call, run_id: str) -> Run:
    """A run that the caller may cancel, retry or advance.

    Raises Conflict for an erasure, which nobody stops.
    """
    run = found_run(call, run_id)
    action = Action.EXECUTE_PATIENT_RUN if is_of_patient(run) else Action.CHANGE_OWN_RUN
    run = _required(call, action, run)
    if run.workflow == ERASURE.name:
        raise Conflict(f"An erasure cannot be changed (current: {run.status})")
    return run


def may_see(call: Call, run: Listed) -> bool:
    """A patient's run by the present relation to the patient, others by having made them."""
    return is_permitted(
        call, Action.READ_RUN_OF_PATIENT if is_of_patient(run) else Action.READ_OWN_RUN, run
    )


def is_permitted(call: Call, action: Action, run: Listed) -> bool:
    """Whether the caller's present relation to the run, or to its patient, permits the action."""
    caller = call.caller
    if run.subject is None:
        return permits(caller, action, ())
    if is_of_patient(run):
        held = relations(call.services.care, caller, run.subject.id, run.created_by)
        return permits(caller, action, held)
    return permits(caller, action, {Relation.CREATOR} if run.created_by == caller.user_id else ())


def is_of_patient(run: Listed) -> bool:
    """By its subject, so that it holds for a run that this version cannot read."""
    return run.subject is not None and run.subject.type == PATIENT


def seen(call: Call, runs: Sequence[Row]) -> list[Row]:
    """Those that the caller, whose list they are in, may see now: a patient's by the present
    relation, asked of all their patients at once.
    """
    caller = call.caller
    if caller.has(Role.ADMIN, Role.SYSTEM):
        return list(runs)
    patients = dict.fromkeys(
        run.subject.id for run in runs if run.subject is not None and is_of_patient(run)
    )
    held = relations_to(call.services.care, caller, list(patients)) if patients else {}

    def is_seen(run: Row) -> bool:
        if run.subject is None or run.subject.type != PATIENT:
            return run.subject is not None
        own = held.get(run.subject.id, frozenset())
        return permits(caller, Action.READ_RUN_OF_PATIENT, own)

    return [run for run in runs if is_seen(run)]


def shown(call: Call, runs: Sequence[Row]) -> Sequence[Row]:
    """The rows of a list, put on record."""
    call.looks.at_list(runs)
    return runs


def require_trail(call: Call, patient_id: str | None) -> None:
    """Raise Forbidden unless the caller may read the trail of this patient, or with None of the
    whole organisation. Says nothing of whether there is such a patient.
    """
    held = () if patient_id is None else relations(call.services.care, call.caller, patient_id)
    if not permits(call.caller, Action.READ_AUDIT, held):
        raise Forbidden


def turned_away(call: Call) -> None:
    """Note whom a request was about that its caller's roles did not even let in.

    What it named is looked up for the trail alone; nobody is told whether there is such a thing.
    """
    named, patient_id = call.params, call.params.get("patientId") or _assessed(call)
    if patient_id is not None:
        call.looks.at_patient(patient_id)
    with suppress(NotFound, Forbidden, Erased):
        if "runId" in named:
            found_run(call, named["runId"])
        elif "artifactId" in named:
            artifact(call, named["artifactId"])


def _assessed(call: Call) -> str | None:
    """The patient of the assessment that a body names."""
    body = call.body or {}
    named = body.get("assessment_id") or body.get("assessmentId")
    if named is None:
        return None
    found = call.services.care.get_assessment(call.caller.org_id, str(named).lower())
    return None if found is None else found.patient_id


def _required(call: Call, action: Action, run: Run) -> Run:
    if not is_permitted(call, action, run):
        raise Forbidden
    kept = _as_far_as_kept(call, run)
    if action not in READS:
        require_whole(call, kept)
    return kept


# --- what was erased ----------------------------------------------------------------------------


def _as_far_as_kept(call: Call, run: Run) -> Run:
    """The run, or its skeleton from the moment on at which its patient's erasure was asked for."""
    buried = _buried(call, run) if run.erased_at is None else None
    if buried is None or buried.tombstone is None:
        return run
    return skeleton(run, buried.tombstone.at)


def _buried(call: Call, run: Run) -> Patient | None:
    """The patient whom a run is about, if they are to be erased, or have been."""
    if not is_of_patient(run) or run.workflow == ERASURE.name:
        return None
    found = call.services.care.get_patient(run.org_id, run.subject.id)
    return None if found is None or found.tombstone is None else found


def receipt_of(call: Call, found: Patient | None) -> str | None:
    """The artifact that says what was removed; None until all of it has been."""
    if found is None or found.tombstone is None:
        return None
    run = call.services.runs.get(found.tombstone.run_id)
    if run is None or run.status is not Status.SUCCEEDED:
        return None
    return next(iter(run.history[-1].artifacts), None)


def require_living(call: Call, found: Patient | None) -> None:
    """Raise Erased where a tombstone stands."""
    if found is not None and found.tombstone is not None:
        raise Erased(receipt_of(call, found))


# --- patients, projects, artifacts --------------------------------------------------------------


def patient(call: Call, patient_id: str, action: Action) -> str:
    """The id of a patient whom the caller may do this to."""
    if call.services.care.get_patient(call.caller.org_id, patient_id) is None:
        raise NotFound
    require_patient(call, patient_id, action)
    return patient_id


def require_patient(call: Call, patient_id: str, action: Action) -> None:
    """Raise Forbidden unless the caller's present relation to the patient permits the action, and
    Erased for one who was erased.
    """
    require_relation(call, patient_id, action)
    require_living(call, call.services.care.get_patient(call.caller.org_id, patient_id))


def require_relation(call: Call, patient_id: str, action: Action) -> None:
    """Raise Forbidden unless the caller's present relation to the patient permits the action."""
    call.looks.at_patient(patient_id)
    if not permits(call.caller, action, relations(call.services.care, call.caller, patient_id)):
        raise Forbidden


def project(call: Call, project_id: str) -> Project:
    """A project that the caller may use."""
    found = call.services.projects.get_project(call.caller.org_id, project_id)
    if found is None:
        raise NotFound
    own = {Relation.CREATOR} if found.created_by == call.caller.user_id else set()
    if not permits(call.caller, Action.USE_PROJECT, own):
        raise Forbidden
    return found


def artifact(call: Call, artifact_id: str) -> tuple[Artifact, Run]:
    """An artifact and the run that made it, which is of whom the artifact is.

    Whoever may see that run may see the artifact, wherever else it was linked. A record that its
    own run does not name does not exist.
    """
    artifacts, org_id = call.services.artifacts, call.caller.org_id
    found = artifacts.get(org_id, artifact_id)
    made_by = found.run_id if found else artifacts.erased_maker(org_id, artifact_id)
    maker = None if made_by is None else _maker(call, made_by)
    if maker is None or (found is not None and found.id not in maker.artifacts):
        raise NotFound
    call.looks.at_runs([maker])
    if not may_see(call, maker):
        raise Forbidden
    kept = _as_far_as_kept(call, maker)
    require_whole(call, kept)
    if found is None:
        raise NotFound
    return found, maker


def _maker(call: Call, run_id: str) -> Run | None:
    try:
        return call.services.runs.get(run_id)
    except RunUnreadable as exc:
        raise _not_readable(call, exc.found) from exc


# --- what stands in the way of anybody ----------------------------------------------------------


def admit(call: Call) -> None:
    """Take one of the caller's tokens, where a quota is set."""
    if call.services.settings.quota_per_minute > 0:
        call.services.quota.admit(call.caller.org_id, call.caller.user_id)


def admission(call: Call, key: Key) -> Callable[[], None]:
    """`admit_unless_made` for who looks for a replay first: another kind of thing may have been
    made under the key.
    """
    return lambda: admit_unless_made(call, key)


def admit_unless_made(call: Call, key: Key) -> None:
    """Take a token unless the key was used before: its request is a replay or a misuse, and
    answered as such by who creates.
    """
    is_limited = call.services.settings.quota_per_minute > 0
    if is_limited and not (key.repeatable and call.services.projects.is_taken(key.id)):
        admit(call)


def require_worker(call: Call, run: Run) -> None:
    """Raise WorkerDisabled when the run's workflow is switched off."""
    if is_switched_off(run.workflow, call.services.settings.worker_enabled):
        raise WorkerDisabled
