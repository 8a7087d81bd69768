"""Thirty-two threads that start together, and what became of each."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

STARTERS = 32
ROUNDS = int(os.environ.get("STUDIO_RACE_ROUNDS", "5"))


class Field:
    """The starters, kept from round to round."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(STARTERS)

    def race(self, act: Callable[[int], Any], *losing: type[Exception]) -> list[Any]:
        """What those got who did not lose; `losing` is how one loses."""
        barrier = Barrier(STARTERS)

        def start(number: int) -> tuple[bool, Any]:
            barrier.wait(30)
            try:
                return True, act(number)
            except losing:
                return False, None

        return [result for has_won, result in self._pool.map(start, range(STARTERS)) if has_won]

    def close(self) -> None:
        self._pool.shutdown()
