"""What a POST creates shares one space of ids, whatever its kind, so that a reused Idempotency-Key
meets its first use.
"""

from shared.errors import IdempotencyKeyReused


class Things:
    """id -> kind, for the fakes that create things. Their callers hold a lock."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}

    def claim(self, identifier: str, kind: str) -> None:
        """Raises IdempotencyKeyReused when another kind of thing has this id."""
        if self._kinds.setdefault(identifier, kind) != kind:
            raise IdempotencyKeyReused

    def is_claimed(self, identifier: str) -> bool:
        return identifier in self._kinds

    def release(self, identifier: str) -> None:
        """What had it was erased without a trace."""
        self._kinds.pop(identifier, None)
