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


def main() -> int:
    options, verbose = _options()
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
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
        return _run(Stack(options), stopped, lambda line: print(line, file=terminal, flush=True))


def _options() -> tuple[Options, bool]:
    usual = Options()
    parser = argparse.ArgumentParser(
        prog="python -m local", description="Studio Runs on this machine"
    )
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or usual.port))
    parser.add_argument("--template", type=Path, default=usual.template)
    parser.add_argument(
        "--verbose", action="store_true", help="logs to the terminal instead of .local/logs"
    )
    given = parser.parse_args()
    return Options(
        port=given.port, template=given.template, logs=usual.logs / str(given.port)
    ), given.verbose


def _run(stack: Stack, stopped: threading.Event, say: Callable[[str], None]) -> int:
    try:
        address = stack.start()
        say(f"console {address}/console/")
        say(f"ready {address}")
        stopped.wait()
    except LocalStackError as exc:
        say(f"the local stack cannot start: {exc}")
        return 1
    finally:
        stack.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
