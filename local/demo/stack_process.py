"""The local stack as a user starts it: a process of its own on a free port, stopped with whoever
started it.
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY_SECONDS = 90


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_stack(*options: str) -> Iterator[str]:
    """The URL of a stack that answers; stopped on leaving. Without options it is forgetful."""
    port = free_port()
    env = {k: v for k, v in os.environ.items() if k != "ANTHROPIC_API_KEY"} | {"PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "local", *(options or ("--forgetful",))],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield _ready_url(process)
    finally:
        process.terminate()
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()


def _ready_url(process: subprocess.Popen[str]) -> str:
    lines: list[str] = []
    found = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if line.startswith("ready "):
                break
        found.set()

    threading.Thread(target=read, daemon=True).start()
    assert found.wait(READY_SECONDS), "the local stack did not get ready in time"
    last = lines[-1] if lines else ""
    assert last.startswith("ready "), "the local stack did not start:\n" + "".join(lines)
    return last.split()[1]
