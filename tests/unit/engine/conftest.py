"""The engine over fakes, with two tiny workflows of the tests' own beside the real ones."""

import pytest

from tests.support.engine_world import EngineWorld
from tests.support.workflows import register


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> EngineWorld:
    register(monkeypatch)
    return EngineWorld()
