"""The key of the cursors: read once, when it is first needed, and none where no list is."""

from typing import Any

import pytest

from shared.access.policy import Caller
from shared.adapters import secrets
from shared.bootstrap import Services
from shared.errors import InvalidRequest
from shared.http.cursors import Cursors
from shared.settings import load

ADA = Caller("ada", "demo", frozenset())


class Manager:
    """Secrets Manager with one secret."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_secret_value(self, **asked: str) -> dict[str, Any]:
        self.asked.append(asked["SecretId"])
        return {"SecretString": "a key"}


def test_the_key_is_read_once_and_only_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = Manager()
    monkeypatch.setattr(secrets, "LazyClient", lambda service: manager)
    services = Services(load({"CURSOR_KEY_SECRET_ARN": "arn"}))
    assert manager.asked == []
    assert [services.cursor_key, services.cursor_key] == ["a key", "a key"]
    assert manager.asked == ["arn"]


def test_without_a_key_no_cursor_is_valid() -> None:
    assert Services(load({})).cursor_key == ""
    forged = Cursors("").seal("0a", ADA, "GET /runs")
    with pytest.raises(InvalidRequest):
        Cursors("").open(forged, ADA, "GET /runs")
    assert Cursors("k").open(Cursors("k").seal("0a", ADA, "l"), ADA, "l") == "0a"
