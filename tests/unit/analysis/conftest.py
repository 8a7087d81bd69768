"""One stage a test."""

import pytest

from tests.unit.analysis.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()
