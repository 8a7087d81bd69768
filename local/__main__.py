"""`python -m local`: the whole of Studio Runs on this machine, at 127.0.0.1:PORT, until it is
interrupted.
"""

import argparse
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from local.errors import LocalStackError
from local.stack import Options, Stack

FAILED, REFUSED = 1, 2
HIGHEST_PORT = 65_535


def main() -> int:
    options, verbose = _options()
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if name != signal.SIGHUP or signal.getsignal(name) != signal.SIG_IGN:  # under nohup
            signal.signal(name, lambda *_: stopped.set())
    stack = Stack(options)
    try:
        stack.take_port()
    except LocalStackError as exc:
        print(f"the local stack cannot start: {exc}; PORT=N takes another", flush=True)
        return REFUSED
    options.logs.mkdir(parents=True, exist_ok=True)
    for old in options.logs.glob("*.log"):
        old.unlink()
    terminal, log_file = sys.stdout, options.logs / "api.log"
    with contextlib.ExitStack() as closing:
        if not verbose:
            log = closing.enter_context(log_file.open("a", encoding="utf-8", buffering=1))
            closing.enter_context(contextlib.redirect_stdout(log))
            closing.enter_context(contextlib.redirect_stderr(log))
        logging.basicConfig(level=logging.WARNING, format="%(name)s %(message)s", stream=sys.stderr)
        return _run(stack, stopped, lambda line: print(line, file=terminal, flush=True))


def _options() -> tuple[Options, bool]:
    usual = Options()
    parser = argparse.ArgumentParser(
        prog="python -m local", description="Studio Runs on this machine"
    )
    parser.add_argument("--port", type=_port, default=os.environ.get("PORT") or usual.port)
    parser.add_argument("--template", type=Path, default=usual.template)
    parser.add_argument(
        "--verbose", action="store_true", help="logs to the terminal instead of .local/logs"
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=usual.logs.parent / "data",
        help="the folder that keeps what is stored, a file for each port",
    )
    parser.add_argument(
        "--forgetful", action="store_true", help="begin with nothing and keep nothing"
    )
    given = parser.parse_args()
    keeps = given.port != 0 and not given.forgetful
    return Options(
        port=given.port,
        template=given.template,
        logs=usual.logs / str(given.port),
        data=given.data / f"{given.port}.pickle" if keeps else None,
        fresh=os.environ.get("FRESH", "") not in ("", "0"),
    ), given.verbose


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{port} is no port: 0 to {HIGHEST_PORT}")
    return port


def _run(stack: Stack, stopped: threading.Event, say: Callable[[str], None]) -> int:
    try:
        address = stack.start()
    except LocalStackError as exc:
        say(f"the local stack cannot start: {exc}")
        return FAILED
    try:
        for line in (*stack.keeper.notes, f"console {address}/console/", f"ready {address}"):
            say(line)
        stopped.wait()
        stack.stop()
    except LocalStackError as exc:
        say(f"what the local stack held was last kept before its end: {exc}")
        return FAILED
    finally:
        stack.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
