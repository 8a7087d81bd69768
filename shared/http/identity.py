"""Who asks, as the token says that API Gateway verified.

A list of roles reaches a function as one text, its names in brackets and between blanks. A name
that holds a blank cannot be told from two names there; what is done about it stands in
docs/decisions/0012-role-claims.md.
"""

import re
from collections.abc import Mapping
from typing import Any

from shared.access.policy import Caller, Role
from shared.http.machine import is_persons, machine_caller

NOBODY = Caller("", "", frozenset())
"""Who asks where no token is needed."""
_FEDERATED = re.compile(r"[a-z]{2}(-[a-z]+)+-\d_[A-Za-z0-9]+_\S+")
"""The group that Cognito itself makes for the people of a federated identity provider: region,
pool, provider.
"""


def caller_of(
    context: Mapping[str, Any], org_claim: str, roles_claim: str, machine_client: str = ""
) -> Caller:
    """The caller of an event's `requestContext`; NOBODY without a token or a `sub`.

    `machine_client`: the client whose access tokens count as a program's, empty for none.
    """
    claims = ((context.get("authorizer") or {}).get("jwt") or {}).get("claims") or {}
    if not claims.get("sub"):
        return NOBODY
    if not is_persons(claims):
        return machine_caller(claims, machine_client) or NOBODY
    return Caller(
        str(claims["sub"]), str(claims.get(org_claim) or ""), roles_of(claims.get(roles_claim))
    )


def roles_of(claim: Any) -> frozenset[Role]:
    """The roles of a claim: a list's names, or the one word that another issuer sends; each matched
    whole.
    """
    if isinstance(claim, list):
        return _known(claim)
    text = str(claim or "").strip()
    if not (text.startswith("[") and text.endswith("]")):
        return _known([text])
    names = [name for name in text[1:-1].split() if not _FEDERATED.fullmatch(name)]
    return _known(names) if set(names) <= set(Role) else frozenset()


def _known(names: list[Any]) -> frozenset[Role]:
    return frozenset(Role(name) for name in names if isinstance(name, str) and name in set(Role))
