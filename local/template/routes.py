"""Reads the one HTTP API of a translated template (an OpenAPI body): routes, JWT authorizers, CORS.

Serves nothing.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from local.errors import TemplateError
from local.template.blueprint import Authorizer, Cors, Route

_METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
_ANY = "x-amazon-apigateway-any-method"
_FUNCTION = re.compile(r".*:function:([\w-]+)/invocations")
_HEADER = re.compile(r"\$request\.header\.([\w-]+)", re.IGNORECASE)


class ApiResource(Protocol):
    @property
    def name(self) -> str: ...
    def need(self, key: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class HttpApi:
    routes: tuple[Route, ...] = ()
    authorizers: Mapping[str, Authorizer] = field(default_factory=dict)
    cors: Cors | None = None


def read(resources: Sequence[ApiResource], functions: frozenset[str]) -> HttpApi:
    if not resources:
        return HttpApi()
    if len(resources) > 1:
        raise TemplateError(
            f"Resources.{resources[1].name}", "the local stack serves one HTTP API only"
        )
    where = f"Resources.{resources[0].name}.Properties.Body"
    body = resources[0].need("Body")
    schemes = body.get("components", {}).get("securitySchemes", {})
    authorizers = {name: _authorizer(name, scheme, where) for name, scheme in schemes.items()}
    routes = tuple(
        _route(path, method, operation, authorizers, functions, f"{where}.paths.{path}.{method}")
        for path, methods in body.get("paths", {}).items()
        for method, operation in methods.items()
    )
    cors = body.get("x-amazon-apigateway-cors")
    return HttpApi(routes, authorizers, None if cors is None else _cors(cors, f"{where}.cors"))


def _authorizer(name: str, scheme: Mapping[str, Any], where: str) -> Authorizer:
    spec = scheme.get("x-amazon-apigateway-authorizer", {})
    jwt = spec.get("jwtConfiguration", {})
    source = spec.get("identitySource", "$request.header.Authorization")
    header = _HEADER.fullmatch(
        source[0] if isinstance(source, list) and len(source) == 1 else str(source)
    )
    if (
        spec.get("type") != "jwt"
        or header is None
        or not jwt.get("issuer")
        or not jwt.get("audience")
    ):
        raise TemplateError(
            f"{where}.{name}",
            f"only JWT authorizers with issuer, audience and a header are known, not "
            f"{dict(scheme)}",
        )
    audience = jwt["audience"]
    return Authorizer(
        name,
        jwt["issuer"],
        tuple([audience] if isinstance(audience, str) else audience),
        header[1].lower(),
    )


def _route(
    path: str,
    method: str,
    operation: Mapping[str, Any],
    authorizers: Mapping[str, Authorizer],
    functions: frozenset[str],
    where: str,
) -> Route:
    if method != _ANY and method not in _METHODS:
        raise TemplateError(where, "is no method that the local stack knows")
    integration = operation.get("x-amazon-apigateway-integration", {})
    if (
        integration.get("type") != "aws_proxy"
        or str(integration.get("payloadFormatVersion")) != "2.0"
    ):
        raise TemplateError(
            where, f"only aws_proxy with payload format 2.0 is known, not {integration}"
        )
    function = _FUNCTION.fullmatch(str(integration.get("uri")))
    if function is None or function[1] not in functions:
        raise TemplateError(where, f"its function is not in the template: {integration.get('uri')}")
    name, scopes = _security(operation.get("security", []), authorizers, where)
    return Route("ANY" if method == _ANY else method.upper(), path, function[1], name, scopes)


def _security(
    security: Sequence[Mapping[str, Any]], authorizers: Mapping[str, Authorizer], where: str
) -> tuple[str | None, tuple[str, ...]]:
    if not security or security == [{"NONE": []}]:
        return None, ()
    if len(security) != 1 or len(security[0]) != 1:
        raise TemplateError(where, f"one authorizer at most is known, not {security}")
    ((name, scopes),) = security[0].items()
    if name not in authorizers:
        raise TemplateError(where, f"the local stack does not know the authorizer {name}")
    return name, tuple(scopes)


def _cors(spec: Mapping[str, Any], where: str) -> Cors:
    known = {
        "allowOrigins",
        "allowMethods",
        "allowHeaders",
        "exposeHeaders",
        "maxAge",
        "allowCredentials",
    }
    if set(spec) - known:
        raise TemplateError(where, f"is not known: {sorted(set(spec) - known)}")
    lists = {
        key: spec.get(key, [])
        for key in ("allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders")
    }
    for key, value in lists.items():
        if not isinstance(value, list):
            raise TemplateError(f"{where}.{key}", f"must be a list, not {value!r}")
    return Cors(
        origins=tuple(lists["allowOrigins"]),
        methods=tuple(method.upper() for method in lists["allowMethods"]),
        headers=tuple(header.lower() for header in lists["allowHeaders"]),
        expose=tuple(header.lower() for header in lists["exposeHeaders"]),
        max_age=int(spec["maxAge"]) if "maxAge" in spec else None,
        credentials=str(spec.get("allowCredentials", False)).lower() == "true",
    )


def parsed_json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as exc:
        raise TemplateError(where, "is not JSON") from exc


def compact_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
