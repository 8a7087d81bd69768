"""What stands around a word, and whether it makes the word a person's name rather than a disease's,
a month's or a drug's.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from shared.workflows.diagnosis.privacy.inflection import found_in
from shared.workflows.diagnosis.privacy.lexicon import (
    compound_eponyms,
    eponyms,
    is_medicine,
    is_word,
)
from shared.workflows.diagnosis.privacy.people import (
    BEFORE_EPONYMS,
    EPONYM_NOUNS,
    INSTITUTIONS,
    KIN,
    PARTICLES,
    STRONG_TITLES,
    TITLES,
    VERBS,
)
from shared.workflows.diagnosis.privacy.text import Token

_BESIDE = re.compile(r"[ \t\u00a0]{0,2}[,\-\u2010\u2011\u2013]?\s{0,2}")
_AFTER_TITLE = re.compile(r"\.?\s{1,2}")
_AFTER_KIN = re.compile(r"[\s,:(\"']{1,3}")
_BORN = re.compile(
    r",?\s{1,2}\(?(?:born|aged|DOB|geb\.|geboren|n[ée]{1,2}e? le|nacid[oa]|nat[oa] il"
    r"|urodzon[ya]|nascid[oa]|född|født"
    r"|\d{1,3}[\s\-](?:year|yr|y/o|yo|Jahre|ans|años|anni|anos|jaar|lat|år))",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['\u2019]s?(?![^\W_])")


class Known(Protocol):
    """What the context asks of the names."""

    parts: dict[str, bool]
    partners: dict[str, set[str]]
    stems: dict[str, bool]


@dataclass
class Context:
    """A word in its text; `small` where the text is a sentence without any capital."""

    text: str
    found: list[Token]
    at: int
    small: bool = False

    @property
    def token(self) -> Token:
        return self.found[self.at]

    @property
    def next(self) -> Token | None:
        return self.found[self.at + 1] if self.at + 1 < len(self.found) else None

    @property
    def previous(self) -> Token | None:
        return self.found[self.at - 1] if self.at else None

    @property
    def title(self) -> int | None:
        """Where a title before it begins."""
        before = self.previous
        if before is None or not _AFTER_TITLE.fullmatch(self.text[before.end : self.token.start]):
            return None
        said, strong = before.keys[0], before.keys[0] in STRONG_TITLES
        weak = said in TITLES and not before.is_capitals
        if strong or (weak and (before.is_capitalised or self.token.is_capitalised)):
            # A lexical name in capitals after MR or MS is an examination or an illness.
            return before.start if strong or not self.token.is_capitals else None
        return None

    @property
    def possessive(self) -> int:
        """How many characters after it make it one."""
        mark = _POSSESSIVE.match(self.text, self.token.end)
        if mark is None:
            return 0
        ends = len(mark[0]) > 1 or self.token.keys[0].endswith("s")
        return len(mark[0]) if ends else 0

    def following(self) -> Token | None:
        """The next word, over a possessive s."""
        later = self.next
        if later is not None and self.possessive > 1:
            return self.found[self.at + 2] if self.at + 2 < len(self.found) else None
        return later


def is_persons(context: Context, names: Known, key: str) -> bool:
    """Whether a name that is also a word is a person's here."""
    token = context.token
    if _beside_part(context, names, key):
        return True
    if context.title is not None:
        return True
    if not token.is_capitalised or token.is_capitals or token.has_inner_capital:
        return False
    return not as_disease(context) and speaks_of_person(context)


def speaks_of_person(context: Context) -> bool:
    """Whether what follows or precedes a word is said of persons."""
    return (
        bool(context.possessive)
        or _before_verb(context)
        or _after_kin(context)
        or _BORN.match(context.text, context.token.end) is not None
    )


def as_disease(context: Context) -> bool:
    """Parkinson's disease, morbus Crohn, Stevens-Johnson."""
    following, before = context.following(), context.previous
    if following is not None and (
        following.keys[0] in EPONYM_NOUNS
        or (context.possessive and is_medicine(following.keys[0]))
        or _hyphenated(context, context.token, following)
    ):
        return True
    return before is not None and (
        (before.keys[0] in BEFORE_EPONYMS and context.token.keys[0] in eponyms())
        or _hyphenated(context, before, context.token)
    )


def _hyphenated(context: Context, one: Token, two: Token) -> bool:
    other = two if one is context.token else one
    return context.text[one.end : two.start] in ("-", "\u2010", "\u2011", "\u2013") and (
        other.keys[0] in eponyms() or other.keys[0] in compound_eponyms()
    )


def _beside_part(context: Context, names: Known, key: str) -> bool:
    partners = names.partners.get(key, set())
    for step in (-1, 1):
        at = context.at + step
        # Over a particle: Candida van der Berg.
        while 0 <= at < len(context.found) and context.found[at].keys[0] in PARTICLES - partners:
            at += step
        if not 0 <= at < len(context.found) or abs(at - context.at) > 4:
            continue
        other = context.found[at]
        near = context.found[context.at + step]
        if not _is_beside(context, near, other):
            continue
        if any(one in partners for one in other.keys):
            return True
        if context.token.is_capitalised and (
            _is_unusual(names, other) or _is_initial(context, other, partners)
        ):
            return True
    return False


def _is_unusual(names: Known, other: Token) -> bool:
    """Whether a word is a part of a name and nothing else, as it is recorded or inflected."""
    if any(names.parts.get(one) is False for one in other.keys):
        return True
    plain = other.keys[0]
    return other.is_capitalised and not is_word(plain) and False in found_in(plain, names.stems)


def _is_beside(context: Context, near: Token, other: Token) -> bool:
    one, two = (near, context.token) if near.start < context.token.start else (context.token, near)
    gap = context.text[one.end : two.start]
    initial = len(other.said) == 1 and gap in (". ", ".")
    return bool(_BESIDE.fullmatch(gap)) or initial


def _is_initial(context: Context, other: Token, partners: set[str]) -> bool:
    dotted = context.text[other.end : other.end + 1] == "."
    return (
        len(other.said) == 1
        and other.said.isupper()
        and dotted
        and any(one.startswith(other.keys[0]) for one in partners)
    )


def _before_verb(context: Context) -> bool:
    later = context.next
    if later is None or context.text[context.token.end : later.start].strip(" \t\u00a0"):
        return False
    return later.keys[0] in VERBS and context.token.keys[0] not in INSTITUTIONS


def _after_kin(context: Context) -> bool:
    before, later = context.previous, context.next
    if before is None or before.keys[0] not in KIN:
        return False
    if not _AFTER_KIN.fullmatch(context.text[before.end : context.token.start]):
        return False
    return later is None or not (later.is_capitalised or is_medicine(later.keys[0]))
