"""A boto3 client between an adapter and the real thing, for what an AWS in the process never does by itself."""

from collections.abc import Callable
from typing import Any

Answer = Callable[[Callable[..., Any], dict[str, Any]], Any]
"""Given the real call and its arguments, what the adapter gets."""


class InterceptedClient:
    """Hands every call on, but for those that an `Answer` stands in for."""

    def __init__(self, client: Any, **answers: Answer) -> None:
        self._client, self._answers = client, answers

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        answer = self._answers.get(name)
        return real if answer is None else lambda **arguments: answer(real, arguments)
