"""Makes Powertools' resolver fit for many requests at once in one process, which on Lambda never
happens.

It keeps the request it serves on its base class (`current_event`, `lambda_context`) and on the
instance (`context`): without this, concurrent requests read each other's caller and path. Changes
nothing of ours.
"""

import threading
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, BaseRouter, Route


class _Requests(threading.local):
    def __init__(self) -> None:
        self.event: Any = None
        self.context: Any = None
        self.routing: dict[int, dict[str, Any]] = {}


def separate_threads() -> None:
    """For the rest of this process; idempotent.

    Relies on internals of Powertools 3, so a test interleaves requests.
    """
    if getattr(ApiGatewayResolver, "_separate_threads", False):
        return
    ApiGatewayResolver._separate_threads = True  # type: ignore[attr-defined]
    requests = _Requests()
    _keep_request(requests)
    _keep_routing(requests)
    _build_middleware_once()


def _keep_request(requests: _Requests) -> None:
    resolve, to_proxy_event = ApiGatewayResolver.resolve, ApiGatewayResolver._to_proxy_event

    def resolve_here(self: ApiGatewayResolver, event: Mapping[str, Any], context: Any) -> Any:
        requests.context = context
        return resolve(self, event, context)

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
    """A route wraps its function in middleware at its first request; two first requests would wrap
    it twice.
    """
    build, building = Route._build_middleware_stack, threading.Lock()

    def build_once(self: Route, *args: Any, **kwargs: Any) -> None:
        with building:
            if not self._middleware_stack_built:
                build(self, *args, **kwargs)

    Route._build_middleware_stack = build_once  # type: ignore[method-assign]
