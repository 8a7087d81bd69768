"""The engine over fakes, with two tiny workflows of the tests' own beside the real ones."""

from collections.abc import MutableMapping
from typing import cast

import pytest

from shared.workflows.definitions import DEFINITIONS, Definition
from tests.support.engine_world import EngineWorld
from tests.support.workflows import BOOK, LETTER


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> EngineWorld:
    registry = cast(MutableMapping[str, Definition], DEFINITIONS)
    for definition in (LETTER, BOOK):
        monkeypatch.setitem(registry, definition.name, definition)
    return EngineWorld()
