"""Several lists of runs read as one, newest first: each is read only as far as the merged page
needs it.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from shared.ports import Page, RunStore, Scope, Unreadable
from shared.records.run import Run

MERGED_AT_MOST = 300
"""Lists that one request merges: it has to learn of each, and to look at its newest entry."""
_SIDE_BY_SIDE = 8
_MOST_AT_ONCE = 100
Row = Run | Unreadable


@dataclass(slots=True)
class _Source:
    """One list: what has been read of it and not been taken, and where it goes on."""

    scope: Scope
    position: str | None
    read: deque[tuple[str, Row]] = field(default_factory=deque)
    is_whole: bool = False

    def fill(self, runs: RunStore, size: int) -> int:
        """Read on; how many entries were read."""
        page = runs.page(self.scope, self.position, size)
        self.read.extend((runs.position_of(row), row) for row in page.rows)
        self.position, self.is_whole = page.position, page.position is None
        return size if page.position is not None else len(page.rows)


@dataclass(slots=True)
class Merged:
    """The lists from `position` on. No more than `budget` of their entries are ever read."""

    runs: RunStore
    scopes: Sequence[Scope]
    position: str | None
    budget: int
    _sources: list[_Source] = field(default_factory=list)
    _size: int = 1

    def page(self, limit: int) -> Page:
        """The next `limit` entries, fewer where the budget ends before; its position is None at the
        end of all lists.
        """
        if not self._sources:
            self._open(limit)
        rows: list[Row] = []
        while len(rows) < limit and self._can_go_on():
            newest = max((one for one in self._sources if one.read), key=_newest, default=None)
            if newest is None:
                return Page(rows, None)
            self.position, row = newest.read.popleft()
            rows.append(row)
        is_end = all(one.is_whole and not one.read for one in self._sources)
        return Page(rows, None if is_end else self.position)

    def _open(self, limit: int) -> None:
        self._sources = [_Source(scope, self.position) for scope in self.scopes]
        share = min(-(-2 * limit // len(self.scopes)), self.budget // (2 * len(self.scopes)))
        self._size = max(1, min(share, _MOST_AT_ONCE))
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            read = pool.map(lambda one: one.fill(self.runs, self._size), self._sources)
            self.budget -= sum(read)

    def _can_go_on(self) -> bool:
        """Whether the next entry of every list is known, or could be read."""
        for source in self._sources:
            while not source.read and not source.is_whole:
                if self.budget < self._size:
                    return False
                self.budget -= source.fill(self.runs, self._size)
        return True


def _newest(source: _Source) -> str:
    return source.read[0][0]
