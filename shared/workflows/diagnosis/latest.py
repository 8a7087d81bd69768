"""Which version of a resource counts, when a bundle holds several or says that it was deleted.

A history is no state: of one resource only the last version is so. Earlier ones are never shown,
not even when the last was entered in error.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.dates import instant_of
from shared.workflows.diagnosis.fhir import Entry, Held, mapping, mappings, text
from shared.workflows.diagnosis.references import Name, named, spelt_id

_NO_STATE = {"GET", "HEAD", "PATCH"}
_Key = tuple[str, ...]


@dataclass(frozen=True)
class Latest:
    """What counts, with what it contains; and how many were put aside, by reason.

    `unclear`: resources that stand under one name with different content and no version.
    """

    held: list[Held]
    aside: Counter[str]
    unclear: int


def latest(entries: Sequence[Entry]) -> Latest:
    """The last version of every resource."""
    aside = Counter[str]()
    deletions = [_deletion(entry) for entry in entries if entry.method == "DELETE"]
    stated = [entry for entry in entries if entry.resource and entry.method != "DELETE"]
    stating = [entry for entry in stated if entry.method not in _NO_STATE]
    aside["without_state"] = len(stated) - len(stating)
    kept: list[Entry] = []
    unclear = 0
    deleted = _Deleted(deletions)
    for group in _groups(stating):
        if any(map(deleted.holds, group)):
            aside["deleted"] += len(group)
            continue
        last = _last(group)
        aside["earlier_versions"] += len(group) - len(last)
        once = _once(last)
        aside["duplicates"] += len(last) - len(once)
        unclear += len(once) > 1
        kept += once
    aside["deleted"] += deleted.unused()
    kept.sort(key=lambda entry: entry.position)
    held = [one for entry in kept for one in entry.held()]
    return Latest(held, +aside, unclear)


def _groups(entries: Sequence[Entry]) -> list[list[Entry]]:
    """The entries of one resource together: of one type and id, or of one fullUrl."""
    servers: dict[_Key, set[str]] = defaultdict(set)
    for entry in entries:
        name, key = _url_name(entry), _id_key(entry)
        if key and name and name.server:
            servers[key].add(name.server)
    root: dict[_Key, _Key] = {}
    keyed = [
        (entry, _entry_keys(entry, position, servers)) for position, entry in enumerate(entries)
    ]
    for _, keys in keyed:
        first = _root(root, keys[0])
        for key in keys[1:]:
            root[_root(root, key)] = first
    groups: dict[_Key, list[Entry]] = defaultdict(list)
    for entry, keys in keyed:
        groups[_root(root, keys[0])].append(entry)
    return list(groups.values())


def _root(root: dict[_Key, _Key], key: _Key) -> _Key:
    while (above := root.setdefault(key, key)) != key:
        root[key] = root[above]
        key = above
    return key


def _entry_keys(entry: Entry, position: int, servers: dict[_Key, set[str]]) -> list[_Key]:
    name, own = _url_name(entry), _id_key(entry)
    keys: list[_Key] = []
    if own:
        # One id on two servers is two resources; on one server, said or not, it is one.
        several = len(servers[own]) > 1
        server = name.server if name and name.server and several else ""
        keys.append((*own, server or ""))
    if name:
        # A careless exporter gives one fullUrl to all; resources of two types are never one.
        kind = text(entry.resource.get("resourceType")) or ""
        keys.append(("url", name.server or "", name.type or "", name.id, kind))
    return keys or [("position", str(position))]


def _url_name(entry: Entry) -> Name | None:
    url = text(entry.value.get("fullUrl"))
    return named(url) if url else None


def _id_key(entry: Entry) -> _Key | None:
    own = spelt_id(entry.resource)
    return (text(entry.resource.get("resourceType")) or "", own) if own else None


def _last(group: list[Entry]) -> list[Entry]:
    """The versions that nothing orders before another: one, as a rule."""
    if len(group) == 1:
        return group
    for order in (_version, _updated, _history_order):
        ranks = [order(entry) for entry in group]
        if len(group) > 1 and None not in ranks:
            highest = max(ranks)
            group = [entry for entry, rank in zip(group, ranks, strict=True) if rank == highest]
    return group


def _version(entry: Entry) -> Any:
    said = text(mapping(entry.resource.get("meta")).get("versionId"))
    return int(said) if said and said.isdecimal() and len(said) < 19 else None


def _updated(entry: Entry) -> Any:
    return instant_of(mapping(entry.resource.get("meta")).get("lastUpdated")) or None


def _history_order(entry: Entry) -> Any:
    return -entry.position if entry.history else None


def _once(entries: list[Entry]) -> list[Entry]:
    if len(entries) == 1:
        return entries
    different: dict[Any, Entry] = {}
    for entry in entries:
        different.setdefault(_content(entry), entry)
    return list(different.values())


def _content(entry: Entry) -> Any:
    """What the resource says, without what is said about it. A nesting too deep to compare is its
    own.
    """
    try:
        return canonical_json({key: entry.resource[key] for key in entry.resource if key != "meta"})
    except (TypeError, ValueError):
        return entry.position


@dataclass(frozen=True)
class _Deletion:
    names: list[Name]
    kind: str | None = None
    identifier: str | None = None


def _deletion(entry: Entry) -> _Deletion:
    """What an entry with request.method DELETE names: by its fullUrl, its URL, its resource or a
    query.
    """
    url = text(mapping(entry.value.get("request")).get("url")) or ""
    path, _, query = url.partition("?")
    criteria = dict(part.partition("=")[::2] for part in query.split("&") if "=" in part)
    if "identifier" in criteria:
        return _Deletion([], path.strip("/").split("/")[-1], criteria["identifier"])
    said = [text(entry.value.get("fullUrl")), path or None]
    names = [named(one) for one in said if one]
    own = spelt_id(entry.resource)
    kind = text(entry.resource.get("resourceType"))
    return _Deletion([*names, Name(None, kind, own)] if own else names)


class _Deleted:
    def __init__(self, deletions: Iterable[_Deletion]) -> None:
        self._names: dict[tuple[str | None, str], set[int]] = defaultdict(set)
        self._queries: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._used: set[int] = set()
        self._count = 0
        for number, deletion in enumerate(deletions):
            self._count += 1
            for name in deletion.names:
                self._names[name.type, name.id].add(number)
            if deletion.kind and deletion.identifier:
                self._queries[deletion.kind, deletion.identifier].add(number)

    def holds(self, entry: Entry) -> bool:
        if not self._count:
            return False
        found = set().union(*self._found(entry))
        self._used |= found
        return bool(found)

    def _found(self, entry: Entry) -> Iterable[set[int]]:
        kind = text(entry.resource.get("resourceType")) or ""
        for name in (_url_name(entry), Name(None, kind, spelt_id(entry.resource) or "")):
            if name:
                yield self._names.get((name.type, name.id), set())
                yield self._names.get((None, name.id), set()) if name.type else set()
        for identifier in mappings(entry.resource.get("identifier")):
            value = text(identifier.get("value")) or ""
            system = text(identifier.get("system")) or ""
            for query in (f"{system}|{value}", value):
                yield self._queries.get((kind, query), set())

    def unused(self) -> int:
        """Deletions of what the bundle does not hold."""
        return self._count - len(self._used)
