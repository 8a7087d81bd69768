"""One local stack for all HTTP tests; each test makes its own patients, so that none sees another's runs."""

import uuid
from collections.abc import Iterator

import pytest

from local.client import Client
from local.process import running_stack
from tests.support.care import Ward
from tests.support.conforming import ConformingClient


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with running_stack() as address:
        yield address


@pytest.fixture(scope="session")
def client(url: str) -> Client:
    return ConformingClient(url)


@pytest.fixture
def ward(client: Client) -> Ward:
    """A new patient of `demo` whose clinician is `clinician`."""
    return Ward(client, str(uuid.uuid4())).admitted()


@pytest.fixture(autouse=True)
def _calm(client: Client) -> Iterator[None]:
    """No test leaves a script, a quota or a switched-off worker behind."""
    yield
    client.call("POST", "/dev/model", {"script": []})
    client.call("POST", "/dev/settings", {"worker_enabled": True, "quota_per_minute": 0})
