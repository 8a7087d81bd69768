"""The one factory of endpoints: reads the request, lets Powertools validate it, and turns every error into the envelope.

An endpoint is one Lambda with one route. `natural_key`: its requests are the same by what they name, so that it ignores
the Idempotency-Key header, and says so.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from shared.access.policy import Action, role_permits
from shared.bootstrap import Services, services
from shared.engine.creation import Key
from shared.errors import Forbidden, NotFound, RequestError, ValidationFailed
from shared.http.cursors import Cursors
from shared.http.messages import message_of
from shared.http.request import MAX_BODY, Request, read_request
from shared.http.responses import failure, internal_error, success
from shared.observability import log, log_bug

LambdaEvent = dict[str, Any]
Handler = Callable[[LambdaEvent, Any], dict[str, Any]]


class Endpoint:
    """`app` takes the route; `handler` is the Lambda's entrance."""

    def __init__(self, action: Action | None = None, *, max_body: int = MAX_BODY, natural_key: bool = False) -> None:
        self.app = APIGatewayHttpResolver(enable_validation=True)
        self._action, self._max_body, self._natural_key = action, max_body, natural_key
        self.app.exception_handler(RequestValidationError)(self._invalid)
        self.app.exception_handler(RequestError)(self._refused)
        self.app.not_found(self._unrouted)

    def handler(self, event: LambdaEvent, context: Any) -> dict[str, Any]:
        """Answers every event: an error of the caller's in the envelope, a bug as a 500 that says nothing else."""
        request_id = event["requestContext"]["requestId"]
        try:
            request = self._read(event)
            self.app.context["request"] = request
            return self.app.resolve(_as_json(event, request), context)
        except RequestError as exc:
            return _plain(failure(request_id, exc))
        except Exception as exc:  # noqa: BLE001 - the outermost wrapper: nothing of a bug may reach a caller
            log_bug("internal_error", exc, request_id=request_id, route=event.get("routeKey"))
            return _plain(internal_error(request_id))

    def _read(self, event: LambdaEvent) -> Request:
        settings = services().settings
        cursors = Cursors(settings.cursor_key)
        return read_request(
            event,
            cursors,
            org_claim=settings.org_claim,
            roles_claim=settings.roles_claim,
            max_body=self._max_body,
            keyed=not self._natural_key,
        )

    # --- for route functions ------------------------------------------------------------------------------------------

    @property
    def request(self) -> Request:
        """The request being served. Raises Forbidden unless one of the caller's roles permits the endpoint's action."""
        request: Request = self.app.context["request"]
        if self._action is not None and not role_permits(request.who, self._action):
            raise Forbidden
        return request

    @property
    def services(self) -> Services:
        return services()

    def ok(self, data: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response[str]:
        return success(self.request.request_id, data, status, {**self._ignored(self.request), **(headers or {})})

    def _ignored(self, request: Request) -> dict[str, str]:
        """What a route with a natural key says of an Idempotency-Key."""
        return {"Idempotency-Status": "ignored"} if self._natural_key and "idempotency-key" in request.headers else {}

    def admit(self, key: Key | None = None) -> None:
        """Take one of the caller's tokens, where a quota is set. Raises RateLimited.

        A key that was used before needs none: its request is a replay or a misuse, and answered as such by who creates.
        """
        services, caller = self.services, self.request.who
        is_limited = services.settings.quota_per_minute > 0
        if is_limited and not (key is not None and key.repeatable and services.projects.is_taken(key.id)):
            services.quota.admit(caller.org_id, caller.user_id)

    def page(
        self, plural: str, rows: Sequence[dict[str, Any]], position: str | None, more: Mapping[str, Any] | None = None
    ) -> Response[str]:
        """One page of a list; `more` stands beside the rows."""
        request = self.request
        cursor = Cursors(services().settings.cursor_key).seal(position, request.who, request.list_name)
        return self.ok({**(more or {}), plural: list(rows), "next_cursor": cursor})

    # --- errors -------------------------------------------------------------------------------------------------------

    def _invalid(self, exc: RequestValidationError) -> Response[str]:
        errors = [{"field": field_name(error["loc"]), "message": message_of(error)} for error in exc.errors()]
        return self._refused(ValidationFailed(errors))

    def _refused(self, exc: RequestError) -> Response[str]:
        request: Request = self.app.context["request"]
        log("request_refused", request_id=request.request_id, code=exc.code, status=exc.status)
        return failure(request.request_id, exc, self._ignored(request))

    def _unrouted(self, exc: Exception) -> Response[str]:
        return self._refused(NotFound())


def _as_json(event: LambdaEvent, request: Request) -> LambdaEvent:
    """The event as the resolver shall see it: what the body is was decided already, whatever content type it claims."""
    headers = {**request.headers, "content-type": "application/json"}
    body = request.raw_body.decode() if request.body is not None else None
    return {**event, "rawPath": _quoted_path(event, request), "headers": headers, "body": body, "isBase64Encoded": False}


def _quoted_path(event: LambdaEvent, request: Request) -> str:
    """API Gateway has chosen the route and decoded the path; a person's name with a slash in it must not undo the choice."""
    path: str = event["routeKey"].partition(" ")[2]
    for name, value in request.params.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path


def field_name(loc: Sequence[str | int]) -> str:
    """A place in a request as the contract writes it: `body.tags[0]`."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _plain(response: Response[str]) -> dict[str, Any]:
    """A response as API Gateway takes it, where there is no resolver to build it."""
    headers = {**response.headers, "content-type": response.content_type}
    return {"statusCode": response.status_code, "headers": headers, "body": response.body, "isBase64Encoded": False}
