"""GET /api/diagnosis-runs: the diagnosis runs of the patients whom the caller may see."""

from aws_lambda_powertools.event_handler import Response

from shared.access.policy import Action
from shared.http.authorize import shown
from shared.http.call import Call
from shared.http.doors.assessment import (
    assessment_row,
    visible_lists,
    visible_runs,
    visible_unreadable,
)
from shared.http.endpoint import Endpoint
from shared.http.models import Limit, StatusFilter
from shared.http.responses import page
from shared.http.views import if_wanted, in_status, only_of, rows_of

endpoint = Endpoint(Action.READ_RUN_OF_PATIENT)


@endpoint.get("/api/diagnosis-runs")
def list_runs(call: Call, status: StatusFilter = None, limit: Limit = 50) -> Response[str]:
    """A patient's own, a clinician's patients', or the organisation's, newest first."""
    found = call.services.rounds.page(
        lambda place, at_most: visible_lists(call, place, at_most),
        call.position,
        limit,
        lambda runs: visible_runs(call, in_status(runs, status)),
        asked=",".join(sorted(status or ())),
        unreadable=if_wanted(status, lambda rows: visible_unreadable(call, rows)),
        only=only_of(status),
    )
    shown(call, found.rows)
    rows = rows_of(found.rows, lambda run: assessment_row(call, run))
    return page(call, "runs", rows, found.position)


handler = endpoint.handler
