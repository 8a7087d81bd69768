"""Clients are slow to build, so a module keeps them; the table is a new one for every test."""

from collections.abc import Iterator

import pytest

from tests.unit.http.deployment import deployment, tables
from tests.unit.http.project_doors import Doors


@pytest.fixture(scope="module")
def deployed() -> Iterator[Doors]:
    with deployment() as doors:
        yield doors


@pytest.fixture
def doors(deployed: Doors) -> Iterator[Doors]:
    with tables(deployed) as fresh:
        yield fresh
