"""How many runs a project has: what the project itself says of the old ones, and what is read of
the list of the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.adapters.dynamodb.items import Item, plain

_BEGUN = "ff"
"""No position in a list begins so: the runs of the project after it were counted in part."""
_COUNT, _ORDER = 16, 48


@dataclass(frozen=True, slots=True)
class Tally:
    """As far as the list was read: the number of runs, the list's place of the newest of them, and
    the position where it goes on, None at its end.
    """

    count: int
    newest: bytes | None
    position: str | None

    def with_more(self, entries: Sequence[Item], position: str | None) -> "Tally":
        newest = plain(entries[-1])["o"] if entries else self.newest
        return Tally(self.count + len(entries), newest, position)

    def position_of_project(self, values: Item) -> str:
        """The position of a page that begins with this project, and goes on counting its runs."""
        return f"{_BEGUN}{self.count:0{_COUNT}x}{self.position}{values['o'].hex()}"


def settled(values: Item) -> Tally:
    """What a project's own tally says, and where it goes on."""
    order = values.get("ro")
    return Tally(values["rc"], order, None if order is None else order.hex())


def begun_at(position: str | None) -> tuple[str | None, Tally | None]:
    """(where a list of projects goes on, what was counted already of the first one there)."""
    if position is None or not position.startswith(_BEGUN):
        return position, None
    text = position.removeprefix(_BEGUN)
    count, order, project = text[:_COUNT], text[_COUNT:][:_ORDER], text[_COUNT + _ORDER :]
    # A byte more than the project's place, so that what stands below begins with the project.
    return f"{project}00", Tally(int(count, 16), bytes.fromhex(order), order)
