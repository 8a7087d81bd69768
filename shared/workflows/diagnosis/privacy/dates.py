"""A birth date in text: in digits in any order, and with the months' names in 28 languages. The
year alone may stay.

Knows the days it is given, and no other dates: those are dates of care.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.workflows.diagnosis.privacy.lexicon import months
from shared.workflows.diagnosis.privacy.text import Span, Token

_MAX_GAP = 5
_ORDINAL = re.compile(r"(\d{1,4})(?:st|nd|rd|th|er|ste|de|e|a|o|ter|ten|eme|go|ego|i|inci|uncu)?")
_BETWEEN = frozenset(
    [
        "of",
        "the",
        "de",
        "del",
        "den",
        "der",
        "des",
        "le",
        "il",
        "el",
        "do",
        "di",
        "dne",
        "am",
        "on",
        "em",
        "w",
        "d",
        "og",
        "i",
        "of",
        "in",
        "dia",
        "roku",
        "god",
        "goda",
        "r",
    ]
)
# As months are written in Poland, Hungary and their neighbours: 17 III 1961.
_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_ROMAN = {said: frozenset([month]) for month, said in enumerate(_NUMERALS, start=1)}
_UNSPACED_DATE = re.compile(r"(\d{2,4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]?")
_STUCK = re.compile(r"(\d{1,2})([^\W\d_]{3,12})(\d{2,4})")


@dataclass
class BirthDates:
    """Days as `YYYY-MM-DD`."""

    days: set[str] = field(default_factory=set)
    _written: set[tuple[tuple[int, int], ...]] = field(default_factory=set)
    _named: set[tuple[int, int, int]] = field(default_factory=set)
    _compact: set[str] = field(default_factory=set)

    def add(self, day: str) -> None:
        year, month, date = day.split("-")
        numbers = int(year), int(month), int(date)
        for shown in (numbers[0], numbers[0] % 100):
            self._written.add(tuple(sorted(Counter((shown, *numbers[1:])).items())))
            self._named.add((shown, numbers[1], numbers[2]))
        for shown_year in (year, year[2:]):
            for order in (
                (shown_year, month, date),
                (shown_year, date, month),
                (date, month, shown_year),
                (month, date, shown_year),
            ):
                self._compact.add("".join(order))

    def spans(self, text: str, found: list[Token]) -> Iterator[Span]:
        if not self._compact:
            return
        for at, token in enumerate(found):
            if token.keys[0] in self._compact:
                yield token.start, token.end
            elif token.said[0].isdigit() or token.keys[0] in months():
                yield from self._at(found, at)
        for match in _UNSPACED_DATE.finditer(text):
            if (int(match[1]), int(match[2]), int(match[3])) in self._named:
                yield match.span()

    def _at(self, found: list[Token], at: int) -> Iterator[Span]:
        """Three parts from here on, small words between them passed over."""
        parts, last = [], found[at]
        for token in found[at : at + 8]:
            if token.start - last.end > _MAX_GAP:
                return
            part = _part(token)
            if part is None:
                if token.keys[0] not in _BETWEEN:
                    parts += _stuck(token)
                    if not parts:
                        return
            else:
                parts.append(part)
            last = token
            if len(parts) >= 3:
                break
        if len(parts) == 3 and self._is_birth(parts):
            yield found[at].start, last.end

    def _is_birth(self, parts: list[int | frozenset[int]]) -> bool:
        numbers = [part for part in parts if isinstance(part, int)]
        named = [part for part in parts if not isinstance(part, int)]
        if not named:
            return tuple(sorted(Counter(numbers).items())) in self._written
        if len(named) > 1:
            return False
        one, two = numbers
        return any(
            (year, month, day) in self._named
            for month in named[0]
            for year, day in ((one, two), (two, one))
        )


def _part(token: Token) -> int | frozenset[int] | None:
    if token.said[0].isdigit():
        number = _ORDINAL.fullmatch(token.keys[0])
        return int(number[1]) if number else None
    return _ROMAN.get(token.said) or months().get(token.keys[0])


def _stuck(token: Token) -> list[int | frozenset[int]]:
    """`17mar1961` is one word."""
    match = _STUCK.fullmatch(token.keys[0])
    named = months().get(match[2]) if match else None
    return [int(match[1]), named, int(match[3])] if match and named else []
