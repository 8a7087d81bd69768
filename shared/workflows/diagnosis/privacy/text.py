"""Text as the finders see it: cleaned, cut into words, each word with the spellings by which it can
be found.

Knows spelling, no names and no medicine.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

Span = tuple[int, int]
WORD = re.compile(r"[^\W_]+")
UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\u0e00-\u0eff]+")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
# Written out, as a keyboard without these letters has them; anyascii only takes the marks off.
_WRITTEN_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ø": "oe", "ü": "ue", "å": "aa", "æ": "ae", "ð": "dh", "đ": "dj"}
)
_BARE = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ł": "l", "ð": "d"})
_PAIRS = re.compile("(?<=[a-z])(a|o|u)e|^(a|o|u)e")
_ISO_TIME = re.compile(r"(?<=\d)T(?=\d\d:)", re.IGNORECASE)


def clean(text: str) -> str:
    """Composed, without invisible characters, and encodable: a lone surrogate becomes a question
    mark.
    """
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    return composed.encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=16_384)
def fold(word: str) -> str:
    """Lower case in plain letters: `Łukasz` is lukasz, `Strauß` strauss, `Иванова` ivanova. Han and
    its kin stay as they are.
    """
    low = word.lower()
    if low.isascii() or UNSPACED.search(low):
        return low
    return "".join(char for char in anyascii(low.translate(_BARE)).lower() if char.isalnum()) or low


@lru_cache(maxsize=16_384)
def spellings(word: str) -> tuple[str, ...]:
    """Every way in which a word may be looked up, itself first: marks taken off (muller), written
    out (mueller), and written-out pairs taken back (of Mueller, muller).
    """
    plain = fold(word)
    found = [plain]
    low = word.lower()
    if not low.isascii():
        found.append(fold(low.translate(_WRITTEN_OUT)))
    if len(plain) > 4:
        found.append(_PAIRS.sub(lambda pair: pair[1] or pair[2], plain))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text and where it stands."""

    start: int
    end: int
    said: str
    keys: tuple[str, ...]

    @property
    def is_capitalised(self) -> bool:
        return self.said[0].isupper()

    @property
    def is_capitals(self) -> bool:
        return len(self.said) > 1 and self.said.isupper()

    @property
    def has_inner_capital(self) -> bool:
        return not self.said.isupper() and any(char.isupper() for char in self.said[1:])


def tokens(text: str) -> list[Token]:
    """The words of a cleaned text; a date's `T` before a time parts two of them."""
    apart = _ISO_TIME.sub(" ", text)
    return [
        Token(match.start(), match.end(), match[0], spellings(match[0]))
        for match in WORD.finditer(apart)
    ]


def words(text: str) -> list[str]:
    """The words of any text in their plainest spelling."""
    return [fold(word) for word in WORD.findall(clean(text))]


def joined(text: str) -> str:
    return "".join(words(text))


def merged(spans: list[Span]) -> list[Span]:
    """In order, overlapping ones made one."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out
