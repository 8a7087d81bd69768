"""Turns FHIR codes into the words of the context pack, scrubbed.

Everything that leaves here is safe to send; so no builder of facts touches a string of the record
itself. Texts stand in `texts`, times in `moments`, numbers in `quantities`. Must never know what a
fact means."""

import re
from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.chart import Chart
from shared.workflows.diagnosis.coded import is_terminology
from shared.workflows.diagnosis.dates import clock_of, day_of
from shared.workflows.diagnosis.displays import small_display
from shared.workflows.diagnosis.fhir import Held, mapping, mappings, text
from shared.workflows.diagnosis.scrub import Scrubber
from shared.workflows.diagnosis.statuses import negation_of
from shared.workflows.diagnosis.terminology import SYSTEMS, VITAL_SIGNS
from shared.workflows.diagnosis.texts import (
    ALSO_LIMIT,
    NAME_LIMIT,
    UNIT_LIMIT,
    TextReader,
    clipped,
    named_by,
    present,
)

_Key = tuple[str | None, ...]
_MEMORY = 20_000
DAY_OF_BIRTH = "day of birth"
_CODE = re.compile(r"(?=[A-Z.\-]{0,4}\d)[A-Z0-9][A-Z0-9.\-]{0,17}")
_SEMANTIC_TAG = re.compile(r" \([a-z /]{4,40}\)$")
_NAMING = ("code", "medicationCodeableConcept", "vaccineCode", "event")
_ABSENT = ("data-absent-reason", "iso21090-nullFlavor")


class Reader(TextReader):
    """Reads codes and times with one record's scrubber."""

    def __init__(self, chart: Chart, scrub: Scrubber, today: str = "9999-12-31") -> None:
        super().__init__(chart, scrub, today)
        self._concepts: dict[_Key, dict[str, Any] | None] = {}

    def concept(self, value: Any) -> dict[str, Any] | None:
        """`{name, code?, also?}` of a CodeableConcept: its text or first display, else its code;
        `also`, displays that differ. A bare string is read as the code. None without any of them,
        and a URL is none.
        """
        if value is None:
            return None
        if isinstance(value, str):
            said = self.note(named_by(value), NAME_LIMIT, "name")
            return {"name": said} if said else None
        key = _key(value)
        if key is None:
            return self._concept(mapping(value))
        # The same few thousand concepts fill a large record.
        if key not in self._concepts and len(self._concepts) < _MEMORY:
            self._concepts[key] = self._concept(mapping(value))
        known = self._concepts[key] if key in self._concepts else self._concept(mapping(value))
        return dict(known) if known else None

    def _concept(self, concept: Mapping[str, Any]) -> dict[str, Any] | None:
        codings = mappings(concept.get("coding"))
        displays = self._displays(codings)
        code = next(filter(None, map(self._label, codings)), None)
        said = named_by(concept.get("text"))
        name = (
            displays.get(_plain(said), self.note(said, NAME_LIMIT, "name"))
            if said
            else next(iter(displays.values()), None)
        )
        name = name or _vital_sign(codings) or code or self._local_code(codings)
        if name is None:
            return None
        # A text beside the code may be the sender's own shorthand; the terminology's words say
        # what was meant.
        also = [
            display
            for display in dict.fromkeys(displays.values())
            if _plain(display) != _plain(name)
        ]
        return present(
            name=name,
            code=code if code != name else None,
            also=self.listed(also, "also", ALSO_LIMIT),
        )

    def name(self, value: Any) -> str | None:
        """The name, of a CodeableConcept, a Coding or a plain code, with what its codes say
        beside it where they differ.
        """
        concept = self.concept(_as_concept(value))
        if concept is None:
            return None
        also = "; ".join(concept.get("also", ()))
        return f"{concept['name']} ({also})" if also else str(concept["name"])

    def meaning(self, value: Any) -> str | None:
        """Of a value or an interpretation: what its codes say, with the local text beside it
        where it differs.
        """
        value = _as_concept(value)
        concept = self.concept(value)
        if concept is None:
            return None
        said, codings = str(concept["name"]), mappings(mapping(value).get("coding"))
        displays, coded = self._displays(codings), concept.get("also", [])
        # Without a display the code alone says what was meant.
        code = self._unsaid(codings) if displays else concept.get("code")
        if not displays and not code and named_by(mapping(value).get("text")):
            code = self._local_code(codings)
        beside = f" [{code}]" if code and _plain(str(code)) != _plain(said) else ""
        if not coded or any(_plain(one) == _plain(said) for one in displays.values()):
            return "; ".join([said, *coded]) + beside
        return f"{'; '.join(coded)} ({said}){beside}"

    def names(self, value: Any, name: str = "names") -> list[str]:
        if not value:
            return []
        found = value if isinstance(value, list | tuple) else [value]
        said = [shown for shown in map(self.name, found) if shown]
        return self.listed(list(dict.fromkeys(said)), name)

    def referenced(self, reference: Any, within: Held) -> dict[str, Any] | None:
        """The concept by which a referenced resource is named; what the reference itself displays
        when the resource is not here. Nothing when it was set apart.
        """
        found = self.references.find(reference, within)
        named = self._named(found) if found else None
        if named is None and found:
            # An order is named by its drug.
            drug = self.references.find(found.resource.get("medicationReference"), found)
            named = self._named(drug) if drug else None
        said = None if named else self.display(reference, within, "name")
        named = named or ({"name": said} if said else None)
        negated = negation_of(found.resource) if found else None
        # Named elsewhere, as an order's reason, it must not pass for what it never was.
        return {**named, "name": f"{named['name']} ({negated})"} if named and negated else named

    def _named(self, held: Held) -> dict[str, Any] | None:
        concepts = (self.concept(held.resource.get(element)) for element in _NAMING)
        return next((one for one in concepts if one), None)

    def display(self, reference: Any, within: Held, name: str) -> str | None:
        """What a Reference calls the thing that it leads to; None when that was set apart."""
        said = named_by(mapping(reference).get("display"))
        if said is None or self.chart.is_set_apart(reference, within):
            return None
        return self.note(said, NAME_LIMIT, name)

    def day(self, value: Any) -> str | None:
        """A date without its time of day."""
        day = day_of(value)
        return DAY_OF_BIRTH if day and self.scrub.is_birth_day(day) else day

    def moment(self, value: Any) -> str | None:
        """A date as it is; a moment to the minute with its offset. The day of birth does not tell
        the date.
        """
        day = day_of(value)
        if day is None:
            return None
        clock = clock_of(value)
        if self.scrub.is_birth_day(day):
            return f"{DAY_OF_BIRTH} {clock}".strip()
        return day + clock

    def absent(self, resource: Mapping[str, Any], element: str) -> str | None:
        """Why an element has no value: by the standard extensions on it or on its primitive."""
        for holder in (mapping(resource.get(f"_{element}")), mapping(resource.get(element))):
            for extension in mappings(holder.get("extension")):
                if (text(extension.get("url")) or "").rpartition("/")[2] in _ABSENT:
                    said = text(extension.get("valueCode")) or text(extension.get("valueString"))
                    return self.note(said, NAME_LIMIT)
        return None

    def _displays(self, codings: list[Mapping[str, Any]]) -> dict[str, str]:
        """Scrubbed displays by what they were, folded: so a text that repeats a display is read
        as the vocabulary it is.
        """
        found: dict[str, str] = {}
        for coding in codings:
            display = named_by(coding.get("display")) or small_display(coding)
            if display:
                shown = self._scrubbed(display, vocabulary=_is_vocabulary(coding))
                found.setdefault(_plain(display), clipped(shown, NAME_LIMIT))
        return found

    def _label(self, coding: Mapping[str, Any]) -> str | None:
        """`SNOMED 38341003`. A code of a local system could be anything, so it is no label."""
        system, code = SYSTEMS.get(text(coding.get("system")) or ""), text(coding.get("code"))
        return (
            f"{system} {self._scrubbed(code, vocabulary=True)}"
            if system and code and _CODE.fullmatch(code)
            else None
        )

    def _unsaid(self, codings: list[Mapping[str, Any]]) -> str | None:
        """The code of a terminology where only others say theirs in words."""
        known = [coding for coding in codings if _is_vocabulary(coding)]
        return None if self._displays(known) else next(filter(None, map(self._label, known)), None)

    def _local_code(self, codings: list[Mapping[str, Any]]) -> str | None:
        codes = (self.note(named_by(coding.get("code")), UNIT_LIMIT, "name") for coding in codings)
        return next(filter(None, codes), None)


def _key(value: Any) -> "_Key | None":
    """All that is read of a concept; None of one that is long, whose cuts are to be counted each
    time, or is none.
    """
    if type(value) is not dict:
        return None
    said, codings = value.get("text"), value.get("coding")
    if type(codings) is not list:
        return None if codings is not None or type(said) is not str else (said,)
    if len(codings) > ALSO_LIMIT or (type(said) is str and len(said) > NAME_LIMIT):
        return None
    key = [said]
    for coding in codings:
        if type(coding) is not dict:
            return None
        key += (coding.get("system"), coding.get("code"), coding.get("display"))
    return tuple(key) if all(part is None or type(part) is str for part in key) else None


def _as_concept(value: Any) -> Any:
    """A Coding as a CodeableConcept, with the text that a careless converter left in it."""
    coded = mapping(value)
    if not coded or "coding" in coded or ("text" in coded and "code" not in coded):
        return value
    return {"coding": [coded], "text": coded.get("text")}


def _plain(said: str) -> str:
    """For comparing two names: without case, repeated spaces and SNOMED's semantic tag."""
    return " ".join(_SEMANTIC_TAG.sub("", said).casefold().split())


def _is_vocabulary(coding: Mapping[str, Any]) -> bool:
    return text(coding.get("code")) is not None and is_terminology(text(coding.get("system")))


def _vital_sign(codings: list[Mapping[str, Any]]) -> str | None:
    known = (
        VITAL_SIGNS.get(text(coding.get("code")) or "")
        for coding in codings
        if coding.get("system") == "http://loinc.org"
    )
    return next(filter(None, known), None)
