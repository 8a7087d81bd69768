"""The one factory of endpoints: reads the call, lets Powertools check it against the route's
models, sees once whether one of the caller's roles may do it, calls the route, and turns every
error into the envelope.

An endpoint is one Lambda with one route, a function of
`(call, what the path names, body or query)`. The role check stands in `Endpoint._permitted` and
nowhere else; what a caller may do to the thing asked for, routes ask of `shared.http.authorize`.
"""

import inspect
import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import RECORDED, Action, Role
from shared.bootstrap import prepare, services
from shared.errors import (
    AuditUnavailable,
    Forbidden,
    NotFound,
    NotReadable,
    RequestError,
    RunUnreadable,
    StoreError,
    ValidationFailed,
)
from shared.http.authorize import require_role, turned_away
from shared.http.call import Call, headers_of, read_call
from shared.http.messages import field_name, message_of
from shared.http.models import Cursor, Empty
from shared.http.received import Limits, Reader, plain_body
from shared.http.responses import compressed, failure, internal_error, key_headers
from shared.observability import bound, log, log_bug
from shared.settings import trace_id

LambdaEvent = dict[str, Any]
Route = TypeVar("Route", bound=Callable[..., Response[str]])
_DEFAULT = Limits()
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Endpoint:
    """`action`: what one of the caller's roles must permit; None where no token is needed.

    `natural_key`: its requests are the same by what they name, so it ignores the Idempotency-Key
    header, and says so. `read_body`: how its bodies become objects.
    """

    def __init__(
        self,
        action: Action | None = None,
        *,
        limits: Limits = _DEFAULT,
        natural_key: bool = False,
        read_body: Reader = plain_body,
    ) -> None:
        self.app = APIGatewayHttpResolver(enable_validation=True)
        self.action, self._limits, self._natural_key = action, limits, natural_key
        self._read_body = read_body
        self._name = ""  # of the function whose route this is, as operations are called
        self.app.exception_handler(RequestValidationError)(self._invalid)
        self.app.exception_handler(RequestError)(self._refused)
        self.app.exception_handler(RunUnreadable)(lambda _: self._refused(NotReadable()))
        self.app.not_found(self._unrouted)
        if action is not None:
            prepare()

    def handler(self, event: LambdaEvent, context: Any) -> dict[str, Any]:
        """Answers every event: an error of the caller's in the envelope, a bug as a 500 that says
        nothing else.
        """
        request_id, began = event["requestContext"]["requestId"], time.monotonic()
        known = {"request_id": request_id, "route": event.get("routeKey")}
        with bound(**known, trace_id=trace_id()), ExitStack() as whose:
            answer = self._answer(event, context, whose)
            took = int((time.monotonic() - began) * 1000)
            log("request_answered", status=answer["statusCode"], latency_ms=took)
            return compressed(answer, headers_of(event))

    def _answer(self, event: LambdaEvent, context: Any, whose: ExitStack) -> dict[str, Any]:
        """`whose`: until when log lines say who asked, once that is known."""
        request_id = event["requestContext"]["requestId"]
        call: Call | None = None
        try:
            call = read_call(
                event,
                services(),
                self._limits,
                keyed=not self._natural_key,
                read_body=self._read_body,
            )
            whose.enter_context(bound(**_ids(call)))
            self.app.context["call"] = call
            answer = self.app.resolve(_as_json(event, call), context)
        except RequestError as exc:
            answer = _plain(failure(request_id, exc))
        except Exception as exc:  # noqa: BLE001 - the outermost wrapper: nothing of a bug may reach a caller
            log_bug("internal_error", exc)
            answer = _plain(internal_error(request_id))
        return answer if call is None else self._on_record(call, answer)

    def _on_record(self, call: Call, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer, once the trail says whose data its request came to; else a 503."""
        entry = call.looks.entry(
            call.caller,
            self._name,
            call.request_id,
            call.services.clock.now_ms(),
            refused=answer["statusCode"] == Forbidden.status,
        )
        if entry is None or not (self.action and self.action in RECORDED):
            return answer
        try:
            call.services.audit.write(entry)
        except StoreError:
            log("audit_unavailable")
            return _plain(failure(call.request_id, AuditUnavailable(), key_headers(call)))
        return answer

    def get(self, path: str) -> Callable[[Route], Route]:
        return self._registered("GET", path)

    def post(self, path: str) -> Callable[[Route], Route]:
        return self._registered("POST", path)

    def put(self, path: str) -> Callable[[Route], Route]:
        return self._registered("PUT", path)

    def patch(self, path: str) -> Callable[[Route], Route]:
        return self._registered("PATCH", path)

    def delete(self, path: str) -> Callable[[Route], Route]:
        return self._registered("DELETE", path)

    def _registered(self, method: str, path: str) -> Callable[[Route], Route]:
        def register(route: Route) -> Route:
            self._name = route.__module__.split(".")[-2]
            self.app.route(path, method=method)(self._entrance(route, method, path))
            return route

        return register

    def _entrance(self, route: Route, method: str, path: str) -> Callable[..., Response[str]]:
        """The route as Powertools calls it: by the path's own names, and with the parameters that
        every route of its kind takes.
        """
        named = {_snake(name): name for name in re.findall(r"<(\w+)>", path)}
        _, *own = inspect.signature(route).parameters.values()
        taken = [p.replace(name=named.get(p.name, p.name), kind=p.KEYWORD_ONLY) for p in own]
        added = _common(method, {p.name for p in own})

        def enter(**given: Any) -> Response[str]:
            call = self._permitted()
            asked = {p.name: given[named.get(p.name, p.name)] for p in own}
            asked |= {own_name: call.params[name] for own_name, name in named.items()}
            return route(call, **asked)

        enter.__name__, enter.__doc__ = route.__name__, route.__doc__
        enter.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [*taken, *added], return_annotation=Response[str]
        )
        return enter

    def _permitted(self) -> Call:
        """The call being served.

        Raises Forbidden unless one of the caller's roles permits the endpoint's action.
        """
        call: Call = self.app.context["call"]
        if self.action is not None:
            try:
                require_role(call.caller, self.action)
            except Forbidden:
                turned_away(call)
                raise
        return call

    def _invalid(self, exc: RequestValidationError) -> Response[str]:
        errors = [
            {"field": field_name(error["loc"]), "message": message_of(error)}
            for error in exc.errors()
        ]
        return self._refused(ValidationFailed(errors))

    def _refused(self, exc: RequestError) -> Response[str]:
        call: Call = self.app.context["call"]
        log("request_refused", code=exc.code, status=exc.status)
        return failure(call.request_id, exc, key_headers(call))

    def _unrouted(self, exc: Exception) -> Response[str]:
        return self._refused(NotFound())


def _ids(call: Call) -> dict[str, str | None]:
    """What log lines say of a call. A patient's own account is patient data, so it stays out."""
    caller = call.caller
    person = None if caller.has(Role.PATIENT) else caller.user_id or None
    return {
        "org_id": caller.org_id or None,
        "person_id": person,
        "run_id": call.params.get("runId"),
    }


def _common(method: str, own: set[str]) -> list[inspect.Parameter]:
    """What a route need not name: the cursor of a list, which is read with the call, and the empty
    body of an action.
    """
    kind = inspect.Parameter.KEYWORD_ONLY
    if method in _WITH_BODY and "body" not in own:
        annotation = Annotated[Empty | None, Body()]
        return [inspect.Parameter("body", kind, default=None, annotation=annotation)]
    if "limit" in own:
        return [inspect.Parameter("cursor", kind, default=None, annotation=Cursor)]
    return []


def _snake(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", name).lower()


def _as_json(event: LambdaEvent, call: Call) -> LambdaEvent:
    """The event as the resolver shall see it: what the body is was decided already, whatever
    content type it claims.
    """
    return {
        **event,
        "rawPath": _quoted_path(event, call),
        "headers": {**call.headers, "content-type": "application/json"},
        "body": call.raw_body.decode() if call.body is not None else None,
        "isBase64Encoded": False,
    }


def _quoted_path(event: LambdaEvent, call: Call) -> str:
    """API Gateway has chosen the route and decoded the path; a person's name with a slash in it
    must not undo the choice.
    """
    path: str = event["routeKey"].partition(" ")[2]
    for name, value in call.params.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path


def _plain(response: Response[str]) -> dict[str, Any]:
    """A response as API Gateway takes it, where there is no resolver to build it."""
    headers = {**response.headers, "content-type": response.content_type}
    return {
        "statusCode": response.status_code,
        "headers": headers,
        "body": response.body,
        "isBase64Encoded": False,
    }
