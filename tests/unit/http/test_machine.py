"""Programs as callers: the machine client by an access token, and no other token that is not a
person's.
"""

import pytest

from shared.access.policy import Caller, Role
from shared.http.machine import is_persons, machine_caller

MACHINE = {"sub": "m", "client_id": "m", "token_use": "access", "scope": "studio-runs/demo"}
pytestmark = pytest.mark.rule("R-ACCESS-1")


def test_an_issuer_that_does_not_say_token_use_has_id_tokens() -> None:
    assert is_persons({"sub": "p"})
    assert is_persons({"sub": "p", "token_use": "id"})
    assert not is_persons({"sub": "p", "token_use": "access"})


def test_the_machine_client_is_system_of_the_organisation_of_its_scope() -> None:
    system = frozenset({Role.SYSTEM})
    assert machine_caller(MACHINE, "m") == Caller("m", "demo", system)
    other = {**MACHINE, "scope": "openid studio-runs/o:1-2"}
    assert machine_caller(other, "m") == Caller("m", "o:1-2", system)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {**MACHINE, "token_use": "id"},
        {**MACHINE, "token_use": "refresh"},
        {**MACHINE, "client_id": "another"},
        {**MACHINE, "scope": ""},
        {**MACHINE, "scope": "studio-runs/"},
        {**MACHINE, "scope": "other/demo"},
        {**MACHINE, "scope": "studio-runs/demo studio-runs/other"},
        {**MACHINE, "token_use": "ACCESS"},
    ],
    ids=str,
)
def test_whoever_else_is_nobody(claims: dict[str, str]) -> None:
    assert machine_caller(claims, "m") is None


def test_where_there_is_no_machine_client_no_access_token_counts() -> None:
    assert machine_caller({**MACHINE, "client_id": ""}, "") is None
    assert machine_caller(MACHINE, "") is None


def test_claims_of_a_persons_do_not_lift_a_machine() -> None:
    lifted = {**MACHINE, "custom:org_id": "other", "cognito:groups": "[admin]"}
    assert machine_caller(lifted, "m") == machine_caller(MACHINE, "m")
