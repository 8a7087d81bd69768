"""Turns FHIR data types into the words of the context pack, scrubbed: concepts, dates, quantities, notes.

Everything that leaves here is safe to send; so no builder of facts touches a string of the record itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.workflows.diagnosis.dates import NINETY_PLUS, OLDEST_SHOWN, day_of, instant_of
from shared.workflows.diagnosis.fhir import Held, Record, mapping, mappings, number, text
from shared.workflows.diagnosis.scrub import Scrubber, fold
from shared.workflows.diagnosis.terminology import HL7_PREFIXES, SYSTEMS, VITAL_SIGNS

NAME_LIMIT = 300
NOTE_LIMIT = 600
UNIT_LIMIT = 40
LIST_LIMIT = 12
ALSO_LIMIT = 4
DAY_OF_BIRTH = "day of birth"
_CODE = re.compile(r"(?=[A-Z.\-]{0,4}\d)[A-Z0-9][A-Z0-9.\-]{0,17}")
_WORD_CODE = re.compile(r"[A-Za-z][A-Za-z0-9\-]{0,39}")
_MOMENTS = ("", "DateTime", "Period", "Instant", "Date")


@dataclass(frozen=True)
class When:
    """A day to show, at most; and what it sorts by."""

    day: str | None
    key: str


def clipped(value: str, limit: int) -> str:
    """At most `limit` characters, cut between words where there is one. Only for scrubbed text: a cut name is not found."""
    if len(value) <= limit:
        return value
    head = value[:limit]
    return (head.rsplit(None, 1)[0] if " " in head[limit // 2 :] else head) + " …"


def present(**fields: Any) -> dict[str, Any]:
    """Without what has no value."""
    return {key: value for key, value in fields.items() if value not in (None, [], {})}


class Reader:
    """Reads with one record's scrubber."""

    def __init__(self, record: Record, scrub: Scrubber) -> None:
        self.record = record
        self.scrub = scrub

    def note(self, value: Any, limit: int = NOTE_LIMIT) -> str | None:
        """What a person wrote."""
        said = text(value)
        return clipped(self.scrub.free_text(said), limit) if said else None

    def notes(self, value: Any) -> list[str]:
        """FHIR Annotations, without their authors."""
        found = [self.note(annotation.get("text")) for annotation in mappings(value)[:LIST_LIMIT]]
        return [said for said in found if said]

    def code(self, value: Any) -> str | None:
        """A FHIR `code`, such as a status."""
        return self.scrub.vocabulary(value) if isinstance(value, str) and _WORD_CODE.fullmatch(value) else None

    def concept(self, value: Any) -> dict[str, Any] | None:
        """`{name, code?, also?}` of a CodeableConcept: its text or first display, else its code; `also`, displays that differ."""
        concept = mapping(value)
        codings = mappings(concept.get("coding"))[:LIST_LIMIT]
        displays = self._displays(codings)
        code = next(filter(None, map(self._label, codings)), None)
        said = text(concept.get("text"))
        name = displays.get(fold(said), self.note(said, NAME_LIMIT)) if said else next(iter(displays.values()), None)
        name = name or _vital_sign(codings) or code or self._local_code(codings)
        if name is None:
            return None
        # A text beside the code may be the sender's own shorthand; the terminology's words say what was meant.
        also = [display for display in dict.fromkeys(displays.values()) if fold(display) != fold(name)][:ALSO_LIMIT]
        return present(name=name, code=code if code != name else None, also=also)

    def name(self, value: Any) -> str | None:
        """The name alone, of a CodeableConcept, a Coding or a plain code."""
        if isinstance(value, str):
            return self.code(value)
        coded = mapping(value)
        concept = self.concept(coded if "coding" in coded or "text" in coded else {"coding": [coded]})
        return concept["name"] if concept else None

    def names(self, value: Any) -> list[str]:
        found = value if isinstance(value, list | tuple) else [value]
        return [name for name in map(self.name, found[:LIST_LIMIT]) if name]

    def word(self, value: Any) -> str | None:
        """The code of a status-like CodeableConcept (`active`, `confirmed`), else its name."""
        codes = [self.code(coding.get("code")) for coding in mappings(mapping(value).get("coding"))]
        return next(filter(None, codes), None) or self.name(value)

    def referenced(self, reference: Any, within: Held) -> dict[str, Any] | None:
        """The concept of a referenced resource's `code`; what the reference itself displays when the resource is not here."""
        found = self.record.resolve(reference, within)
        concept = self.concept(found.get("code")) if found else None
        display = self.note(mapping(reference).get("display"), NAME_LIMIT)
        return concept or ({"name": display} if display else None)

    def day(self, value: Any) -> str | None:
        day = day_of(value)
        return DAY_OF_BIRTH if day and self.scrub.is_birth_day(day) else day

    def when(self, resource: Mapping[str, Any], *elements: str) -> When:
        """The first date among choice elements (`onset` reads onsetDateTime and onsetPeriod) and plain ones."""
        for element in elements:
            for suffix in _MOMENTS:
                value = resource.get(element + suffix)
                period = mapping(value)
                moment = value if isinstance(value, str) else period.get("start") or period.get("end")
                if day_of(moment):
                    return When(self.day(moment), instant_of(moment))
        return When(None, "")

    def ended(self, resource: Mapping[str, Any], *elements: str) -> str | None:
        days = (self.day(mapping(resource.get(element)).get("end")) for element in elements)
        return next(filter(None, days), None)

    def said(self, resource: Mapping[str, Any], element: str) -> str | None:
        """An onset or the like that is no date: an age, a range of ages, or a text."""
        age = self.age(resource.get(f"{element}Age"))
        low_high = mapping(resource.get(f"{element}Range"))
        bounds = [shown for shown in (self.age(low_high.get("low")), self.age(low_high.get("high"))) if shown]
        return age or " to ".join(bounds) or self.note(resource.get(f"{element}String"), NAME_LIMIT)

    def age(self, value: Any) -> str | None:
        quantity = self.quantity(value)
        if not quantity:
            return None
        years, unit = quantity["value"], quantity.get("unit", "years")
        old = isinstance(years, int | float) and years > OLDEST_SHOWN and unit in ("a", "year", "years", "yr")
        return f"age {NINETY_PLUS} years" if old else f"age {years} {unit}"

    def quantity(self, value: Any) -> dict[str, Any] | None:
        """`{value, unit?, comparator?}`; None without a number."""
        quantity = mapping(value)
        amount = number(quantity.get("value"))
        if amount is None:
            return None
        unit = text(quantity.get("unit")) or text(quantity.get("code"))
        comparator = quantity.get("comparator")
        return present(
            value=self.scrub.tree(amount),
            unit=clipped(self.scrub.vocabulary(unit), UNIT_LIMIT) if unit else None,
            comparator=comparator if comparator in ("<", "<=", ">=", ">") else None,
        )

    def amount(self, value: Any) -> str | None:
        """A quantity in one string, for dosages and ranges."""
        quantity = self.quantity(value)
        if not quantity:
            return None
        return " ".join(str(quantity[part]) for part in ("comparator", "value", "unit") if part in quantity)

    def _displays(self, codings: list[Mapping[str, Any]]) -> dict[str, str]:
        """Scrubbed displays by what they were, folded: so a text that repeats a display is read as the vocabulary it is."""
        found: dict[str, str] = {}
        for coding in codings:
            display = text(coding.get("display"))
            if display:
                scrub = self.scrub.vocabulary if _is_vocabulary(coding) else self.scrub.free_text
                found.setdefault(fold(display), clipped(scrub(display), NAME_LIMIT))
        return found

    def _label(self, coding: Mapping[str, Any]) -> str | None:
        """`SNOMED 38341003`. A code of a local system could be anything, so it is no label."""
        system, code = SYSTEMS.get(text(coding.get("system")) or ""), text(coding.get("code"))
        return f"{system} {self.scrub.vocabulary(code)}" if system and code and _CODE.fullmatch(code) else None

    def _local_code(self, codings: list[Mapping[str, Any]]) -> str | None:
        codes = (self.note(coding.get("code"), UNIT_LIMIT) for coding in codings)
        return next(filter(None, codes), None)


def _is_vocabulary(coding: Mapping[str, Any]) -> bool:
    system = text(coding.get("system")) or ""
    return text(coding.get("code")) is not None and (system in SYSTEMS or system.startswith(HL7_PREFIXES))


def _vital_sign(codings: list[Mapping[str, Any]]) -> str | None:
    known = (VITAL_SIGNS.get(text(coding.get("code")) or "") for coding in codings if coding.get("system") == "http://loinc.org")
    return next(filter(None, known), None)
