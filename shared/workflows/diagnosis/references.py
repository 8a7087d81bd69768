"""How one resource names another: references in one spelling, and what they lead to.

Knows nothing of what the resources mean.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shared.workflows.diagnosis.fhir import Held, mapping, mappings, text

_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UUID_LENGTH = 36
_PLAIN_ID = re.compile(r"[A-Za-z0-9\-.]+")
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_ABSOLUTE = re.compile(r"(?i)https?://(.+)")


@dataclass(frozen=True, slots=True)
class Name:
    """A reference in parts: the server's base without its scheme, the type, the id; None where
    unsaid.
    """

    server: str | None
    type: str | None
    id: str


@lru_cache(maxsize=65_536)
def named(reference: str, server: str | None = None) -> Name:
    """`Patient/p1`, `urn:uuid:...`, `https://a.example/Patient/p1/_history/2` as a Name.

    `server`: where a relative reference stands. UUIDs are in lower case.
    """
    plain = reference.strip().partition("/_history/")[0].partition("?")[0].rstrip("/")
    absolute = _ABSOLUTE.fullmatch(plain)
    if absolute:
        plain, server = absolute[1], None
    elif plain.lower().startswith(("urn:uuid:", "urn:oid:")):
        return Name(None, None, _spelt(plain.split(":", 2)[2]))
    parts = plain.split("/")
    kind = parts[-2] if len(parts) > 1 and _TYPE.fullmatch(parts[-2]) else None
    if absolute:
        base = "/".join(parts[: -2 if kind else -1])
        host, slash, path = base.partition("/")
        server = host.lower() + slash + path
    own = parts[-1]
    if own.lower().startswith(("urn:uuid:", "urn:oid:")):
        own = own.split(":", 2)[2]
    return Name(server, kind, _spelt(own))


def server_of(full_url: str | None) -> str | None:
    """The base of the server on which an entry with this fullUrl stands; None for `urn:` and
    none.
    """
    return named(full_url).server if full_url else None


def spelt_id(resource: Any) -> str | None:
    """A resource's id as references spell it: without its type or `urn:uuid:`."""
    own = text(mapping(resource).get("id"))
    if own and _PLAIN_ID.fullmatch(own):
        return _spelt(own)
    return named(own).id if own else None


def is_uuid(own: str) -> bool:
    """Whether an id is one that no two servers give to different resources."""
    return len(own) == _UUID_LENGTH and _UUID.fullmatch(own) is not None


def _spelt(value: str) -> str:
    return value.lower() if is_uuid(value) else value


class References:
    """Finds what a reference leads to among the resources that may be read."""

    def __init__(self, held: Iterable[Held]) -> None:
        self._index: dict[tuple[str | None, str | None, str], Held | None] = {}
        self._contained: dict[int, dict[str, Held | None]] = {}
        for one in held:
            if one.is_contained:
                own = self._contained.setdefault(id(one.container), {})
                self._put(own, text(one.resource.get("id")), one)
            else:
                for key in _keys(one):
                    self._put(self._index, key, one)

    def _put(self, index: dict[Any, Held | None], key: Any, held: Held) -> None:
        # Two resources under one name: whichever were taken, the answer would depend on their
        # order.
        if key is not None and index.setdefault(key, held) is not held:
            index[key] = None

    def find(self, reference: Any, within: Held) -> Held | None:
        """What a Reference names: contained `#id`, `urn:uuid:`, relative or absolute; None if not
        here.
        """
        said = text(mapping(reference).get("reference"))
        if said is None:
            return None
        if said.startswith("#"):
            return self._contained.get(id(within.container), {}).get(said[1:])
        name = named(said, server_of(within.full_url))
        exact = self._index.get((name.server, name.type, name.id))
        found = exact or self._index.get((None, name.type, name.id))
        return found if found and _same_server(name, found) else None

    def all(self, value: Any, within: Held) -> list[Held]:
        """What a list of References leads to, without what is not here."""
        found = (self.find(one, within) for one in mappings(value))
        return [one for one in found if one is not None]


def _same_server(name: Name, held: Held) -> bool:
    """Whether the reference may lead there: the same id on another server is another resource."""
    return None in (name.server, server := server_of(held.full_url)) or name.server == server


def _keys(held: Held) -> set[tuple[str | None, str | None, str]]:
    own = spelt_id(held.resource)
    keys: set[tuple[str | None, str | None, str]] = set()
    if held.full_url:
        name = named(held.full_url)
        keys |= {(name.server, name.type, name.id), (None, name.type, name.id)}
    if own:
        server = server_of(held.full_url)
        keys |= {(server, held.type, own), (None, held.type, own), (None, None, own)}
    return keys
