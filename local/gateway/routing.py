"""API Gateway's choice among the routes of an HTTP API, and its CORS headers. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local.serving.messages import Request
from local.template.blueprint import Cors, Route

_PARAMETER = re.compile(r"\{([\w.-]+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Match:
    """`parameters` are still percent-encoded."""

    route: Route
    parameters: Mapping[str, str]


class Routes:
    """The most specific route wins: a fixed segment before a parameter before a greedy one, a
    method before ANY, $default last.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        self._default = next((route for route in routes if route.path == "$default"), None)
        concrete = [route for route in routes if route.path != "$default"]
        self._routes = [(_pattern(route.path), route) for route in sorted(concrete, key=_rank)]

    def match(self, method: str, path: str) -> Match | None:
        for pattern, route in self._routes:
            found = pattern.fullmatch(path) if route.method in (method, "ANY") else None
            if found:
                names = [name for name, _ in _PARAMETER.findall(route.path)]
                return Match(route, dict(zip(names, found.groups(), strict=True)))
        return None if self._default is None else Match(self._default, {})


def _rank(route: Route) -> tuple[list[int], bool]:
    segments = [_PARAMETER.fullmatch(segment) for segment in route.path.split("/")]
    return [
        0 if found is None else 2 if found[2] else 1 for found in segments
    ], route.method == "ANY"


def _pattern(path: str) -> re.Pattern[str]:
    parts: list[str] = []
    end = 0
    for found in _PARAMETER.finditer(path):
        parts += [re.escape(path[end : found.start()]), "(.+)" if found[2] else "([^/]+)"]
        end = found.end()
    return re.compile("".join([*parts, re.escape(path[end:])]))


def preflight(cors: Cors, request: Request) -> list[tuple[str, str]]:
    """The headers of the 204 that API Gateway itself answers to OPTIONS."""
    headers = request.joined_headers()
    if "access-control-request-method" not in headers or not (
        common := response_headers(cors, request)
    ):
        return []
    optional = {
        "Access-Control-Allow-Methods": ",".join(cors.methods),
        "Access-Control-Allow-Headers": ",".join(cors.headers),
        "Access-Control-Max-Age": "" if cors.max_age is None else str(cors.max_age),
    }
    return common + [(name, value) for name, value in optional.items() if value]


def response_headers(cors: Cors, request: Request) -> list[tuple[str, str]]:
    """What every response to an allowed origin carries; it replaces what the function
    said of CORS.
    """
    origin = request.joined_headers().get("origin", "")
    if not origin or not any(_allows(allowed, origin) for allowed in cors.origins):
        return []
    headers = [
        ("Access-Control-Allow-Origin", "*" if "*" in cors.origins else origin),
        ("Vary", "Origin"),
    ]
    if cors.credentials:
        headers.append(("Access-Control-Allow-Credentials", "true"))
    if cors.expose:
        headers.append(("Access-Control-Expose-Headers", ",".join(cors.expose)))
    return headers


def _allows(allowed: str, origin: str) -> bool:
    return allowed in ("*", origin) or (
        allowed.endswith("://*") and origin.startswith(allowed[:-1])
    )
