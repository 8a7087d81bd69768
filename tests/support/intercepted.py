"""Something that stands before a client or a store, for what the real one never does when a test
wants it: fail, lag, be slow.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

T = TypeVar("T")
Answer = Callable[..., Any]
"""Gets the real call and its arguments; gives what the caller gets."""


class _Intercepted:
    def __init__(self, target: Any, answers: dict[str, Answer]) -> None:
        self._target, self._answers = target, answers

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._target, name)
        return partial(self._answers[name], real) if name in self._answers else real


def intercepted(target: T, **answers: Answer) -> T:
    """The target, but for the calls that an answer stands in for."""
    return cast(T, _Intercepted(target, answers))
