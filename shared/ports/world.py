"""Time, names, messages and limits."""

from typing import Protocol

from shared.records.run import Run


class Clock(Protocol):
    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""

    def sleep(self, seconds: float) -> None: ...


class Ids(Protocol):
    def unique(self) -> str:
        """A new UUIDv7 (RFC 9562), canonical text."""

    def secret(self) -> bytes:
        """24 bytes that nobody can guess."""

    def op(self) -> str:
        """A short random name for one write."""


class Doorbell(Protocol):
    def ring(self, run: Run, delay_ms: int = 0) -> None:
        """Tell a worker to look at the run.

        Carries its id and nothing else; losing or repeating it is harmless.
        """

    def ask_for_probe(self, gate: str) -> None:
        """Tell a worker to find out whether a provider's model lets calls in again. Carries the
        gate's name.
        """


class DeadLetters(Protocol):
    def bury(self, body: str) -> None:
        """Keep a message that no worker can read, for a person to look at."""


class Quota(Protocol):
    def admit(self, org_id: str, person: str) -> None:
        """Take one of the person's tokens.

        Raises RateLimited with the seconds until there is one.
        """


class StepProbe(Protocol):
    """Sees each step begin and end (before its checkpoint). Deployed, it does nothing."""

    def before(self, step: str) -> None: ...

    def after(self, step: str) -> None: ...
