"""Clinical facts: one resource read into one item of one section of the context pack.

A fact says where it belongs, what it repeats and when it was, so that `budget` can choose among
facts, and `folding` fold them, without knowing medicine. Builders must never touch a string of
the record but through the reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.fhir import Held, mapping, mappings, text
from shared.workflows.diagnosis.moments import When
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.statuses import NOT_STATED as STATUS_NOT_STATED
from shared.workflows.diagnosis.statuses import Status
from shared.workflows.diagnosis.texts import Cuts, present

NOT_STATED = "not stated"
SEVERE, USUAL, SLIGHT = 0, 1, 2


@dataclass(frozen=True)
class Fact:
    """`repeats`: equal for facts of the same kind, of which the newest matters most. `at`: sorts
    by time, newest highest. `weight`: how much it matters, SEVERE first. `event`: whether two
    that look alike may be two events. `apart`: what keeps two facts apart that look alike, such
    as their specimens. `order`: whether several may be one course of a drug. `identifiers`: what
    the resource is called by those who sent it. `kind`: its type.
    """

    section: str
    repeats: str
    at: str
    item: dict[str, Any]
    weight: int = USUAL
    event: bool = False
    apart: str = ""
    order: bool = False
    kind: str = ""
    identifiers: frozenset[tuple[str, str]] = frozenset()
    cuts: Cuts = field(default_factory=Cuts)

    @cached_property
    def form(self) -> bytes:
        """The item as the pack writes it."""
        return canonical_json(self.item)

    @property
    def is_exact(self) -> bool:
        """Whether its time has a time of day."""
        return "T" in self.at


def fact(
    reader: Reader,
    held: Held,
    section: str,
    named: Mapping[str, Any] | None,
    when: When,
    *,
    weight: int = USUAL,
    event: bool = False,
    apart: str = "",
    order: bool = False,
    **fields: Any,
) -> Fact:
    """The item is the concept's fields and what else has a value; it says what of it was not
    understood.
    """
    concept = named or {"name": NOT_STATED}
    # Of two that nobody named, nobody can say that they are one.
    event = event or concept["name"] == NOT_STATED
    repeats = str(concept.get("code") or concept["name"]).lower()
    cuts = reader.take_cuts()
    item = {**concept, **present(**fields, parts_not_understood=cuts.not_understood or None)}
    stated = held.resource.get("identifier")
    identifiers = frozenset(
        (text(one.get("system")) or "", value)
        for one in (mappings(stated) if stated else ())
        if (value := text(one.get("value")))
    )
    return Fact(
        section, repeats, when.key, item, weight, event, apart, order, held.type, identifiers, cuts
    )


def concept_or_absent(
    reader: Reader, resource: Mapping[str, Any], element: str = "code"
) -> dict[str, Any] | None:
    """The concept of an element; where it has none, that it is not stated and why."""
    concept = reader.concept(resource.get(element))
    reason = None if concept else reader.absent(resource, element)
    return {"name": f"{NOT_STATED} ({reason})"} if reason else concept


def shown_status(reader: Reader, status: Status, usual: str | None = None) -> str | None:
    """A status to be shown: nothing when it is the usual one and nothing contradicts, all words
    where they disagree, and what was said where no word is known.
    """
    if status.word is None:
        said = reader.words(status.said)
        return f"{STATUS_NOT_STATED}: {said}" if said else STATUS_NOT_STATED
    if status.disagrees:
        return f"{status.word} (stated: {reader.words(status.said)})"
    return status.word if status.word != usual else None


def reasons(reader: Reader, held: Held) -> list[str]:
    """Why something was done or prescribed: codes, and the concepts of the conditions referred
    to.
    """
    resource = held.resource
    if "reasonCode" not in resource and "reasonReference" not in resource:
        return []
    named = reader.names(resource.get("reasonCode"), "reasons")
    referenced = [reader.referenced(one, held) for one in mappings(resource.get("reasonReference"))]
    found = named + [str(mapping(concept)["name"]) for concept in referenced if concept]
    return [str(one) for one in reader.listed(list(dict.fromkeys(found)), "reasons")]


def status_reasons(reader: Reader, resource: Mapping[str, Any]) -> list[str]:
    """`statusReason`, one concept or a list of them, or a bare text."""
    return reader.names(resource.get("statusReason"), "status_reason")
