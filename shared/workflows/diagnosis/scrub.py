"""Takes out of text what would say who the patient is.

It is given the terms that the record itself holds (`identity`) and looks for them word by word: whatever the case, the accents or
the punctuation between the words, but never inside a longer word. Beside them it knows the shapes of e-mail addresses, telephone
numbers and labelled identifiers. Work grows with the length of the text, not with the number of terms, so no record can stall it.
Must never know FHIR: it sees words.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from math import isfinite
from typing import Any

REDACTED = "[redacted]"
MAX_TERM_WORDS = 12
MAX_DEPTH = 12
_MAX_GAP = 4  # between the words of a term: a comma and a space, a line's end with indentation
MAX_NUMBER = 40
_MAX_UNSPACED = 200
_MAX_KEY = 200
_LARGEST = 10**18
_SHORTEST_IDENTIFIER = 6
_WORD = re.compile(r"[^\W_]+")
_ISO_TIME = re.compile(r"(?<=\d)t(?=\d\d:)")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_SHAPES = (
    re.compile(r"(?<![\w.+\-])[\w.+\-%']{1,64}@[\w.\-]{1,255}\.[^\W\d_]{2,24}"),
    re.compile(r"(?<![\w.])(?:\+?\d{1,3}[\s.\-]?)?(?:\(\d{3}\)\s?|\d{3}[\s.\-])\d{3}[\s.\-]\d{4}(?!\w)"),
    re.compile(r"\+\d{1,3}[\s.\-]?\(?\d{2,4}\)?[\s.\-]?\d{3,4}[\s.\-]?\d{3,4}(?!\d)"),
    re.compile(r"\+\d{2}[\s.\-]?\d{1,3}(?:[\s.\-]\d{2,3}){3,4}(?!\d)"),
    re.compile(r"(?<![\w\-])\d{3}-\d{2}-\d{4}(?![\w\-])"),
    re.compile(r"(?<![\w\-])\d{5}-\d{4}(?![\w\-])"),
)
_LABELLED = (
    re.compile(
        r"(?i)\b((?:MRN|SSN|(?:NHS|medical record|social security|passport|driver'?s licen[cs]e)(?: number| no\.?)?)[\s.:#=]{0,4})"
        r"(?=[A-Z\-]{0,10}\d)[A-Z0-9][A-Z0-9\-]{2,30}"
    ),
    re.compile(
        r"(?i)\b((?:DOB|date of birth|birth ?date|born(?: on| in)?)[\s.:=]{1,4})"
        r"(?:\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?|(?:\d{1,2} )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? "
        r"(?:\d{1,2},? )?\d{4}|(?:19|20)\d\d)(?!\w)"
    ),
)
# Fields of attached documents and settings that name a person whatever they hold.
_KEYS = """
address birthdate birthday dateofbirth dob email emailaddress familyname fax firstname fullname givenname homeaddress insuranceid
insurancenumber lastname maidenname medicalrecordnumber middlename mrn nhsnumber passport passportnumber patientid patientname phone
phonenumber postalcode postcode socialsecuritynumber ssn streetaddress surname telephone zip zipcode
"""
_IDENTIFYING_KEYS = frozenset(_KEYS.split())


class Reach(IntEnum):
    """Where a term is redacted; of two reaches for one term the lower (wider) counts."""

    EVERYWHERE = 0
    FREE_TEXT = 1  # but not in what a terminology says, such as the display of a SNOMED code
    AS_NAME = 2  # in free text, and only where it is written with a capital


@dataclass
class Terms:
    """What to look for: sequences of folded words, and numbers however they are grouped (`555-889-9870`, `(555) 8899870`)."""

    sequences: dict[tuple[str, ...], Reach] = field(default_factory=dict)
    numbers: dict[str, Reach] = field(default_factory=dict)
    unspaced: set[str] = field(default_factory=set)
    birth_days: set[str] = field(default_factory=set)

    def add(self, words: Iterable[str], reach: Reach) -> None:
        """A sequence of folded words; a very long one is looked for in pieces."""
        whole = tuple(words)
        for start in range(0, len(whole), MAX_TERM_WORDS):
            piece = whole[start : start + MAX_TERM_WORDS]
            self.sequences[piece] = min(reach, self.sequences.get(piece, reach))

    def add_number(self, digits: str, reach: Reach) -> None:
        """Letters and digits without separators, 7 to 40 of them."""
        self.numbers[digits] = min(reach, self.numbers.get(digits, reach))


@lru_cache(maxsize=4096)
def _base(char: str) -> str:
    if char in "\u02bb\u02bc":
        return "'"
    if "\u2e80" <= char < "\uff00":  # Han, kana and Hangul: a first decomposed part would stand for many letters
        return char
    low = unicodedata.normalize("NFKD", char)[0].lower()
    return low if len(low) == 1 else char


def fold(text: str) -> str:
    """Lower case without accents, of the same length, so that positions in one are positions in the other."""
    return text.lower() if text.isascii() else "".join(map(_base, text))


def words(text: str) -> list[str]:
    return _WORD.findall(fold(clean(text)))


def clean(text: str) -> str:
    """Composed, without invisible characters, and encodable: a lone surrogate becomes a question mark."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE)).encode("utf-8", "replace").decode("utf-8")


def plain_number(value: int | float | Decimal) -> int | float | None:
    """The number as JSON writes it; None for what is not finite or is beyond 10^18, which no measurement is."""
    if isinstance(value, int):
        return value if abs(value) < _LARGEST else None
    if not isfinite(value) or abs(float(value)) >= _LARGEST:
        return None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


class Scrubber:
    """Pure: the same terms and text give the same text."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._firsts = {sequence[0] for sequence in terms.sequences}
        self._lengths = sorted({len(sequence) for sequence in terms.sequences}, reverse=True)
        self._initials = {number[0] for number in terms.numbers}
        self._unspaced = sorted(terms.unspaced, key=lambda name: (-len(name), name))[:_MAX_UNSPACED]

    def free_text(self, text: str) -> str:
        """What a person wrote."""
        return self._scrub(text, vocabulary=False)

    def vocabulary(self, text: str) -> str:
        """What a terminology says: only what is surely the patient's is taken out."""
        return self._scrub(text, vocabulary=True)

    def is_birth_day(self, day: str) -> bool:
        return day in self._terms.birth_days

    def tree(self, value: Any, depth: int = MAX_DEPTH) -> Any:
        """A JSON value with its strings, numbers and keys scrubbed; what JSON cannot hold, or nests too deeply, is replaced."""
        if isinstance(value, str):
            return self.free_text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float | Decimal):
            return self._number(value)
        if depth == 0:
            return "[nested too deeply]"
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        return [self.tree(item, depth - 1) for item in value] if isinstance(value, list | tuple) else "[not a JSON value]"

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key in sorted(key for key in value if isinstance(key, str)):
            name = fresh = self.free_text(key)[:_MAX_KEY]
            suffix = 2
            while fresh in out:
                fresh, suffix = f"{name} ({suffix})", suffix + 1
            held = value[key]
            hidden = "".join(words(key)) in _IDENTIFYING_KEYS and held is not None and not isinstance(held, bool)
            out[fresh] = REDACTED if hidden else self.tree(held, depth - 1)
        return out

    def _number(self, value: int | float | Decimal) -> Any:
        plain = plain_number(value)
        if plain is None:
            return "[number out of range]"
        shown = repr(plain)
        return plain if len(shown) < _SHORTEST_IDENTIFIER or self._scrub_terms(shown, vocabulary=False) == shown else REDACTED

    def _scrub(self, text: str, *, vocabulary: bool) -> str:
        text = clean(text)
        for shape in _SHAPES:
            text = shape.sub(REDACTED, text)
        for labelled in _LABELLED:
            text = labelled.sub(rf"\1{REDACTED}", text)
        for name in self._unspaced:
            text = text.replace(name, REDACTED)
        return self._scrub_terms(text, vocabulary)

    def _scrub_terms(self, text: str, vocabulary: bool) -> str:
        folded = _ISO_TIME.sub(" ", fold(text))
        spans = [match.span() for match in _WORD.finditer(folded)]
        found = [folded[start:end] for start, end in spans]
        out, copied, at = [], 0, 0
        while at < len(spans):
            size = self._match(text, found, spans, at, vocabulary)
            if size:
                out += [text[copied : spans[at][0]], REDACTED]
                copied = spans[at + size - 1][1]
            at += size or 1
        return "".join(out) + text[copied:] if out else text

    def _match(self, text: str, found: list[str], spans: list[tuple[int, int]], at: int, vocabulary: bool) -> int:
        """How many words from `at` on are a term, 0 if none."""
        first = found[at]
        if first not in self._firsts and first[0] not in self._initials:
            return 0
        end = at + 1
        while end < len(spans) and end - at < MAX_TERM_WORDS and spans[end][0] - spans[end - 1][1] <= _MAX_GAP:
            end += 1
        capital = text[spans[at][0]].isupper()
        lengths = [length for length in self._lengths if length <= end - at] if first in self._firsts else []
        # Longest first: "Rose Burns" is the patient even where neither word alone would be taken for a name.
        for length in lengths:
            reach = self._terms.sequences.get(tuple(found[at : at + length]))
            if reach is not None and _reaches(reach, vocabulary, capital):
                return length
        return self._match_number(found[at:end], vocabulary)

    def _match_number(self, run: list[str], vocabulary: bool) -> int:
        joined, best = "", 0
        for size, word in enumerate(run, start=1):
            joined += word
            if len(joined) > MAX_NUMBER:
                break
            reach = self._terms.numbers.get(joined)
            if reach is not None and _reaches(reach, vocabulary, capital=True):
                best = size
        return best


def _reaches(reach: Reach, vocabulary: bool, capital: bool) -> bool:
    return reach is Reach.EVERYWHERE or (not vocabulary and (reach is Reach.FREE_TEXT or capital))
