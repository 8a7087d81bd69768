"""GET /api/patients/{patientId}: one patient."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.errors import NotFound
from shared.http.care import patient_view
from shared.http.documents import responses
from shared.http.endpoint import Endpoint
from shared.http.models import PathId
from shared.http.studio import authorized_patient

endpoint = Endpoint(Action.READ_PATIENT)


@endpoint.app.get("/api/patients/<patientId>", responses=responses("`patient`", 200))
def get(patientId: PathId) -> Response[str]:
    """For the patient, who cares for them, and the organisation's admins."""
    patient_id = authorized_patient(endpoint, Action.READ_PATIENT)
    patient = endpoint.services.care.get_patient(endpoint.request.who.org_id, patient_id)
    if patient is None:
        raise NotFound
    return endpoint.ok({"patient": patient_view(patient)})


handler = endpoint.handler
