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

LONGEST_NAME = 512
"""Of a person or an organisation, in bytes of UTF-8: 128 signs, which is what the pool takes."""


def caller_of(
    context: Mapping[str, Any], org_claim: str, roles_claim: str, machine_client: str = ""
) -> Caller:
    """The caller of an event's `requestContext`; NOBODY without a token or a `sub`.

    `machine_client`: the client whose access tokens count as a program's, empty for none.
    """
    claims = ((context.get("authorizer") or {}).get("jwt") or {}).get("claims") or {}
    if not _fits(claims.get("sub")):
        return NOBODY
    if not is_persons(claims):
        return machine_caller(claims, machine_client) or NOBODY
    org = claims.get(org_claim)
    return Caller(
        str(claims["sub"]), str(org) if _fits(org) else "", roles_of(claims.get(roles_claim))
    )


def _fits(claim: Any) -> bool:
    """Whether it is there and short enough to be part of a key of the table."""
    return bool(claim) and len(str(claim).encode("utf-8", "replace")) <= LONGEST_NAME


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
