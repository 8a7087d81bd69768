"""A local stack for the client's own tests, and ways to make its network bad."""

import random
import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest
from studio_runs_client import Client, LocalTokens, Retries

from local.demo.stack_process import running_stack

PATIENT = "11111111-1111-4111-8111-111111111111"
AT_ONCE = Retries(tries=40, sleep=lambda _: None)


class BadNetwork(httpx.BaseTransport):
    """The real network, which breaks a share of the requests: before they are sent, or after they
    were served.
    """

    def __init__(self, share: float, seed: int = 1) -> None:
        self._inner = httpx.HTTPTransport()
        self._random = random.Random(seed)
        self.share, self.broken, self.sent = share, 0, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        drawn = self._random.random()
        if drawn < self.share / 2:
            self.broken += 1
            raise httpx.ConnectError("cut before it was sent", request=request)
        self.sent += 1
        response = self._inner.handle_request(request)
        if drawn < self.share:
            response.read()
            self.broken += 1
            raise httpx.ReadError("cut before the answer came", request=request)
        return response

    def close(self) -> None:
        self._inner.close()


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with running_stack() as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    with Client.local(url, "clinician") as one:
        yield one


@pytest.fixture
def member(url: str) -> Iterator[Client]:
    with Client.local(url, "member") as one:
        yield one


@pytest.fixture
def on_a_bad_network(url: str) -> Iterator[Callable[[float, str], tuple[Client, BadNetwork]]]:
    """Makes a client whose network breaks this share of its requests."""
    made: list[Client] = []

    def make(share: float, user: str) -> tuple[Client, BadNetwork]:
        network = BadNetwork(share)
        http = httpx.Client(transport=network, timeout=40)
        made.append(Client(url, LocalTokens(url, user), http=http, retries=AT_ONCE))
        return made[-1], network

    yield make
    for one in made:
        one.close()


@pytest.fixture(autouse=True)
def _calm(url: str) -> Iterator[None]:
    yield
    httpx.post(f"{url}/dev/model", json={"script": []})


@pytest.fixture
def tag() -> str:
    """One of this test alone."""
    return f"t{uuid.uuid4().hex[:12]}"
