"""Several lists of runs read as one, newest first: each is read only as far as the merged page
needs it.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from shared.ports import Only, Page, RunStore, Scope

MERGED_AT_MOST = 300
"""Lists that one request merges: it has to learn of each, and to look at its newest entry."""
_SIDE_BY_SIDE = 8
_MOST_AT_ONCE = 100


@dataclass(slots=True)
class _Source:
    """One list: the places in it that have been read and not been taken, where it goes on, and how
    many entries are read of it the next time.
    """

    scope: Scope
    position: str | None
    size: int
    read: deque[str] = field(default_factory=deque)
    is_whole: bool = False

    def fill(self, runs: RunStore, at_most: int) -> int:
        """Read on, each time twice as far; how many entries were read."""
        found, self.position = runs.places(self.scope, self.position, min(self.size, at_most))
        self.size = min(2 * self.size, _MOST_AT_ONCE)
        self.read.extend(found)
        self.is_whole = self.position is None
        return len(found)


@dataclass(slots=True)
class Merged:
    """The lists from `position` on. No more than `budget` of their entries are ever read."""

    runs: RunStore
    scopes: Sequence[Scope]
    position: str | None
    budget: int
    _sources: list[_Source] = field(default_factory=list)

    def page(self, limit: int, only: Only | None = None) -> Page:
        """The next `limit` entries, fewer where the budget ends before; its position is None at the
        end of all lists. With `only`, others may be left out of them.
        """
        if not self._sources:
            self._open(limit)
        places: list[str] = []
        while len(places) < limit and self._can_go_on():
            newest = max((one for one in self._sources if one.read), key=_newest, default=None)
            if newest is None:
                return Page(self.runs.at(places, only=only), None)
            self.position = newest.read.popleft()
            places.append(self.position)
        is_end = all(one.is_whole and not one.read for one in self._sources)
        return Page(self.runs.at(places, only=only), None if is_end else self.position)

    def _open(self, limit: int) -> None:
        share = min(-(-2 * limit // len(self.scopes)), self.budget // (2 * len(self.scopes)))
        size = max(1, min(share, _MOST_AT_ONCE))
        self._sources = [_Source(scope, self.position, size) for scope in self.scopes]
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            self.budget -= sum(pool.map(lambda one: one.fill(self.runs, size), self._sources))

    def _can_go_on(self) -> bool:
        """Whether the next entry of every list is known, or could be read."""
        for source in self._sources:
            while not source.read and not source.is_whole:
                if self.budget <= 0:
                    return False
                self.budget -= source.fill(self.runs, self.budget)
        return True


def _newest(source: _Source) -> str:
    return source.read[0]
