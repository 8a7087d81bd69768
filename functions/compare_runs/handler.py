"""GET /runs/compare: what differs between two runs."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.access.policy import Action
from shared.http.authorize import whole_run
from shared.http.call import Call
from shared.http.doors.compare import comparison
from shared.http.endpoint import Endpoint
from shared.http.models import Uuid
from shared.http.responses import ok

endpoint = Endpoint(Action.USE_RUNS)


@endpoint.get("/runs/compare")
def compare(
    call: Call,
    a: Annotated[Uuid, Query(description="A run")],
    b: Annotated[Uuid, Query(description="The run to compare it with")],
) -> Response[str]:
    """RFC 6902 patches that turn a's input, context pack and output into b's, and the figures of
    both side by side. A patch is null where the caller may not see the field.
    """
    return ok(call, comparison(call, whole_run(call, a), whole_run(call, b)))


handler = endpoint.handler
