"""A role is a whole word of a claim, in each form in which a claim reaches a function."""

from typing import Any

import pytest

from shared.access.policy import Role
from shared.http.identity import caller_of, roles_of

pytestmark = pytest.mark.rule("R-AUTH-2")


@pytest.mark.parametrize(
    ("claim", "roles"),
    [
        ("[admin]", {Role.ADMIN}),
        ("[ admin ]", {Role.ADMIN}),
        ("[clinician admin]", {Role.CLINICIAN, Role.ADMIN}),
        ("[admin eu-central-1_Pool1_Google]", {Role.ADMIN}),
        ("admin", {Role.ADMIN}),
        (" admin ", {Role.ADMIN}),
        (["admin", "auditors"], {Role.ADMIN}),
    ],
)
def test_a_role_is_taken_in_the_form_of_every_issuer(claim: Any, roles: set[Role]) -> None:
    assert roles_of(claim) == roles


@pytest.mark.parametrize(
    "claim",
    [
        "[billing admin]",
        "[admin billing]",
        "billing admin",
        "admin clinician",
        "admin,clinician",
        "[admin,clinician]",
        ["billing admin"],
        [["admin"], {"admin": 1}, 5, None],
        "Admin",
        "administrator",
        "admin]",
        "[admin",
        "[]",
        "",
        None,
        5,
        {"admin": True},
    ],
    ids=str,
)
def test_what_is_no_whole_role_grants_none(claim: Any) -> None:
    assert roles_of(claim) == frozenset()


def test_a_name_that_fits_no_key_of_the_table_is_none() -> None:
    """The longest is what the pool takes, 128 signs of four bytes."""
    whole = {"sub": "p", "custom:org_id": "\U0001f600" * 128, "cognito:groups": "[admin]"}
    for changed, expected in (
        ({}, ("p", "\U0001f600" * 128)),
        ({"custom:org_id": "a" * 513}, ("p", "")),
        ({"sub": "a" * 513}, ("", "")),
    ):
        context = {"authorizer": {"jwt": {"claims": whole | changed}}}
        caller = caller_of(context, "custom:org_id", "cognito:groups")
        assert (caller.user_id, caller.org_id) == expected
