"""Lists as iterators: rows one after another, pages fetched when they are needed."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from studio_runs_client.transport import Transport

Row = TypeVar("Row")


class Pages(Generic[Row]):
    """A list. Iterate over it for its rows, over `pages()` for lists of rows. It may be iterated
    again, which asks again.
    """

    def __init__(
        self,
        transport: Transport,
        path: str,
        plural: str,
        read: Callable[[Any], Row],
        query: Mapping[str, Any] | None = None,
    ) -> None:
        self._transport, self._path, self._plural = transport, path, plural
        self._read, self._query = read, dict(query or {})

    def __iter__(self) -> Iterator[Row]:
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[list[Row]]:
        """Page by page. A page may be short or empty and still have a next one."""
        query = dict(self._query)
        while True:
            data = self._transport.call("GET", self._path, query=query).data
            yield [self._read(row) for row in data[self._plural]]
            if not data.get("next_cursor"):
                return
            query["cursor"] = data["next_cursor"]

    def first(self) -> Row | None:
        """The first row; None for an empty list."""
        return next(iter(self), None)
