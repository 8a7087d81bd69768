"""Numbers of an organisation: what happened on a day, and what is open now. Sums, never lists."""

from collections.abc import Mapping
from dataclasses import dataclass

OPEN = "open"
"""In the place of a day: what is open now."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one change adds to the counts of an organisation's day (`2026-11-29`), or to OPEN.

    A count's name is its parts joined by `|`: `created|diagnosis`, `code|diagnosis|LLM_ERROR`,
    `cost|diagnosis` (micro-dollars), `queued|diagnosis`, `reason|diagnosis|budget`.
    """

    org_id: str
    day: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Marked:
    """A tally and where it stands in its shard of the table's stream: it is counted once."""

    sequence: int
    tally: Tally
