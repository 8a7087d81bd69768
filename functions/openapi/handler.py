"""GET /openapi.json: the merged OpenAPI document, as `make openapi` wrote it."""

from aws_lambda_powertools.event_handler import Response

from shared.http.documents import openapi_text
from shared.http.endpoint import Endpoint
from shared.http.responses import JSON_TYPE, bare

endpoint = Endpoint()


@endpoint.app.get("/openapi.json", responses={200: {"description": "OpenAPI 3.1"}})
def openapi() -> Response[str]:
    """Every route of the service."""
    return bare(endpoint.request.request_id, JSON_TYPE, openapi_text())


handler = endpoint.handler
