"""Counts in memory, with the last record that was counted of every shard."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from shared.records.counts import OPEN, Marked


class InMemoryCountsStore:
    """Implements shared.ports.CountsStore."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._last: dict[tuple[str, str, str], int] = {}

    def add(self, shard: str | None, marked: Sequence[Marked], now: int) -> None:
        before = dict(self._last)
        for one in marked:
            place = one.tally.org_id, one.tally.day
            if shard is not None:
                if one.sequence <= before.get((*place, shard), -1):
                    continue
                self._last[(*place, shard)] = one.sequence
            self._counts[place].update(one.tally.counts)

    def days(self, org_id: str, first: str, last: str) -> Mapping[str, Mapping[str, int]]:
        return {
            day: _plain(counts)
            for (org, day), counts in sorted(self._counts.items())
            if org == org_id and first <= day <= last and day != OPEN
        }

    def open(self, org_id: str) -> Mapping[str, int]:
        return _plain(self._counts[org_id, OPEN])

    def put(self, org_id: str, day: str, counts: Mapping[str, int]) -> None:
        self._counts[org_id, day] = Counter(counts)


def _plain(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: number for name, number in counts.items() if number}
