"""Programs as callers: an access token that was got with client credentials.

Such a token has no claims of its own (Cognito puts none into it without a trigger). It names its
organisation by its one scope, `studio-runs/ORGANISATION`, which the user pool grants to that client
and to no other.
"""

from collections.abc import Mapping
from typing import Any

from shared.access.policy import Caller, Role

MACHINE_SCOPE = "studio-runs/"


def is_persons(claims: Mapping[str, Any]) -> bool:
    """Whether the token is an ID token. An issuer that does not say what a token is for
    (`token_use` is Cognito's word) has no others.
    """
    return bool(claims.get("token_use", "id") == "id")


def machine_caller(claims: Mapping[str, Any], machine_client: str) -> Caller | None:
    """`system` of the organisation that the one scope names; None for any other token.

    `machine_client`: whose access tokens count, empty for nobody's.
    """
    if not machine_client or claims.get("client_id") != machine_client:
        return None
    if claims.get("token_use") != "access":
        return None
    granted = str(claims.get("scope") or "").split()
    named = [one.removeprefix(MACHINE_SCOPE) for one in granted if one.startswith(MACHINE_SCOPE)]
    if len(named) != 1 or not named[0]:
        return None
    return Caller(str(claims["sub"]), named[0], frozenset({Role.SYSTEM}))
