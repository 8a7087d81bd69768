"""Texts of a record as they may be sent: scrubbed, bounded, and with a count of what was cut.

Must never know what a text means.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.workflows.diagnosis.chart import Chart, is_not_understood
from shared.workflows.diagnosis.dates import instant_of
from shared.workflows.diagnosis.fhir import mapping, mappings, text
from shared.workflows.diagnosis.scrub import Scrubber

NAME_LIMIT = 300
NOTE_LIMIT = 900
REPORT_LIMIT = 6_000
UNIT_LIMIT = 40
LIST_LIMIT = 12
ALSO_LIMIT = 4
_EDGE = 200
"""A text is scrubbed with so many characters beyond where it is cut, so that no name is cut in two.
"""
_MEMORY = 20_000
_WORD_CODE = re.compile(r"[A-Za-z][A-Za-z0-9\-]{0,39}")
_NUMBERS = (int, float, bool)
_URL = re.compile(r"(?i)\s*(?:https?://|urn:(?:uuid|oid|ietf):|ftp://)\S+\s*")


@dataclass
class Cuts:
    """What one fact lacks: items left out of its lists, texts that were shortened, parts that
    were not understood.
    """

    lists: Counter[str] = field(default_factory=Counter)
    texts: set[str] = field(default_factory=set)
    not_understood: int = 0


_NOTHING_CUT = Cuts()


def present(**fields: Any) -> dict[str, Any]:
    """Without what has no value."""
    # Nothing else is equal to one of these, but zero and False are values.
    return {
        key: value
        for key, value in fields.items()
        if value or (value is not None and type(value) in _NUMBERS)
    }


class TextReader:
    """Reads texts with one record's scrubber. `today`: the day that ages and courses refer to,
    `2026-11-21`.
    """

    def __init__(self, chart: Chart, scrub: Scrubber, today: str = "9999-12-31") -> None:
        self.chart = chart
        self.references = chart.references
        self.scrub = scrub
        self.today = today
        self.cuts = Cuts()
        # The same few thousand names and units fill a large record.
        self._known: dict[tuple[str, bool], str] = {}
        self._units: dict[str, str] = {}

    def take_cuts(self) -> Cuts:
        """What was cut since the last time."""
        cuts = self.cuts
        if not (cuts.lists or cuts.texts or cuts.not_understood):
            return _NOTHING_CUT
        self.cuts = Cuts()
        return cuts

    def parts(self, value: Any, name: str, limit: int = LIST_LIMIT) -> list[Mapping[str, Any]]:
        """The objects of a list, at most `limit` of them and none with a modifier that is not
        understood.
        """
        if not value:
            return []
        found = mappings(value)
        understood = [one for one in found if not is_not_understood(one)]
        self.cuts.not_understood += len(found) - len(understood)
        return self.listed(understood, name, limit)

    def part(self, value: Any) -> Mapping[str, Any]:
        """An object, or nothing where it has a modifier that is not understood, which is
        counted.
        """
        found = mapping(value)
        if is_not_understood(found):
            self.cuts.not_understood += 1
            return {}
        return found

    def listed(self, found: list[Any], name: str, limit: int = LIST_LIMIT) -> list[Any]:
        """The first `limit`; the rest is counted under `name`."""
        if len(found) > limit:
            self.cuts.lists[name] += len(found) - limit
        return found[:limit]

    def note(self, value: Any, limit: int = NOTE_LIMIT, name: str = "notes") -> str | None:
        """What a person wrote. Too long a text loses its middle, for its end is often what
        matters.
        """
        said = text(value)
        if said is None:
            return None
        if len(said) <= limit:
            return self._scrubbed(said, vocabulary=False)
        self.cuts.texts.add(name)
        head, tail = said[: limit + 2 * _EDGE], said[-(limit + 2 * _EDGE) :]
        if len(said) <= 2 * (limit + _EDGE):
            whole = self._scrubbed(said, vocabulary=False)
            return _without_middle(whole, whole, limit)
        return _without_middle(
            self._scrubbed(head, vocabulary=False)[:-_EDGE],
            self._scrubbed(tail, vocabulary=False)[_EDGE:],
            limit,
        )

    def notes(self, value: Any) -> list[str]:
        """FHIR Annotations, without their authors."""
        if not value:
            return []
        given = mappings(value)
        if len(given) > LIST_LIMIT:
            given = sorted(given, key=lambda one: instant_of(one.get("time")), reverse=True)
        found = [self.note(annotation.get("text")) for annotation in self.parts(given, "notes")]
        return [said for said in found if said]

    def code(self, value: Any) -> str | None:
        """A FHIR `code`, such as a severity."""
        return (
            self._scrubbed(value, vocabulary=False)
            if isinstance(value, str) and _WORD_CODE.fullmatch(value)
            else None
        )

    def words(self, said: tuple[str, ...]) -> str | None:
        """Words of status as they were given."""
        shown = [self.note(one, NAME_LIMIT) for one in said[:ALSO_LIMIT]]
        return " / ".join(one for one in shown if one) or None

    @staticmethod
    def worded(value: Any) -> str | None:
        """A text; None for a URL, which is neither a name nor a value."""
        return named_by(value)

    def unit(self, said: str) -> str:
        """A unit of measure as it is written."""
        known = self._units.get(said)
        if known is None:
            known = clipped(self.scrub.unit(said), UNIT_LIMIT)
            if len(self._units) < _MEMORY and len(said) <= NAME_LIMIT:
                self._units[said] = known
        return known

    def _scrubbed(self, said: str, *, vocabulary: bool) -> str:
        known = self._known.get((said, vocabulary))
        if known is None:
            known = self.scrub.vocabulary(said) if vocabulary else self.scrub.free_text(said)
            if len(self._known) < _MEMORY and len(said) <= NAME_LIMIT:
                self._known[said, vocabulary] = known
        return known


def clipped(value: str, limit: int) -> str:
    """At most `limit` characters, cut between words where there is one. Only for scrubbed text: a
    cut name is not found.
    """
    if len(value) <= limit:
        return value
    head = value[:limit]
    return (head.rsplit(None, 1)[0] if " " in head[limit // 2 :] else head) + " …"


def _without_middle(head: str, tail: str, limit: int) -> str:
    """Two fifths from the beginning and three from the end, where conclusions stand."""
    begin, end = limit * 2 // 5, limit * 3 // 5
    if head is tail and len(head) <= limit:
        return head
    first = head[:begin].rsplit(None, 1)[0] if " " in head[begin // 2 : begin] else head[:begin]
    last = tail[-end:]
    last = last.split(None, 1)[1] if " " in last[: end // 2] else last
    return f"{first} … {last}"


def named_by(value: Any) -> str | None:
    """A text; None for a URL, which names nothing."""
    said = text(value)
    return None if said is None or _URL.fullmatch(said) else said
