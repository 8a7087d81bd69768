"""From a checked body to what the kernel is asked to create, one function per kind of run.

What a clone must be able to repeat, and the run itself does not keep (it changes with execute and retry), stands in the
attributes, where it differs from the default.
"""

from collections.abc import Mapping
from typing import Any

from shared.access.policy import Caller
from shared.engine.creation import NewRun
from shared.http.assessment import CreateAssessmentRun
from shared.http.runs import CreateRun
from shared.http.studio import CreateDiagnosisRun
from shared.runs.records import DEFAULT_ATTEMPTS, Dispatch, Subject
from shared.workflows.definitions import DIAGNOSIS, ORCHESTRATION

MICRO = 1_000_000
_NO_METADATA: Mapping[str, Any] = {}


def new_diagnosis(caller: Caller, patient_id: str, body: CreateDiagnosisRun, metadata: Mapping[str, Any] = _NO_METADATA) -> NewRun:
    """The studio door's run of a patient."""
    return NewRun(
        workflow=DIAGNOSIS.name,
        org_id=caller.org_id,
        subject=Subject(DIAGNOSIS.subject, patient_id),
        created_by=caller.user_id,
        input=body.input_config,
        dispatch=Dispatch(body.dispatch),
        max_attempts=body.max_attempts,
        tags=tuple(body.tags),
        metadata=metadata,
        attributes=_known(
            dispatch=body.dispatch if body.dispatch != "auto" else None,
            max_attempts=body.max_attempts if body.max_attempts != DEFAULT_ATTEMPTS else None,
            max_cost=_micro(body.max_cost_usd),
        ),
    )


def new_assessment_run(caller: Caller, patient_id: str, body: CreateAssessmentRun, metadata: Mapping[str, Any] = _NO_METADATA) -> NewRun:
    """The assessment door's run of an assessment's patient."""
    return NewRun(
        workflow=DIAGNOSIS.name,
        org_id=caller.org_id,
        subject=Subject(DIAGNOSIS.subject, patient_id),
        created_by=caller.user_id,
        input={},
        dispatch=Dispatch(body.dispatch),
        metadata=metadata,
        attributes=_known(
            assessment_id=body.assessment_id,
            correlation_id=body.correlation_id,
            dispatch=body.dispatch if body.dispatch != "auto" else None,
        ),
    )


def new_orchestration(caller: Caller, body: CreateRun, run_id: str) -> NewRun:
    """An orchestration; its subject is its own intake, so it bears the run's id."""
    return NewRun(
        workflow=ORCHESTRATION.name,
        org_id=caller.org_id,
        subject=Subject(ORCHESTRATION.subject, run_id),
        created_by=caller.user_id,
        input={"profile": body.profile, "intake": body.intake, "project_name": body.project_name},
        waiting=not body.auto_advance,
        tags=tuple(body.tags),
        metadata=body.metadata,
        attributes=_known(
            profile=body.profile,
            project_name=body.project_name,
            auto_advance=body.auto_advance or None,
            max_cost=_micro(body.max_cost_usd),
        ),
    )


def _known(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def _micro(dollars: float | None) -> int | None:
    """At least one: the smallest budget is still one, and a clone can ask for it again."""
    return None if dollars is None else max(1, round(dollars * MICRO))
