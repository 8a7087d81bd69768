"""GET /openapi.json: the merged OpenAPI document, as `make openapi` wrote it."""

from aws_lambda_powertools.event_handler import Response

from shared.http.call import Call
from shared.http.doors.documents import openapi_text
from shared.http.endpoint import Endpoint
from shared.http.responses import JSON_TYPE, bare

endpoint = Endpoint()


@endpoint.get("/openapi.json")
def openapi(call: Call) -> Response[str]:
    """Every route of the service."""
    return bare(call.request_id, JSON_TYPE, openapi_text())


handler = endpoint.handler
