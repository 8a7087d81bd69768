"""GET /api/studio/patients/{patientId}/diagnosis-runs: a patient's diagnosis runs, newest first."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.documents import list_responses
from shared.http.endpoint import Endpoint
from shared.http.models import Cursor, Limit, PathId, StatusFilter
from shared.http.studio import authorized_patient, patient_scope, studio_row

endpoint = Endpoint(Action.READ_PATIENT_RUN)


@endpoint.app.get("/api/studio/patients/<patientId>/diagnosis-runs", responses=list_responses("runs"))
def list_runs(patientId: PathId, status: StatusFilter = None, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
    """One page; a filtered page may be short and still have a next one."""
    patient_id = authorized_patient(endpoint, Action.READ_PATIENT_RUN)
    page = endpoint.services.reader.page(
        patient_scope(endpoint, patient_id),
        endpoint.request.position,
        limit,
        lambda runs: [run for run in runs if status in (None, run.status)],
    )
    return endpoint.page("runs", [studio_row(run) for run in page.runs], page.position)


handler = endpoint.handler
