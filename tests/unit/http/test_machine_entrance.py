"""The entrance of every endpoint knows the machine client: an access token is looked at, wherever
claims are read.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.list_patients.handler import handler
from shared import bootstrap
from tests.unit.http.project_doors import Doors

EVENT = Path(__file__).parents[3] / "events" / "list_patients.json"
MACHINE = {"sub": "m", "client_id": "m", "token_use": "access", "scope": "studio-runs/demo"}
pytestmark = pytest.mark.rule("R-ACCESS-1")


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        (MACHINE, 200),
        ({**MACHINE, "client_id": "another"}, 403),
        ({**MACHINE, "scope": "openid"}, 403),
        (
            {
                "sub": "p",
                "token_use": "access",
                "custom:org_id": "demo",
                "cognito:groups": "[admin]",
            },
            403,
        ),
    ],
    ids=["the machine's", "another client's", "of no organisation", "a person's access token"],
)
def test_whose_access_token_counts(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, claims: dict[str, str], status: int
) -> None:
    monkeypatch.setenv("MACHINE_CLIENT_ID", "m")
    bootstrap.reset()
    event: dict[str, Any] = json.loads(EVENT.read_text("utf-8"))
    event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
    assert handler(event, None)["statusCode"] == status
    monkeypatch.delenv("MACHINE_CLIENT_ID")
    bootstrap.reset()
