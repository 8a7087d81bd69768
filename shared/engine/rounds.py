"""A page of more lists than one request can merge, newest first over all of them.

Each request merges some of the lists and keeps the best that was found so far in its cursor; the
one that comes to the last of them answers the page, and those before it empty ones. So a request
reads a bounded number of entries, however many lists there are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from shared.engine.listing import Filtered, Keep, Reader, kept
from shared.engine.merging import MERGED_AT_MOST
from shared.ports import Only, Scope
from shared.records.run import Run

Lists = Callable[[str | None, int], tuple[Sequence[Scope], str | None]]
"""(place, so many) -> the next lists from a place on, and the place after them, None at the end."""
_MARK = "ff"
"""No position in a list begins so."""
_PLACE = 48


@dataclass(frozen=True, slots=True)
class Round:
    """One page under way, of at most `limit` rows after `start`. Positions are hex, "" the head of
    a list.

    `best`: where the newest rows stand that were found in the lists before `place`. Of what is
    older than `floor` not all was looked at. `asked`: what was asked for.
    """

    start: str
    limit: int
    asked: str
    place: str = ""
    floor: str = ""
    best: tuple[str, ...] = ()

    @property
    def until(self) -> str:
        """What is as old as this has no part in the page."""
        return max(self.floor, self.best[-1] if len(self.best) == self.limit else "")

    def position(self) -> str:
        """As a cursor holds it."""
        parts = [bytes.fromhex(self.start), bytes.fromhex(self.floor)]
        parts += [self.place.encode(), self.asked.encode()]
        framed = b"".join(bytes([len(part)]) + part for part in parts)
        return f"{_MARK}{self.limit:02x}{framed.hex()}{''.join(self.best)}"


def round_at(position: str | None, limit: int, asked: str) -> Round:
    """The round that a cursor's position goes on with, or one that begins there. What was found for
    another question serves no longer.
    """
    if position is None or not position.startswith(_MARK):
        return Round(position or "", limit, asked)
    data = bytes.fromhex(position)[1:]
    size, data, parts = data[0], data[1:], []
    for _ in range(4):
        parts.append(data[1 : 1 + data[0]])
        data = data[1 + data[0] :]
    start, floor, place, was_asked = parts
    if was_asked.decode() != asked:
        return Round(start.hex(), limit, asked)
    text = data.hex()
    best = tuple(text[at : at + _PLACE] for at in range(0, len(text), _PLACE))
    return Round(start.hex(), size, asked, place.decode(), floor.hex(), best)


@dataclass(frozen=True, slots=True)
class Rounds:
    reader: Reader

    def page(
        self,
        lists: Lists,
        position: str | None,
        limit: int,
        matches: Callable[[list[Run]], list[Run]],
        asked: str = "",
        *,
        unreadable: Keep | None = None,
        only: Only | None = None,
    ) -> Filtered:
        """As the reader's page, over any number of lists; `asked` tells one question to it from
        another.
        """
        before = round_at(position, limit, asked)
        scopes, place = lists(before.place or None, MERGED_AT_MOST)
        found = self.reader.page(
            scopes,
            before.start or None,
            before.limit,
            matches,
            unreadable=unreadable,
            only=only,
            until=before.until,
            spent=len(scopes) + len(before.best),
        )
        if place is None and not before.place:
            return found
        after = self._with(before, found, place)
        if place is not None:
            return Filtered([], after.position())
        rows = kept(self.reader.runs.at(after.best[:limit]), matches, unreadable)
        return Filtered(rows, _end(after, limit))

    def _with(self, before: Round, found: Filtered, place: str | None) -> Round:
        floor = max(before.floor, found.position or "")
        places = {*before.best, *map(self.reader.runs.position_of, found.rows)}
        best = sorted((one for one in places if one >= floor), reverse=True)[: before.limit]
        return replace(before, place=place or "", floor=floor, best=tuple(best))


def _end(done: Round, limit: int) -> str | None:
    """Where the page after this one begins."""
    most = min(limit, done.limit)
    return done.best[most - 1] if len(done.best) >= most else done.floor or None
