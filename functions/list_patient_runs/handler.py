"""GET /api/studio/patients/{patientId}/diagnosis-runs: a patient's diagnosis runs, newest first."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import patient
from shared.http.call import Call
from shared.http.doors.studio import patient_scope, studio_row
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, PathId, StatusFilter
from shared.http.responses import page
from shared.http.views import if_wanted, in_status, only_of, rows_of

endpoint = Endpoint(Action.READ_PATIENT_RUN)


@endpoint.get("/api/studio/patients/<patientId>/diagnosis-runs")
def list_runs(
    call: Call, patient_id: PathId, status: StatusFilter = None, limit: Limit = 50
) -> Response[str]:
    """One page; a filtered page may be short and still have a next one."""
    patient(call, patient_id, Action.READ_PATIENT_RUN)
    found = call.services.reader.page(
        patient_scope(call, patient_id),
        call.position,
        limit,
        lambda runs: in_status(runs, status),
        unreadable=if_wanted(status),
        only=only_of(status),
    )
    rows = rows_of(found.rows, lambda run: studio_row(call, run))
    return page(call, "runs", rows, found.position)


handler = endpoint.handler
