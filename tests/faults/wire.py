"""The wire between adapters and an in-memory AWS: it counts the calls of whoever acts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any


@dataclass
class Wire:
    """Counts the calls of whoever acts, and does what the history has at one of them."""

    actor: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    at: dict[tuple[str, int], Callable[[Callable[[], Any]], Any]] = field(default_factory=dict)

    def client(self, backend: Any, operations: tuple[str, ...]) -> Any:
        made = {name: staticmethod(partial(self._call, getattr(backend, name), name))
                for name in operations}  # fmt: skip
        return type("client", (), made)()

    def _call(self, apply: Callable[..., Any], name: str, **request: Any) -> Any:
        number = self.counts.get(self.actor, -1) + 1
        self.counts[self.actor] = number
        strike = self.at.pop((self.actor, number), None)
        return apply(**request) if strike is None else strike(partial(apply, **request))
