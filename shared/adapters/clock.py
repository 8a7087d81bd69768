"""The system's clock and random source behind their ports."""

import secrets
import time
import uuid


class SystemClock:
    """Implements shared.ports.Clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class RandomIds:
    """Implements shared.ports.Ids; UUIDv7 as RFC 9562 section 5.7 has it (Python's own begins with
    3.14).
    """

    def unique(self) -> str:
        value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
        value = value & ~(0xF << 76) | 0x7 << 76
        value = value & ~(0x3 << 62) | 0x2 << 62
        return str(uuid.UUID(int=value))

    def secret(self) -> bytes:
        return secrets.token_bytes(24)

    def op(self) -> str:
        return secrets.token_urlsafe(6)
