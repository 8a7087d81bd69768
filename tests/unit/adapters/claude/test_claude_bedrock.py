"""The same port over Amazon Bedrock's event stream, spoken by a peer on loopback."""

import base64
import binascii
import contextlib
import json
import socket
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.adapters.claude import ClaudeModel, build_client
from shared.errors import EntryRefused, PermanentFailure, TransientFailure
from shared.records.money import TokenUsage
from shared.runs.model import StopReason
from tests.support.model_peers import Speech, a_request

HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"content-type: application/vnd.amazon.eventstream\r\n"
    b"connection: close\r\n\r\n"
)
EVENTS = [
    {
        "type": "message_start",
        "message": {
            "model": "claude-x",
            "usage": {"input_tokens": 7, "output_tokens": 1, "cache_read_input_tokens": 5},
        },
    },
    {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "thinking", "thinking": "", "signature": ""},
    },
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "thinking_delta", "thinking": "hm"},
    },
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "{}"}},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": 9, "cache_creation_input_tokens": 3},
    },
    {"type": "message_stop"},
]


def frame(headers: dict[str, str], payload: bytes) -> bytes:
    """One message of the application/vnd.amazon.eventstream encoding; type 7 is a string."""
    packed = b"".join(
        struct.pack(">B", len(name))
        + name.encode()
        + struct.pack(">BH", 7, len(value))
        + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(packed) + len(payload), len(packed))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + packed + payload
    return message + struct.pack(">I", binascii.crc32(message))


def chunk(event: object) -> bytes:
    payload = json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode()
    return frame(
        {":message-type": "event", ":event-type": "chunk", ":content-type": "application/json"},
        payload,
    )


def exception(kind: str) -> bytes:
    headers = {
        ":message-type": "exception",
        ":exception-type": kind,
        ":content-type": "application/json",
    }
    return frame(headers, b'{"message": "Maria Musterfrau"}')


@pytest.fixture
def bedrock(
    peer: Callable[[Speech], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[bytes], ClaudeModel]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with contextlib.ExitStack() as stack:

        def start(said: bytes) -> ClaudeModel:
            def speech(connection: socket.socket) -> None:
                connection.sendall(HEAD + said)

            client = build_client(base_url=peer(speech), bedrock=True, region="eu-central-1")
            assert client
            stack.enter_context(client)
            return ClaudeModel(client, counter=Counter())

        yield start


def test_an_answer_is_read_from_the_event_stream(bedrock: Callable[[bytes], ClaudeModel]) -> None:
    asked: list[None] = []
    model = bedrock(b"".join(map(chunk, EVENTS)))
    answer = model.answer(a_request(), still_wanted=lambda: asked.append(None), timeout_seconds=5)
    assert (answer.text, answer.model, answer.stop_reason) == (
        "{}",
        "claude-x",
        StopReason.COMPLETE,
    )
    assert answer.usage == TokenUsage(7, 9, 5, 3)
    assert asked


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        ("throttlingException", EntryRefused),
        ("internalServerException", TransientFailure),
        ("modelStreamErrorException", TransientFailure),
        ("validationException", PermanentFailure),
    ],
)
def test_an_exception_within_the_stream_is_sorted(
    bedrock: Callable[[bytes], ClaudeModel], kind: str, failure: type[Exception]
) -> None:
    with pytest.raises(failure) as failed:
        bedrock(chunk(EVENTS[0]) + exception(kind)).answer(
            a_request(), still_wanted=lambda: None, timeout_seconds=5
        )
    assert "Musterfrau" not in f"{failed.value.__cause__!r} {failed.value.__cause__}"


def test_a_damaged_stream_is_transient(bedrock: Callable[[bytes], ClaudeModel]) -> None:
    damaged = bytearray(chunk(EVENTS[0]))
    damaged[40] ^= 1
    with pytest.raises(TransientFailure):
        bedrock(bytes(damaged)).answer(a_request(), still_wanted=lambda: None, timeout_seconds=5)


class Counter:
    """Bedrock's own client, as far as it counts."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._failure = failure

    def count_tokens(self, *, modelId: str, input: dict[str, Any]) -> dict[str, int]:
        if self._failure:
            raise self._failure
        self.asked.append((modelId, json.loads(input["invokeModel"]["body"])))
        return {"inputTokens": 42}


@pytest.mark.parametrize(
    ("model", "version"),
    [
        ("eu.anthropic.claude-opus-4-7", "2026-10-21"),
        ("global.anthropic.claude-sonnet-5-5", "2026-10-21"),
        ("anthropic.claude-sonnet-4-6", "bedrock-2023-05-31"),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", "bedrock-2023-05-31"),
        ("anthropic.claude-sonnet-4-20250514-v1:0", "bedrock-2023-05-31"),
    ],
)
def test_bedrock_counts_by_its_own_call_in_the_version_that_its_models_take(
    model: str, version: str
) -> None:
    counter = Counter()
    client = build_client(bedrock=True, region="eu-central-1")
    assert client
    with client:
        asked = ClaudeModel(client, counter=counter)
        assert asked.count_input_tokens(a_request(model=model)) == 42
    ((named, body),) = counter.asked
    assert named == model
    assert body["anthropic_version"] == version
    assert body["messages"] == [{"role": "user", "content": a_request().prompt}]
    assert {"max_tokens", "system", "output_config"} <= set(body)
    assert asked.provider == "bedrock"


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (429, "ThrottlingException", EntryRefused),
        (503, "ServiceUnavailableException", EntryRefused),
        (500, "InternalServerException", TransientFailure),
        (400, "ValidationException", PermanentFailure),
    ],
)
def test_counting_on_bedrock_fails_as_answering_does(
    status: int, code: str, failure: type[Exception]
) -> None:
    error: Any = {
        "Error": {"Code": code, "Message": "Maria Musterfrau"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    client = build_client(bedrock=True, region="eu-central-1")
    assert client
    model = ClaudeModel(client, counter=Counter(ClientError(error, "CountTokens")))
    with client, pytest.raises(failure) as failed:
        model.count_input_tokens(a_request())
    assert "Musterfrau" not in f"{failed.value.__cause__}"
