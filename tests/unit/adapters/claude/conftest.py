"""The real SDK against real servers on loopback: the offline model, and peers that say exactly the
bytes a test wants.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.support.model_peers import Speech, ask, asker, clock, offline, read_request

__all__ = ["ask", "asker", "clock", "offline"]


@pytest.fixture
def peer() -> Iterator[Callable[[Speech], str]]:
    """Serve one connection: read its request, then let the speech say whatever bytes it likes."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def converse(speech: Speech) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(10)
            read_request(connection)
            with contextlib.suppress(OSError):
                speech(connection)

    def start(speech: Speech) -> str:
        threads.append(threading.Thread(target=converse, args=(speech,)))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for thread in threads:
        thread.join(10)
    listener.close()
