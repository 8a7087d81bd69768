"""Every endpoint asks at its entrance whether a role of the caller's permits its action.

The check stands in one place; the second test takes it away and sees that the first one notices.
"""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.http import endpoint
from tests.unit.http.project_doors import Doors

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.rule("R-ACCESS-1")


def endpoints() -> Iterator[tuple[str, Any]]:
    """(function, its handler) of everything that asks for a role."""
    for folder in sorted((ROOT / "functions").iterdir()):
        if not (folder / "handler.py").exists():
            continue
        module = importlib.import_module(f"functions.{folder.name}.handler")
        if getattr(getattr(module, "endpoint", None), "action", None) is not None:
            yield folder.name, module.handler


def admitted_without_a_role() -> set[str]:
    """Functions that do more for a caller without any role than refuse them."""
    admitted = set()
    for name, handler in endpoints():
        event = json.loads((ROOT / "events" / f"{name}.json").read_text("utf-8"))
        claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
        event["requestContext"]["authorizer"]["jwt"]["claims"] = claims | {"cognito:groups": "[]"}
        if handler(event, None)["statusCode"] != 403:
            admitted.add(name)
    return admitted


def test_no_endpoint_admits_a_caller_without_a_role(doors: Doors) -> None:
    assert admitted_without_a_role() == set()


def test_the_check_is_what_refuses_them(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "require_role", lambda caller, action: None)
    assert len(admitted_without_a_role()) > 30
