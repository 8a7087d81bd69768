"""Reads a FHIR R4 Bundle that may be anything: wrong types, nulls, missing parts, cycles.

Every function here is total: what is not as FHIR says is as if it were absent. Nothing recurses
into the bundle but the opening of bundles within bundles, which is bounded. Must never know what
the data means or who may see it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from shared.workflows.diagnosis.scrub import plain_number

Resource = Mapping[str, Any]
_SIMPLE = (str, int, float, list)
_NUMERAL = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
NESTED_LIMIT = 8
"""How many bundles deep entries are looked for."""


def is_true(value: Any) -> bool:
    """A FHIR boolean that holds, also where a careless converter wrote it as a text."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def mapping(value: Any) -> Mapping[str, Any]:
    # Nearly always a dict or nothing, which is told far quicker than any Mapping.
    if type(value) is dict:
        return value
    return {} if value is None or isinstance(value, _SIMPLE) else mapping_of_other(value)


def mapping_of_other(value: Any) -> Mapping[str, Any]:
    """What is no dict and may yet be an object, made in memory."""
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """A list as it is; a lone object, where FHIR wants a list, as a list of one."""
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return list(value)
    return [value] if isinstance(value, Mapping) else []


def mappings(value: Any) -> list[Mapping[str, Any]]:
    if value is None:
        return []
    if type(value) is dict:
        return [value]
    return [item for item in items(value) if type(item) is dict or isinstance(item, Mapping)]


def text(value: Any) -> str | None:
    """A string with something in it, without the white space around it."""
    return value.strip() or None if type(value) is str else None


def texts(value: Any) -> list[str]:
    found = value if isinstance(value, list | tuple) else [value]
    return [said for said in map(text, found) if said]


def number(value: Any) -> int | float | str | None:
    """A finite number; a numeral in a string, which careless converters leave, stays a string."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        return plain_number(value)
    return value if isinstance(value, str) and _NUMERAL.fullmatch(value) else None


def resource_type(resource: Resource) -> str:
    return text(resource.get("resourceType")) or "Unknown"


@dataclass(frozen=True, eq=False)
class Entry:
    """An entry of a bundle, or of a bundle within it.

    `place`: where it stands, as `entry[3].resource.entry[0]`. `history`: whether its bundle is one,
    which lists the newest version first. `position` counts the entries of all bundles.
    """

    value: Mapping[str, Any]
    place: str
    history: bool
    position: int
    has_rules: bool = False
    """Whether its bundle, or one around it, has implicitRules, which may change what all of it
    means.
    """

    @cached_property
    def resource(self) -> Resource:
        return mapping(self.value.get("resource"))

    @property
    def method(self) -> str:
        """The upper-case method of its request; empty without one."""
        return (text(mapping(self.value.get("request")).get("method")) or "").upper()

    def held(self) -> "list[Held]":
        """Its resource and those contained in it."""
        return self._held

    @cached_property
    def _held(self) -> "list[Held]":
        resource = self.resource
        if not resource:
            return []
        url = text(self.value.get("fullUrl"))
        inside = mappings(resource.get("contained"))
        return [Held(one, resource, url, self) for one in (resource, *inside)]


@dataclass(frozen=True, eq=False)
class Opened:
    """All entries outside nested bundles and in them, and the bundles, each with its place."""

    entries: list[Entry] = field(default_factory=list)
    bundles: list[tuple[str, Resource]] = field(default_factory=list)
    too_deep: int = 0


def opened(bundle: Any) -> Opened:
    """The bundle's entries, those of bundles within it among them, in their order."""
    found = Opened()
    too_deep = 0
    # A stack instead of recursion: a bundle may be nested deeper than the interpreter's own.
    waiting: list[tuple[str, Resource, int, bool]] = [("", mapping(bundle), 0, False)]
    while waiting:
        place, one, depth, has_rules = waiting.pop()
        has_rules = has_rules or text(one.get("implicitRules")) is not None
        found.bundles.append((place, one))
        history = text(one.get("type")) == "history"
        inner = []
        for index, value in enumerate(mappings(one.get("entry"))):
            where = f"{place}entry[{index}]"
            entry = Entry(value, where, history, len(found.entries), has_rules)
            if resource_type(entry.resource) != "Bundle":
                found.entries.append(entry)
            elif depth < NESTED_LIMIT:
                inner.append((f"{where}.resource.", entry.resource, depth + 1, has_rules))
            else:
                too_deep += 1
        waiting += reversed(inner)
    return Opened(found.entries, found.bundles, too_deep)


@dataclass(frozen=True, eq=False)
class Held:
    """A resource and the one that contains it, in whose scope its `#id` references stand."""

    resource: Resource
    container: Resource
    full_url: str | None = None
    entry: Entry | None = None

    @cached_property
    def type(self) -> str:
        return resource_type(self.resource)

    @property
    def is_contained(self) -> bool:
        return self.container is not self.resource


class Record:
    """Everything that a bundle holds, whatever its state and whosever it is.

    What is to be told about the patient is chosen in `chart`; what would identify anybody is looked
    for in all of it.
    """

    def __init__(self, found: Opened) -> None:
        self.opened = found
        self.held = [held for entry in self.opened.entries for held in entry.held()]
        self.patients = [
            held for held in self.held if held.type == "Patient" and not held.is_contained
        ]


def patient_keys(patient: Held) -> set[str]:
    """The ids by which a reference may name the patient."""
    url = patient.full_url or ""
    keys = {
        text(patient.resource.get("id")),
        url.removeprefix("urn:uuid:").removeprefix("urn:oid:").rstrip("/").split("/")[-1],
    }
    return {key for key in keys if key}
