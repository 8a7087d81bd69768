"""What an inspection of open runs counts, and where it has come to. Pure."""

from dataclasses import dataclass

from shared.records.run import Run
from shared.runs.invariants import is_past_due, violates


@dataclass(frozen=True, slots=True)
class Health:
    """Counts over open runs. What cannot be read is one, and a violation."""

    open_runs: int = 0
    past_due: int = 0
    violations: int = 0

    def __add__(self, other: "Health") -> "Health":
        return Health(
            self.open_runs + other.open_runs,
            self.past_due + other.past_due,
            self.violations + other.violations,
        )


UNREADABLE = Health(open_runs=1, violations=1)


def health_of(run: Run, now: int) -> Health:
    return Health(1, int(is_past_due(run, now)), int(violates(run)))


@dataclass(frozen=True, slots=True)
class Place:
    """How far the inspection has come: which lap over all open runs, and after what ("" at a lap's
    beginning).
    """

    lap: int = 1
    position: str = ""


@dataclass(frozen=True, slots=True)
class HealthSeen:
    """The last whole lap's counts, and when it ended (ms); None when there was none yet."""

    health: Health
    at: int | None
