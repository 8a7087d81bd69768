"""Each race is run on the servers that are installed; a plain test run takes the quickest of them
only.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from tests.races.racing import Field
from tests.races.servers import running, servers
from tests.support.engine_world import EngineWorld
from tests.support.table import table_arguments
from tests.support.workflows import register

_numbers = count(1)


@pytest.fixture(scope="session", params=servers())
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    with running(request.param) as dynamodb:
        yield dynamodb


@pytest.fixture
def table(client: Any) -> Iterator[Table]:
    name = f"races-{next(_numbers)}"
    client.create_table(**table_arguments(name))
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    yield Table(client, name)
    client.delete_table(TableName=name)


@pytest.fixture
def world(table: Table, monkeypatch: pytest.MonkeyPatch) -> EngineWorld:
    """The engine over the server's table; its payloads stay in memory."""
    register(monkeypatch)
    return EngineWorld(DynamoRunStore(table))


@pytest.fixture(scope="session")
def field() -> Iterator[Field]:
    starters = Field()
    yield starters
    starters.close()
