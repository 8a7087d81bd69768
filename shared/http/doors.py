"""What every door of runs shares: finding the run one may see, showing it, waiting for it."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action, Caller, Relation, Role, permits
from shared.engine.relations import relations
from shared.errors import Forbidden, NotFound, WorkerDisabled
from shared.http.endpoint import Endpoint
from shared.http.views import Json, Viewer
from shared.runs.records import Run
from shared.workflows.definitions import DEFINITIONS, DIAGNOSIS


def found_run(endpoint: Endpoint) -> Run:
    """The path's run. Raises NotFound for a missing one and for another organisation's."""
    request = endpoint.request
    run = endpoint.services.runs.get(request.params["runId"])
    if run is None or run.org_id != request.who.org_id:
        raise NotFound
    return run


def is_permitted(endpoint: Endpoint, action: Action, run: Run) -> bool:
    """Whether the caller's present relation to the run, or to its patient, permits the action."""
    caller = endpoint.request.who
    if run.workflow == DIAGNOSIS.name:
        return permits(caller, action, relations(endpoint.services.care, caller, run.subject.id, run.created_by))
    return permits(caller, action, {Relation.CREATOR} if run.created_by == caller.user_id else ())


def require(endpoint: Endpoint, action: Action, run: Run) -> Run:
    """The run. Raises Forbidden unless the caller's relation permits the action."""
    if not is_permitted(endpoint, action, run):
        raise Forbidden
    return run


def may_see(endpoint: Endpoint, run: Run) -> bool:
    """Whether the caller may see the run by some door: a patient's run by the relation to the patient, others by having made them."""
    return is_permitted(endpoint, Action.READ_RUN_OF_PATIENT if run.workflow == DIAGNOSIS.name else Action.READ_OWN_RUN, run)


def require_worker(endpoint: Endpoint, run: Run) -> None:
    """Raise WorkerDisabled when the run's workflow is switched off."""
    if DEFINITIONS[run.workflow].flagged and not endpoint.services.settings.worker_enabled:
        raise WorkerDisabled


def run_view(endpoint: Endpoint, run: Run) -> Json:
    """The fields that every door shows. Patients never see input or the model's raw words."""
    caller, services = endpoint.request.who, endpoint.services
    show_raw = caller.has(Role.ADMIN) or caller.user_id == run.created_by
    as_patient = not is_staff(caller)
    return Viewer(services.payloads).run(run, show_input=not as_patient, show_raw=show_raw and not as_patient)


def is_staff(caller: Caller) -> bool:
    """Whether the caller has any role besides that of a patient."""
    return bool(caller.roles - {Role.PATIENT})


def after_wait(endpoint: Endpoint, run: Run) -> Run:
    """The run when it has ended or waits for a person, or after as long as `Prefer: wait` allows."""
    seconds = endpoint.request.wait_seconds
    return endpoint.services.reader.wait(run, seconds, settled) if seconds else run


def settled(run: Run) -> bool:
    return run.is_terminal or run.awaits_person


def started_status(endpoint: Endpoint, run: Run) -> int:
    """202 for a run that was started, 200 where its end was seen while waiting."""
    return 200 if endpoint.request.wait_seconds and settled(run) else 202


def created(endpoint: Endpoint, view: Json, *, new: bool) -> Response[str]:
    """201 for a new run; 200 for one that the same request made before, marked as a replay."""
    return endpoint.ok({"run": view}, 201 if new else 200, {} if new else {"Idempotency-Replayed": "true"})
