"""A call ends when its time is up and as soon as nobody wants it, whatever the other side does
meanwhile.
"""

import itertools
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest

from local.model.server import OfflineModel
from shared.adapters import claude
from shared.adapters.claude_errors import CUT_OFF, TIMED_OUT
from shared.errors import OwnershipLost, TransientFailure
from shared.runs.model import StopReason
from tests.support.model_peers import Asker, Speech
from tests.support.waiting import eventually

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
START = {
    "type": "message_start",
    "message": {"model": "m", "usage": {"input_tokens": 7, "output_tokens": 1}},
}

REASON = {
    "type": "message_delta",
    "delta": {"stop_reason": "end_turn", "stop_sequence": None},
    "usage": {"output_tokens": 2},
}


def event(data: Mapping[str, object]) -> bytes:
    line = f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(line), line)


@contextmanager
def timing_out(within: float) -> Iterator[None]:
    """What is done inside fails for lack of time, in less than so many seconds."""
    began = time.monotonic()
    with pytest.raises(TransientFailure) as failed:
        yield
    assert failed.value.message == TIMED_OUT
    assert time.monotonic() - began < within


@pytest.mark.parametrize("word", ["timeout", "hang", {"slow": 100}])
def test_the_whole_call_is_bounded_silent_or_pinging(
    offline: OfflineModel, ask: Asker, word: object
) -> None:
    offline.script([word])
    with timing_out(3):
        ask(timeout=1.2)
    assert eventually(lambda: offline.waiting() == 0), (
        "the server still holds a call that nobody waits for"
    )


@pytest.mark.parametrize("word", ["timeout", "hang"])
def test_a_peer_that_says_nothing_for_long_is_not_waited_for(
    offline: OfflineModel, ask: Asker, word: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long answer has the call's whole time, a dead one has not."""
    monkeypatch.setattr(claude, "SILENCE_SECONDS", 0.5)
    offline.script([word])
    with timing_out(3):
        ask(timeout=30)


def test_pings_do_not_prolong_a_call(
    peer: Callable[[Speech], str], asker: Callable[[str], Asker]
) -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(HEAD)
        for _ in range(100):
            connection.sendall(event({"type": "ping"}))
            time.sleep(0.05)

    with timing_out(3):
        asker(peer(trickle))(timeout=0.8)


def test_a_peer_that_falls_silent_late_has_what_is_left_of_the_time(
    peer: Callable[[Speech], str], asker: Callable[[str], Asker]
) -> None:
    """Not a whole read timeout more, as the last byte came long after the first."""

    def fall_silent(connection: socket.socket) -> None:
        connection.sendall(HEAD)
        time.sleep(1.5)
        connection.sendall(event(START))
        connection.recv(1)

    with timing_out(2.8):
        asker(peer(fall_silent))(timeout=2)


def test_an_unwanted_answer_is_hung_up_on_and_the_reason_passes_unchanged(
    offline: OfflineModel, ask: Asker
) -> None:
    lost, asked = OwnershipLost(), []

    def wanted() -> None:
        asked.append(time.monotonic())
        if len(asked) > 2:
            raise lost

    offline.script(["hang"])
    with pytest.raises(OwnershipLost) as raised:
        ask(wanted=wanted)
    assert raised.value is lost
    assert eventually(lambda: offline.waiting() == 0, within=2), (
        "the server did not see the stream close"
    )
    assert ask().stop_reason is StopReason.COMPLETE


def test_interest_is_asked_during_pings_alone(offline: OfflineModel, ask: Asker) -> None:
    asked: list[float] = []
    offline.script(["hang"])
    with pytest.raises(TransientFailure):
        ask(timeout=2.5, wanted=lambda: asked.append(time.monotonic()))
    gaps = [later - earlier for earlier, later in itertools.pairwise(asked)]
    assert len(asked) >= 3
    assert max(gaps) < 1.5


def test_calls_at_once_do_not_wait_for_each_other(offline: OfflineModel, ask: Asker) -> None:
    offline.script(["hang", "hang"])
    held = [ask.meanwhile(timeout=1.5) for _ in range(2)]
    assert eventually(lambda: offline.waiting() == 2)
    assert ask().stop_reason is StopReason.COMPLETE
    assert all(isinstance(call.exception(5), TransientFailure) for call in held)


@pytest.mark.parametrize(
    "rest",
    [
        b"0\r\n\r\n",
        event(START) + b"0\r\n\r\n",
        event({"type": "message_stop"}) + b"0\r\n\r\n",
        event(START) + event(REASON) + b"0\r\n\r\n",
        event(START)[:20],
        b"",
    ],
    ids=["empty", "no stop", "only a stop", "a reason but no stop", "half an event", "nothing"],
)
def test_a_stream_that_ends_early_is_a_lost_connection(
    peer: Callable[[Speech], str], asker: Callable[[str], Asker], rest: bytes
) -> None:
    with pytest.raises(TransientFailure) as failed:
        asker(peer(lambda connection: connection.sendall(HEAD + rest)))()
    assert failed.value.message == CUT_OFF
