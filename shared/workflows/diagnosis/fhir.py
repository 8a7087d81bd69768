"""Reads a FHIR R4 Bundle that may be anything: wrong types, nulls, missing parts, cycles.

Every function here is total: what is not as FHIR says is as if it were absent. Nothing recurses into the bundle.
Must never know what the data means or who may see it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.workflows.diagnosis.scrub import plain_number

Resource = Mapping[str, Any]
_NUMERAL = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_CONTAINED_LIMIT = 200


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """A list as it is; a lone object, where FHIR wants a list, as a list of one."""
    if isinstance(value, list | tuple):
        return list(value)
    return [value] if isinstance(value, Mapping) else []


def mappings(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in items(value) if isinstance(item, Mapping)]


def text(value: Any) -> str | None:
    """A string with something in it, without the white space around it."""
    return value.strip() or None if isinstance(value, str) else None


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
class Held:
    """A resource and the one that contains it, in whose scope its `#id` references stand."""

    resource: Resource
    container: Resource
    full_url: str | None = None

    @property
    def type(self) -> str:
        return resource_type(self.resource)


def held_resources(bundle: Any) -> Iterator[Held]:
    """Every resource of the bundle's entries and those contained in them."""
    for entry in mappings(mapping(bundle).get("entry")):
        resource = mapping(entry.get("resource"))
        if not resource:
            continue
        yield Held(resource, resource, text(entry.get("fullUrl")))
        for contained in mappings(resource.get("contained"))[:_CONTAINED_LIMIT]:
            yield Held(contained, resource)


def _local_name(reference: str) -> str:
    """`Type/id` of a relative or absolute reference, whatever server and version it names; otherwise the reference itself."""
    parts = reference.partition("/_history/")[0].partition("?")[0].rstrip("/").split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 else reference


def _same(one: Any, other: Any) -> bool:
    # Comparing is the one thing that follows the bundle's nesting, which may be deeper than the interpreter's stack.
    try:
        return bool(one == other)
    except RecursionError:
        return False


class Record:
    """A bundle's resources and the references between them."""

    def __init__(self, bundle: Any) -> None:
        self.held = list(held_resources(bundle))
        self.patients = [held for held in self.held if held.type == "Patient" and held.container is held.resource]
        self._patient_keys = {key for patient in self.patients for key in patient_keys(patient)}
        self._index: dict[str, Resource | None] = {}
        for held in self.held:
            for name in _names(held):
                known = self._index.setdefault(name, held.resource)
                # Two different resources under one name: whichever were taken, the answer would depend on their order.
                if known is not held.resource and not _same(known, held.resource):
                    self._index[name] = None

    def resolve(self, reference: Any, within: Held) -> Resource | None:
        """The resource that a Reference names: contained `#id`, `urn:uuid:`, relative or absolute. None when it is not here."""
        name = text(mapping(reference).get("reference"))
        if name is None:
            return None
        if name.startswith("#"):
            found = [item for item in mappings(within.container.get("contained")) if text(item.get("id")) == name[1:]]
            return found[0] if len(found) == 1 else None
        return self._index.get(name) or self._index.get(_local_name(name))

    def is_of_another(self, held: Held) -> bool:
        """Whether its subject is named and is not the bundle's Patient: another's facts must not enter this patient's context."""
        reference = held.resource.get("subject") or held.resource.get("patient")
        name = text(mapping(reference).get("reference"))
        if not name or not self._patient_keys or name.startswith("#") or "?" in name:
            return False
        local = _local_name(name).removeprefix("Patient/")
        return local.removeprefix("urn:uuid:").removeprefix("urn:oid:") not in self._patient_keys


def _names(held: Held) -> list[str]:
    if held.container is not held.resource:
        return []
    own = text(held.resource.get("id"))
    names = {held.full_url, f"{held.type}/{own}", f"urn:uuid:{own}"} if own else {held.full_url}
    return [name for name in names if name]


def patient_keys(patient: Held) -> set[str]:
    """The ids by which a reference may name the patient."""
    url = patient.full_url or ""
    keys = {text(patient.resource.get("id")), url.removeprefix("urn:uuid:").removeprefix("urn:oid:").rstrip("/").split("/")[-1]}
    return {key for key in keys if key}
