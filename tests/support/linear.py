"""How the work for a text grows with it: counted in lines of Python executed, which no slow machine
changes.
"""

import sys
from collections.abc import Callable
from typing import Any

SIZE = 1_000


def lines_of(work: Callable[[], Any]) -> int:
    """How many lines of Python a piece of work executes."""
    count = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def grows(work: Callable[[int], Any]) -> float:
    """How many times the work for twice the size is that for the size."""
    work(10)
    one, two = lines_of(lambda: work(SIZE)), lines_of(lambda: work(2 * SIZE))
    return two / max(one, 200)
