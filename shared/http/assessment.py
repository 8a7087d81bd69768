"""The assessment door: diagnosis runs of an assessment, in its own words. A run is named by (assessment, correlation, schema)."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import StringConstraints, model_validator

from shared.access.policy import Action, Role
from shared.engine.creation import Key, keyed_id
from shared.http.doors import is_permitted, is_staff, run_view
from shared.http.endpoint import Endpoint
from shared.http.models import Body, Uuid
from shared.http.views import Json, Viewer, run_row
from shared.ports import Scope
from shared.runs.canonical import canonical_json, sha256_hex
from shared.runs.records import Run
from shared.workflows.definitions import DIAGNOSIS

SCHEMA_VERSION = "v1"
Correlation = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class CreateAssessmentRun(Body):
    """`assessmentId` and `correlationId` are accepted too."""

    assessment_id: Uuid
    correlation_id: Correlation
    dispatch: Literal["auto", "manual"] = "auto"

    @model_validator(mode="before")
    @classmethod
    def _camel_case(cls, data: Any) -> Any:
        return snake_named(data) if isinstance(data, dict) else data


_SNAKE = {"assessmentId": "assessment_id", "correlationId": "correlation_id"}


def snake_named(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with our names for the two that have another; who says both says too much, and is told by the schema."""
    if any(camel in data and snake in data for camel, snake in _SNAKE.items()):
        return data
    return {_SNAKE.get(name, name): value for name, value in data.items()}


def assessment_key(org_id: str, assessment_id: str, correlation_id: str) -> Key:
    """Where the one run of an assessment and a correlation lives, whoever asks for it."""
    name = canonical_json([assessment_id, correlation_id, SCHEMA_VERSION])
    return Key(keyed_id(org_id, "assessment", name.decode()), sha256_hex(name))


def assessment_words(run: Run) -> Json:
    return {
        "patient_id": run.subject.id,
        "assessment_id": run.attributes.get("assessment_id"),
        "correlation_id": run.attributes.get("correlation_id"),
        "schema_version": SCHEMA_VERSION,
    }


def assessment_row(run: Run) -> Json:
    return run_row(run) | assessment_words(run)


def assessment_run(endpoint: Endpoint, run: Run) -> Json:
    """The whole run; the context pack as it was sent to the model, for all but patients."""
    view = run_view(endpoint, run)
    output = view["output"] or {}
    return view | assessment_words(run) | {"context_pack": _context_pack(endpoint, run), "diagnosis_result": output.get("diagnosis")}


def _context_pack(endpoint: Endpoint, run: Run) -> Any:
    built = run.steps.get("build_context")
    if built is None or not is_staff(endpoint.request.who):
        return None
    return Viewer(endpoint.services.payloads).read(run, built.result)


def visible_scope(endpoint: Endpoint) -> Scope | None:
    """The narrowest list that holds all the runs which the caller may see; None for a patient who is nobody's."""
    caller, care = endpoint.request.who, endpoint.services.care
    if is_staff(caller):
        return Scope("organisation", caller.org_id)
    own, _ = care.patients_of_user(caller.org_id, caller.user_id, None, 2)
    if not own:
        return None
    return Scope("subject", caller.org_id, f"{DIAGNOSIS.subject}#{own[0].id}") if len(own) == 1 else Scope("organisation", caller.org_id)


def seen_by(endpoint: Endpoint, keep: Callable[[Run], bool]) -> Callable[[list[Run]], list[Run]]:
    """Keeps the diagnosis runs that pass `keep` and whose patient the caller may see now; asks once per patient."""
    known: dict[str, bool] = {}
    everything = endpoint.request.who.has(Role.ADMIN, Role.SYSTEM)

    def visible(run: Run) -> bool:
        if everything:
            return True
        if run.subject.id not in known:
            known[run.subject.id] = is_permitted(endpoint, Action.READ_RUN_OF_PATIENT, run)
        return known[run.subject.id]

    return lambda runs: [run for run in runs if run.workflow == DIAGNOSIS.name and keep(run) and visible(run)]
