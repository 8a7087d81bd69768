"""GET /docs: Swagger UI over the OpenAPI document; off by parameter."""

from aws_lambda_powertools.event_handler import Response

from shared.errors import NotFound
from shared.http.call import Call
from shared.http.doors.documents import swagger_page
from shared.http.endpoint import Endpoint
from shared.http.responses import bare

endpoint = Endpoint()


@endpoint.get("/docs")
def docs(call: Call) -> Response[str]:
    """A page that loads nothing from other hosts."""
    if not call.services.settings.docs_enabled:
        raise NotFound
    headers = {
        "content-security-policy": (
            "default-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
        )
    }
    return bare(call.request_id, "text/html; charset=utf-8", swagger_page(), headers=headers)


handler = endpoint.handler
