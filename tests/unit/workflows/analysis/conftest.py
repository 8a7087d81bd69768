"""One stage a test."""

import pytest

from tests.unit.workflows.analysis.analysis_stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()
