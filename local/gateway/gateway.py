"""The HTTP API as API Gateway serves it: route, authorizer, event, function, response, and its own
errors in its own form.

It must never know what a function does, nor that there is anything local beside it.
"""

import logging
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any, Protocol

from local.errors import FunctionFailed, FunctionTimedOut
from local.gateway import proxy_event, routing
from local.gateway.authorizer import (
    FetchJson,
    Forbidden,
    JwtAuthorizer,
    Unauthorized,
    fetch_json,
)
from local.gateway.proxy_event import BadHandlerOutput
from local.serving.messages import Request, Response, message
from local.template.blueprint import Blueprint

BODY_LIMIT = 10 * 1024 * 1024
INTEGRATION_SECONDS = 30.0
_log = logging.getLogger(__name__)


class Invoke(Protocol):
    def __call__(self, name: str, event: Any, limit: float | None = None) -> Any: ...


class Gateway:
    def __init__(
        self,
        blueprint: Blueprint,
        invoke: Invoke,
        now: Callable[[], float],
        fetch: FetchJson = fetch_json,
    ) -> None:
        self._routes = routing.Routes(blueprint.routes)
        self._cors = blueprint.cors
        self._authorizers = {
            name: JwtAuthorizer(spec, fetch) for name, spec in blueprint.authorizers.items()
        }
        self._invoke = invoke
        self._now = now

    def handle(self, request: Request) -> Response:
        match = self._routes.match(request.method, request.path)
        if match is None and self._cors is not None and request.method == "OPTIONS":
            return Response(204, routing.preflight(self._cors, request))
        answer = message(404, "Not Found") if match is None else self._serve(request, match)
        return self._finished(request, answer)

    def _serve(self, request: Request, match: routing.Match) -> Response:
        try:
            jwt = self._authorized(request, match)
        except Unauthorized as refused:
            return message(401, "Unauthorized", [("WWW-Authenticate", _challenge(str(refused)))])
        except Forbidden:
            return message(403, "Forbidden")
        if len(request.body) > BODY_LIMIT:
            return message(413, "Request Entity Too Large")
        event = proxy_event.event(request, match.route, match.parameters, jwt, self._now())
        return self._answered(match.route.function, event)

    def _authorized(self, request: Request, match: routing.Match) -> Mapping[str, Any] | None:
        if match.route.authorizer is None:
            return None
        return self._authorizers[match.route.authorizer].authorize(
            request.joined_headers(), match.route.scopes
        )

    def _answered(self, function: str, event: Any) -> Response:
        try:
            return proxy_event.response(self._invoke(function, event, limit=INTEGRATION_SECONDS))
        except FunctionTimedOut as late:
            _log.warning("%s", late)
            return message(504, "Endpoint request timed out")
        except (FunctionFailed, BadHandlerOutput) as failure:
            # A handler's own message may quote a request; its full text is in the function's log.
            _log.warning(
                "%s: %s", function, failure.kind if isinstance(failure, FunctionFailed) else failure
            )
            return message(500, "Internal Server Error")

    def _finished(self, request: Request, answer: Response) -> Response:
        # The stack's own time, which may be ahead of this machine's.
        date = formatdate(self._now(), usegmt=True)
        headers = [("Apigw-Requestid", request.id), ("Date", date), *answer.headers]
        if self._cors is not None:
            headers = [
                pair for pair in headers if not pair[0].lower().startswith("access-control-")
            ]
            headers += routing.response_headers(self._cors, request)
        return Response(answer.status, headers, answer.body)


def _challenge(problem: str) -> str:
    if problem == "no token":
        return "Bearer"
    clean = problem.replace('"', "'")
    return f'Bearer scope="" error="invalid_token" error_description="{clean}"'
