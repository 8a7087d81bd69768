"""Every contract runs twice: against the fakes and against the real adapters."""

from collections.abc import Iterator

import pytest

from tests.contract.worlds import Fakes, RealAdapters, World
from tests.support.aws import Clients, in_process_aws


@pytest.fixture(scope="module")  # not the session: two mocks of AWS must not overlap
def aws() -> Iterator[Clients]:
    with in_process_aws() as clients:
        yield clients


@pytest.fixture
def real(aws: Clients) -> Iterator[RealAdapters]:
    world = RealAdapters(aws)
    yield world
    world.delete()


@pytest.fixture(params=["fakes", "aws"])
def world(request: pytest.FixtureRequest) -> World:
    return Fakes() if request.param == "fakes" else request.getfixturevalue("real")
