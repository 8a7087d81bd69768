"""One cold invocation, as a process: `python -S bench/cold_child.py FUNCTION EVENT FD`, its
artifact on the path. Writes to FD what import and first request took, and ends in os._exit, as a
execution environment is frozen and never leaves its interpreter.
"""

import sys
import time


class _Context:
    """What the handlers and Powertools ask of Lambda's context."""

    function_name, memory_limit_in_mb = "cold", "512"
    invoked_function_arn, aws_request_id = "arn:aws:lambda:eu-central-1:1:function:cold", "r"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 270_000


def _form(value: object) -> object:
    """A JSON value without what differs from one request to the next: ids and moments."""
    if isinstance(value, dict):
        return {name: _form(held) for name, held in value.items()}
    return [_form(held) for held in value] if isinstance(value, list) else type(value).__name__


def main(name: str, path: str, told: int) -> None:
    from importlib import import_module

    handler = import_module(f"functions.{name}.handler").handler
    started = time.process_time()
    import json
    import os

    with open(path, encoding="utf-8") as file:
        event = json.load(file)
    answer = handler(event, _Context())
    ended = time.process_time()
    status = answer.get("statusCode", 200)
    body = answer.get("body", "")
    shown = _form(json.loads(body)) if body.startswith("{") else [len(body), _form(answer)]
    line = [status, shown, started, ended - started]
    os.write(told, json.dumps(line).encode())
    os._exit(0)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
