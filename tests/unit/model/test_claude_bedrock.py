"""The same port over Amazon Bedrock's event stream, spoken by a peer on loopback."""

import base64
import binascii
import contextlib
import json
import socket
import struct
from collections.abc import Callable, Iterator

import pytest

from shared.adapters.claude import ClaudeModel, build_client
from shared.errors import PermanentFailure, TransientFailure
from shared.runs.records import TokenUsage
from tests.unit.model.stage import Speech, a_request

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\nconnection: close\r\n\r\n"
EVENTS = [
    {
        "type": "message_start",
        "message": {"model": "claude-x", "usage": {"input_tokens": 7, "output_tokens": 1, "cache_read_input_tokens": 5}},
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "{}"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9, "cache_creation_input_tokens": 3}},
    {"type": "message_stop"},
]


def frame(headers: dict[str, str], payload: bytes) -> bytes:
    """One message of the application/vnd.amazon.eventstream encoding; type 7 is a string."""
    packed = b"".join(
        struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode() for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(packed) + len(payload), len(packed))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + packed + payload
    return message + struct.pack(">I", binascii.crc32(message))


def chunk(event: object) -> bytes:
    payload = json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode()
    return frame({":message-type": "event", ":event-type": "chunk", ":content-type": "application/json"}, payload)


def exception(kind: str) -> bytes:
    headers = {":message-type": "exception", ":exception-type": kind, ":content-type": "application/json"}
    return frame(headers, b'{"message": "Maria Musterfrau"}')


@pytest.fixture
def bedrock(peer: Callable[[Speech], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], ClaudeModel]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with contextlib.ExitStack() as stack:

        def start(said: bytes) -> ClaudeModel:
            def speech(connection: socket.socket) -> None:
                connection.sendall(HEAD + said)

            client = build_client(base_url=peer(speech), bedrock=True, region="eu-central-1")
            assert client
            stack.enter_context(client)
            return ClaudeModel(client)

        yield start


def test_an_answer_is_read_from_the_event_stream(bedrock: Callable[[bytes], ClaudeModel]) -> None:
    asked: list[None] = []
    model = bedrock(b"".join(map(chunk, EVENTS)))
    answer = model.answer(a_request(), still_wanted=lambda: asked.append(None), timeout_seconds=5)
    assert (answer.text, answer.model, answer.stop_reason) == ("{}", "claude-x", "end_turn")
    assert answer.usage == TokenUsage(7, 9, 5, 3)
    assert asked


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        ("throttlingException", TransientFailure),
        ("internalServerException", TransientFailure),
        ("modelStreamErrorException", TransientFailure),
        ("validationException", PermanentFailure),
    ],
)
def test_an_exception_within_the_stream_is_sorted(bedrock: Callable[[bytes], ClaudeModel], kind: str, failure: type[Exception]) -> None:
    with pytest.raises(failure) as failed:
        bedrock(chunk(EVENTS[0]) + exception(kind)).answer(a_request(), still_wanted=lambda: None, timeout_seconds=5)
    assert "Musterfrau" not in f"{failed.value.__cause__!r} {failed.value.__cause__}"


def test_a_damaged_stream_is_transient(bedrock: Callable[[bytes], ClaudeModel]) -> None:
    damaged = bytearray(chunk(EVENTS[0]))
    damaged[40] ^= 1
    with pytest.raises(TransientFailure):
        bedrock(bytes(damaged)).answer(a_request(), still_wanted=lambda: None, timeout_seconds=5)


def test_tokens_are_bounded_where_they_cannot_be_counted() -> None:
    client = build_client(bedrock=True, region="eu-central-1")
    assert client
    with client:
        counted = ClaudeModel(client).count_input_tokens(a_request("ä" * 1_000))
    assert 2_000 < counted < 5_000
