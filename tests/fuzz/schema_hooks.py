"""Schemathesis' own doors into this fuzz; loaded by it, with its environment and no other.

The environment names a file, FUZZ_PLAN: {"tokens": who asks, "known": ids of what stands on the
stack by kind, "report": where to write how often each route gave each status}.
"""

import atexit
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID
from zlib import crc32

import schemathesis  # type: ignore[import-not-found, unused-ignore]

PLAN = json.loads(Path(os.environ["FUZZ_PLAN"]).read_text("utf-8"))
KINDS = {"a": "run", "b": "run", "confirm": "patient", "user": "person"}
"""Of what kind the thing is that a parameter or field names, where its own name does not say so."""

_answered: Counter[tuple[str, int]] = Counter()


def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Nobody waits: what a request waits for is tested elsewhere, and would take the whole time.

    Who asks, and of what, follows from what was drawn, so that a case can be played again. Three of
    four ids in a legal form become ones of what stands there; what is not an id stays.
    """
    for name in [
        name for name in case.headers or {} if name.lower() in ("prefer", "authorization")
    ]:
        del case.headers[name]
    drawn = (case.method, case.path, case.path_parameters, case.query, case.body)
    mark = crc32(repr(drawn).encode("utf-8", "backslashreplace"))
    case.headers["Authorization"] = f"Bearer {PLAN['tokens'][mark % len(PLAN['tokens'])]}"
    if mark // 7 % 4:
        for part in (case.path_parameters, case.query, case.body):
            _name_what_stands(part, mark // 31)


def after_call(context: Any, case: Any, response: Any) -> None:
    _answered[f"{case.method} {case.path}", response.status_code] += 1


@atexit.register
def _report() -> None:
    rows = [[route, status, times] for (route, status), times in sorted(_answered.items())]
    Path(PLAN["report"]).write_text(json.dumps(rows), "utf-8")


def _name_what_stands(part: Any, mark: int) -> None:
    if isinstance(part, dict):
        for name, value in part.items():
            known = PLAN["known"].get(_kind(name))
            if known and _is_id(value):
                part[name] = known[(mark + crc32(name.encode())) % len(known)]


def _kind(name: str) -> str:
    word = str(name).lower().removesuffix("id").removesuffix("_")
    return KINDS.get(word, word)


def _is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


for hook in (before_call, after_call):
    schemathesis.hook(hook)
