"""API Gateway's JWT authorizer: verifies a token against its issuer's keys and hands its claims
over as strings.

Source: "Control access to HTTP APIs with JWT authorizers in API Gateway" in AWS's developer guide.
Token times are real times.
"""

import json
import threading
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from local.template.blueprint import Authorizer

RSA_ONLY = ["RS256", "RS384", "RS512"]
FetchJson = Callable[[str], Any]


class Unauthorized(Exception):
    """No token was sent, or it is not valid. The text is for the www-authenticate header."""


class Forbidden(Exception):
    """The token is valid but has none of the route's scopes."""


def fetch_json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


class JwtAuthorizer:
    def __init__(self, spec: Authorizer, fetch: FetchJson = fetch_json) -> None:
        self._spec = spec
        self._fetch = fetch
        self._keys: dict[str, Any] = {}
        self._fetching = threading.Lock()

    def authorize(self, headers: Mapping[str, str], scopes: tuple[str, ...] = ()) -> dict[str, Any]:
        """{claims, scopes} for the event.

        Raises Unauthorized, or Forbidden for a token without any of the scopes.
        """
        claims = self._verified(headers.get(self._spec.header, ""))
        granted = str(claims.get("scope") or claims.get("scp") or "").split()
        if scopes and not set(scopes) & set(granted):
            raise Forbidden
        return {
            "claims": {name: as_text(value) for name, value in claims.items()},
            "scopes": granted if scopes else None,
        }

    def _verified(self, header: str) -> dict[str, Any]:
        scheme, _, token = header.partition(" ")
        token = header if not token else token.strip()
        if not token or (token != header and scheme.lower() != "bearer"):
            raise Unauthorized("no token")
        try:
            key = self._key(str(jwt.get_unverified_header(token).get("kid")))
            options: Any = {"require": ["iss", "exp"], "verify_aud": False}
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=RSA_ONLY, issuer=self._spec.issuer, options=options
            )
        except jwt.PyJWTError as exc:
            raise Unauthorized(str(exc)) from exc
        self._check_audience(claims)
        return claims

    def _check_audience(self, claims: Mapping[str, Any]) -> None:
        """`client_id` counts only where there is no `aud`."""
        audience = claims.get("aud", claims.get("client_id"))
        if not set(audience if isinstance(audience, list) else [audience]) & set(
            self._spec.audience
        ):
            raise Unauthorized("the token has an unknown audience")

    def _key(self, kid: str) -> Any:
        with self._fetching:
            if kid not in self._keys:
                configuration = self._fetch(
                    f"{self._spec.issuer.rstrip('/')}/.well-known/openid-configuration"
                )
                key_set = jwt.PyJWKSet.from_dict(self._fetch(configuration["jwks_uri"]))
                self._keys = {key.key_id: key for key in key_set.keys if key.key_id}
            if kid not in self._keys:
                raise jwt.InvalidKeyError("the token's key is not one of the issuer's")
            return self._keys[kid]


def as_text(value: Any) -> str:
    """A claim as API Gateway writes it: a list is `[one two]`, without commas or quotes."""
    if isinstance(value, list):
        return f"[{' '.join(as_text(item) for item in value)}]"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{as_text(item)}' for key, item in sorted(value.items()))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
