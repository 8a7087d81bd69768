"""Makes two libraries fit for many requests at once in one process, which on Lambda never happens. Changes nothing of ours.

Powertools' resolver keeps the request it serves on its base class (`current_event`, `lambda_context`) and on the instance
(`context`): without this, concurrent requests read each other's caller and path. boto3 makes clients from one default session,
which is not safe to do twice at a time.
"""

import threading
from collections.abc import Mapping
from typing import Any

import boto3
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, BaseRouter, Route


class _Requests(threading.local):
    def __init__(self) -> None:
        self.event: Any = None
        self.context: Any = None
        self.routing: dict[int, dict[str, Any]] = {}


def separate_threads() -> None:
    """Idempotent. Relies on resolver internals of Powertools 3; tests/unit/local holds it to two interleaved requests."""
    if getattr(ApiGatewayResolver, "_separate_threads", False):
        return
    ApiGatewayResolver._separate_threads = True  # type: ignore[attr-defined]
    requests = _Requests()
    _keep_request(requests)
    _keep_routing(requests)
    _build_middleware_once()
    _make_clients_one_by_one()


def _keep_request(requests: _Requests) -> None:
    resolve, to_proxy_event = ApiGatewayResolver.resolve, ApiGatewayResolver._to_proxy_event

    def resolve_here(self: ApiGatewayResolver, event: Mapping[str, Any], context: Any) -> Any:
        requests.context = context
        return resolve(self, event, context)  # type: ignore[arg-type]

    def keep(self: ApiGatewayResolver, event: dict[str, Any]) -> Any:
        requests.event = to_proxy_event(self, event)
        return requests.event

    ApiGatewayResolver.resolve = resolve_here  # type: ignore[method-assign]
    ApiGatewayResolver._to_proxy_event = keep  # type: ignore[method-assign]
    # On the subclass, so that it wins over the plain attributes that resolve() sets on BaseRouter.
    ApiGatewayResolver.current_event = property(lambda self: requests.event)  # type: ignore[assignment]
    ApiGatewayResolver.lambda_context = property(lambda self: requests.context)  # type: ignore[assignment]


def _keep_routing(requests: _Requests) -> None:
    def get(self: BaseRouter) -> dict[str, Any]:
        return requests.routing.setdefault(id(self), {})

    def put(self: BaseRouter, value: dict[str, Any]) -> None:
        requests.routing[id(self)] = value

    BaseRouter.context = property(get, put)  # type: ignore[assignment]


def _build_middleware_once() -> None:
    """A route wraps its function in middleware at its first request; two first requests would wrap it twice."""
    build, building = Route._build_middleware_stack, threading.Lock()

    def build_once(self: Route, *args: Any, **kwargs: Any) -> None:
        with building:
            if not self._middleware_stack_built:
                build(self, *args, **kwargs)

    Route._build_middleware_stack = build_once  # type: ignore[method-assign]


def _make_clients_one_by_one() -> None:
    make, making = boto3.client, threading.Lock()

    def make_one(*args: Any, **kwargs: Any) -> Any:
        with making:
            return make(*args, **kwargs)

    boto3.client = make_one
