"""One version's functions, called from outside: `python act.py ANSWERS` with that version on the
path, and on stdin `{"kill_at": step or null, "calls": [[function, event], ...]}`.

It knows nothing but handlers and one hook, so that any version can be asked. What they answer goes
to the file ANSWERS; a process that dies at the step leaves what it had answered.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

KILLED = 137


class Context:
    """What handlers and Powertools ask of Lambda's context."""

    function_name, memory_limit_in_mb = "rehearsal", "512"
    invoked_function_arn, aws_request_id = "arn:aws:lambda:eu-central-1:1:function:x", "r"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 270_000


class Kill:
    def __init__(self, step: str) -> None:
        self._step = step

    def before(self, step: str) -> None:
        if step == self._step:
            os._exit(KILLED)

    def after(self, step: str) -> None: ...


def main(answers: Path) -> None:
    asked = json.load(sys.stdin)
    if asked["kill_at"]:
        import_module("shared.bootstrap").use_step_probe(Kill(asked["kill_at"]))
    given: list[Any] = []
    for function, event in asked["calls"]:
        handler = import_module(f"functions.{function}.handler").handler
        given.append(handler(event, Context()))
        answers.write_text(json.dumps(given, default=str), encoding="utf-8")


main(Path(sys.argv[1]))
