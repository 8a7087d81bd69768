"""One stack for all HTTP tests, or one deployment (tests/support/witness.py); each test makes its
own patients, so that none sees another's runs.
"""

import uuid
from collections.abc import Iterator

import pytest

from local.demo.client import Client
from tests.support.care import Ward
from tests.support.conforming import ConformingClient
from tests.support.witness import another, asked, set_aside


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    set_aside(items)


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with asked() as address:
        yield address


@pytest.fixture(scope="session")
def client(url: str) -> Client:
    return ConformingClient(url)


@pytest.fixture
def ward(client: Client) -> Iterator[Ward]:
    """A new patient of `demo` whose clinician is `clinician` for this test: a list of theirs costs
    by the patients in their care.
    """
    ward = Ward(client, str(uuid.uuid4())).admitted()
    yield ward
    ward.unassign("clinician")


@pytest.fixture(scope="session")
def calendar_client(url: str) -> Iterator[Client]:
    """A second stack: a jump of days is quick only where little is open.

    It starts when the first such test does.
    """
    with another(url) as address:
        yield ConformingClient(address)


@pytest.fixture
def calendar(calendar_client: Client) -> Iterator[Ward]:
    """A new patient on a stack whose time the test may move by days."""
    yield Ward(calendar_client, str(uuid.uuid4())).admitted()
    calm(calendar_client)


@pytest.fixture(autouse=True)
def _calm(client: Client) -> Iterator[None]:
    yield
    calm(client)


def calm(client: Client) -> None:
    """No test leaves a script, a quota or a switched-off worker behind."""
    client.call("POST", "/dev/model", {"script": []})
    client.call("POST", "/dev/settings", {"worker_enabled": True, "quota_per_minute": 0})
