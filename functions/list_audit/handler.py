"""GET /audit: who looked at or changed whose data."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.http.authorize import require_trail
from shared.http.call import Call
from shared.http.doors.audit import look_view, trail_query
from shared.http.doors.care import Person
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, Moment, Uuid
from shared.http.responses import page

endpoint = Endpoint(Action.READ_AUDIT)


@endpoint.get("/audit")
def list_audit(
    call: Call,
    patient: Annotated[Uuid | None, Query(description="Looks at this patient's data")] = None,
    person: Annotated[Person | None, Query(description="A sub, or `worker`")] = None,
    run: Annotated[Uuid | None, Query(description="Looks at this run")] = None,
    since: Annotated[Moment | None, Query(alias="from", description="Inclusive")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Exclusive")] = None,
    limit: Limit = 50,
) -> Response[str]:
    """Newest first: an admin's whole organisation; a patient must ask for their own."""
    require_trail(call, patient)
    query = trail_query(call, patient, person, run, since, until)
    found, position = call.services.audit.looks(query, call.position, limit)
    return page(call, "entries", [look_view(one) for one in found], position)


handler = endpoint.handler
