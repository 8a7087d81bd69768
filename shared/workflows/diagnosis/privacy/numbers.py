"""Identifiers: numbers and codes that the record holds, however they are grouped.

A number with a unit or in a comparison is a measured value and stays, whatever identifier it
equals. Knows no record.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from shared.workflows.diagnosis.privacy.lexicon import is_word
from shared.workflows.diagnosis.privacy.people import NOT_NAMES
from shared.workflows.diagnosis.privacy.text import WORD, Span, Token, clean, fold

MAX_LENGTH = 64
_MAX_WORDS = 24
_MAX_GAP = 2
_SHORTEST = 4
_SHORTEST_GROUPED = 6
_SHORTEST_ID_DIGITS = 3
_SHORTEST_ID = 7
_UNITS = """
%|‰|mg|g|kg|mcg|ug|µg|μg|ng|pg|fg|ml|l|dl|cl|ul|µl|μl|fl|
mmol|mol|umol|µmol|μmol|nmol|pmol|i\\.?u
u|ui|ie|unt|units?|einheiten|meq|mosm\\w*|
copies|kopien|cells?|zellen|cfu|x\\s?10|mmhg|kpa|bpm|/min|cm|mm|m|km|kcal|cal|kj|j|steps|schritte
days?|weeks?|months?|years?|hours?|
minutes?|min|sec|ms|s|h|d|tage?n?|wochen|jahre?n?|stunden|°|c|f|/\\s?[a-zµμ]{1,5}|\\^|e\\d
"""
_UNIT = re.compile(
    rf"[ \u00a0]?(?:{'|'.join(_UNITS.replace('|', ' ').split())})(?![^\W_])", re.IGNORECASE
)
_COMPARED = re.compile(r"[<>=≤≥]\s?$")
_DECIMAL = re.compile(r"[.,]\d")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass
class Numbers:
    """Built term by term, then asked."""

    terms: set[str] = field(default_factory=set)
    prefixes: set[str] = field(default_factory=set)

    def add(self, value: object, *, of_patient: bool = True) -> None:
        """An identifier of a person, a policy, a stay or a device. Under four characters it can't
        be told from a number or an abbreviation; without a digit it is one only if it is no word,
        and the patient's.
        """
        key = _key(value)
        if len(key) < _SHORTEST or key in NOT_NAMES or _YEAR.fullmatch(key):
            return
        if not any(char.isdigit() for char in key) and (not of_patient or is_word(key)):
            return
        self._hold(key)
        for piece in WORD.findall(str(value)):
            if piece.isdigit() and len(piece) >= _SHORTEST_ID:
                self._hold(piece)

    def add_id(self, value: object) -> None:
        """The id of a resource: only where it is no word, as in `blood-pressure` or `covid19`."""
        key = _key(value)
        if len(key) >= _SHORTEST_ID and sum(char.isdigit() for char in key) >= _SHORTEST_ID_DIGITS:
            self._hold(key)

    def _hold(self, key: str) -> None:
        self.terms.add(key)
        self.prefixes.update(key[:size] for size in range(1, len(key) + 1))

    def spans(self, text: str, found: list[Token]) -> Iterator[Span]:
        at = 0
        while self.terms and at < len(found):
            size = self._longest(text, found, at)
            if size:
                yield found[at].start, found[at + size - 1].end
            at += size or 1

    def _longest(self, text: str, found: list[Token], at: int) -> int:
        key, size, best = found[at].keys[0], 1, 0
        while key in self.prefixes:
            run = found[at : at + size]
            if key in self.terms and not _is_value(text, run, key):
                best = size
            if at + size >= len(found) or size >= _MAX_WORDS:
                break
            following = found[at + size]
            if following.start - found[at + size - 1].end > _MAX_GAP:
                break
            key += following.keys[0]
            size += 1
        return best

    def holds(self, digits: str) -> bool:
        return digits in self.terms


def _key(value: object) -> str:
    said = clean(value)[:400] if isinstance(value, str) else ""
    return "".join(map(fold, WORD.findall(said)))[:MAX_LENGTH]


def _is_value(text: str, run: list[Token], key: str) -> bool:
    """Whether what equals an identifier is a measured value, a decimal, or a short one grouped."""
    if len(run) > 1 and len(key) < _SHORTEST_GROUPED:
        return True
    if not key.isdigit():
        return False
    start, end = run[0].start, run[-1].end
    gaps = {text[one.end : two.start] for one, two in pairwise(run)}
    decimal = len(run) == 2 and gaps <= {".", ","}
    return (
        decimal
        or _UNIT.match(text, end) is not None
        or _COMPARED.search(text, max(0, start - 3), start) is not None
        or _DECIMAL.match(text, end) is not None
    )
