"""The real SDK as a caller of the offline model or of a scripted peer, as fixtures; a clock that
jumps; and what a test waits with.
"""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from local.model.clock import POLL_SECONDS
from local.model.server import OfflineModel
from shared.adapters.claude import ClaudeModel, build_client
from shared.runs.model import ModelAnswer, ModelRequest

SCHEMA = {
    "type": "object",
    "properties": {
        "summary": {"type": "string", "minLength": 1},
        "findings": {"type": "array", "items": {"type": "string"}},
        "recommendations": {"type": "array", "items": {"type": "string"}},
        "risk_level": {
            "anyOf": [{"enum": ["low", "moderate", "high", "critical"]}, {"type": "null"}]
        },
        "confidence_score": {"type": "number", "minimum": 0, "maximum": 1},
    },
    "required": ["summary", "findings", "recommendations"],
}


def a_request(prompt: str = "<context_pack>{}</context_pack>", **changes: object) -> ModelRequest:
    fields = {
        "model": "claude-sonnet-5-5",
        "system": "Be brief.",
        "prompt": prompt,
        "schema": SCHEMA,
        "max_output_tokens": 2_000,
    }
    return ModelRequest(**{**fields, **changes})  # type: ignore[arg-type]


class JumpClock:
    """Stack time that only moves when it is told to."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def now(self) -> float:
        return self.time

    def wait_until(self, moment: float, cancelled: Callable[[], bool], /) -> None:
        while self.time < moment and not cancelled():
            time.sleep(POLL_SECONDS)


class Asker:
    """A ClaudeModel, and a way to let it ask in a thread."""

    def __init__(self, url: str) -> None:
        self._client = build_client("a-key", url)
        self.model = ClaudeModel(self._client)
        self._others = ThreadPoolExecutor(4)

    def __call__(
        self,
        request: ModelRequest | None = None,
        timeout: float = 10,
        wanted: Callable[[], None] = lambda: None,
    ) -> ModelAnswer:
        return self.model.answer(
            request or a_request(), still_wanted=wanted, timeout_seconds=timeout
        )

    def close(self) -> None:
        self._others.shutdown()
        assert self._client
        self._client.close()

    def meanwhile(
        self, timeout: float = 10, wanted: Callable[[], None] = lambda: None
    ) -> Future[ModelAnswer]:
        return self._others.submit(self, None, timeout, wanted)


Speech = Callable[[socket.socket], None]


def read_request(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65_536)


@pytest.fixture
def clock() -> JumpClock:
    return JumpClock()


@pytest.fixture
def offline(clock: JumpClock) -> Iterator[OfflineModel]:
    model = OfflineModel(clock)
    model.start()
    yield model
    model.stop()


@pytest.fixture
def asker() -> Iterator[Callable[[str], Asker]]:
    """Askers of any server, whose connections end with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda url: stack.enter_context(contextlib.closing(Asker(url)))


@pytest.fixture
def ask(offline: OfflineModel, asker: Callable[[str], Asker]) -> Asker:
    return asker(offline.url)
