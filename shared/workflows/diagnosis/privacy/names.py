"""The names of people, in every spelling: joined or spaced, inflected, with a title, beside each
other.

A name that is also a word (`lexicon`, or a word of the record's own coded displays) is found only
in a person's context; any other wherever it stands. Knows spelling and context, no record.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from shared.workflows.diagnosis.privacy.context import (
    Context,
    as_disease,
    is_persons,
    speaks_of_person,
)
from shared.workflows.diagnosis.privacy.inflection import found_in, stems
from shared.workflows.diagnosis.privacy.lexicon import compound_eponyms, eponyms, is_word
from shared.workflows.diagnosis.privacy.people import NOT_NAMES, PARTICLES, UNSPACED_TITLES
from shared.workflows.diagnosis.privacy.text import (
    UNSPACED,
    WORD,
    Span,
    Token,
    clean,
    fold,
    spellings,
    tokens,
)

MAX_WORDS = 12
_MAX_PARTS = 24
_MAX_PARTNERS = 200
_MAX_GAP = 4
_SHORTEST = 2
_SHORTEST_SMALL = 4  # in small letters a shorter name is too likely another word
_SHORTEST_SENTENCE = 3
_SHORTEST_SPLIT = 6
_MAX_UNSPACED = 8
_SPACED = re.compile(r"[\s\-\u2010-\u2015,;/()&.]+")
_DIGITS_AT_END = re.compile(r"(?<=[^\W\d_]{3})\d+$")
_JOINS = frozenset(("", " ", "-", "'", "\u2019", "\u2010", "\u2011", "\u2013", "\n", "  ", ". "))
_BESIDE = _JOINS | {",", ", ", " , ", ",\n", ".", "_", " - ", "/", "-,"}


@dataclass
class Names:
    """Built part by part, then asked. `parts`: folded words of names, true where they are words
    too; `partners`: the other parts of the same person's name; `vocabulary`: folded words that the
    record's own terminology uses.
    """

    vocabulary: Collection[str] = ()
    whole: set[str] = field(default_factory=set)
    parts: dict[str, bool] = field(default_factory=dict)
    partners: dict[str, set[str]] = field(default_factory=dict)
    stems: dict[str, bool] = field(default_factory=dict)
    prefixes: set[str] = field(default_factory=set)
    unspaced: set[str] = field(default_factory=set)
    surnames: set[str] = field(default_factory=set)

    def add_person(self, given: Iterable[str], family: Iterable[str]) -> None:
        """One name of a person, as it is recorded: each string may hold several words."""
        first, last = list(given)[:_MAX_PARTS], list(family)[:_MAX_PARTS]
        self._add_unspaced(first, last)
        first_words, last_words = _plain_words(first), _plain_words(last)
        keys = [key for part in (*first, *last) for key in self._add_part(part)]
        for key in dict.fromkeys(keys):
            if len(self.partners.setdefault(key, set())) < _MAX_PARTNERS:
                self.partners[key].update(other for other in keys[:50] if other != key)
        for phrase in _orders(first_words, last_words):
            self._add_joined(phrase, self.whole)

    def add_text(self, said: str) -> None:
        """A whole name in one string: its last word, or what stands before a comma, is the
        family's.
        """
        before, comma, after = clean(said).partition(",")
        words = [word for word in _SPACED.split(before) if word and fold(word) not in NOT_NAMES]
        later = [word for word in _SPACED.split(after) if word and fold(word) not in NOT_NAMES]
        if comma and later:
            self.add_person(later, [" ".join(words)])
        elif words:
            self.add_person(words[:-1], words[-1:])

    def _add_part(self, part: str) -> Iterator[str]:
        """A given or a family name: joined, and each word of it. Yields the keys of its words."""
        said = [word for word in _SPACED.split(clean(part)) if word][:_MAX_PARTS]
        pieces = [word for word in said if fold(word) not in NOT_NAMES]
        self._add_joined(pieces, None)
        for word in pieces:
            bare = WORD.findall(_DIGITS_AT_END.sub("", word))
            longest = max(bare, key=len, default="")
            for name in dict.fromkeys((word, "".join(bare), longest)):
                short = name is longest and name != word and len(name) < _SHORTEST_SMALL
                if not short and fold("".join(WORD.findall(name))) not in PARTICLES:
                    yield from self._add_word("".join(WORD.findall(name)))

    def _add_word(self, word: str) -> Iterator[str]:
        for key in spellings(word):
            if len(key) < _SHORTEST or key in NOT_NAMES or UNSPACED.search(key):
                continue
            lexical = self.is_word(key)
            self.parts[key] = lexical
            self._add_prefixes(key)
            for stem in stems(key):
                self.stems[stem] = lexical and self.stems.get(stem, True)
            yield key

    def _add_joined(self, pieces: list[str], whole: set[str] | None) -> None:
        for size in range(3):
            spelt = [spellings(word) for piece in pieces for word in WORD.findall(piece)]
            key = "".join(one[min(size, len(one) - 1)] for one in spelt)
            if len(spelt) > 1 and len(key) > _SHORTEST_SMALL:
                self._add_prefixes(key)
                if whole is None:
                    self.parts.setdefault(key, self.is_word(key))
                else:
                    whole.add(key)

    def _add_prefixes(self, key: str) -> None:
        self.prefixes.update(key[:size] for size in range(1, min(len(key), 120) + 1))

    def _add_unspaced(self, given: list[str], family: list[str]) -> None:
        for first, last in ((given, family), (family, given)):
            for phrase in ("".join([*last, *first]), *first):
                found = UNSPACED.findall("".join(clean(phrase).split()))
                self.unspaced.update(name[:40] for name in found if len(name) > 1)
        for name in map(clean, family):
            if len(name) == 1 and UNSPACED.fullmatch(name):
                self.surnames.add(name)

    def learn(self, displays: Iterable[str], whole_texts: Iterable[str]) -> None:
        """Takes the words of the record's own terminologies for words, unless a display names a
        whole person; a concept's text of one word too: "never as the whole text of a code".
        """
        learnt = set(self.vocabulary)
        for display in displays:
            found = tokens(clean(display))
            keys = {key for token in found for key in token.keys}
            if not keys.isdisjoint(self.parts) and not self.names_whole(found):
                learnt |= keys
        learnt.update(key for said in whole_texts for key in spellings(clean(said).strip()))
        for key in learnt.intersection(self.parts):
            self.parts[key] = True
            for stem in stems(key):
                self.stems[stem] = True
        self.vocabulary = frozenset(learnt)

    def is_word(self, key: str) -> bool:
        """Whether a name is a word too, for which context must speak."""
        return key in self.vocabulary or is_word(key)

    def holds(self, key: str) -> bool:
        return key in self.parts or key in self.whole

    def spans(self, text: str, found: list[Token], careless: bool = False) -> Iterator[Span]:
        """Where people are named; `careless`: in small letters too, as in a file's name."""
        at = 0
        sentence = len(found) >= _SHORTEST_SENTENCE or (len(found) > 1 and " " not in text)
        small = careless or (sentence and text == text.lower())
        while self.prefixes and at < len(found):
            size = self._several(text, found, at)
            if size:
                yield found[at].start, found[at + size - 1].end
            elif span := self._single(Context(text, found, at, small)):
                yield span
            at += size or 1
        if self.unspaced or self.surnames:
            yield from self._unspaced_spans(text)

    def names_whole(self, found: list[Token]) -> bool:
        """Whether two parts of a name stand beside each other: so no terminology would write."""
        held = [any(key in self.parts for key in token.keys) for token in found]
        beside = any(
            one and two and found[at].keys[0] != found[at + 1].keys[0]
            for at, (one, two) in enumerate(pairwise(held))
        )
        return beside or any(key in self.whole for token in found for key in token.keys)

    def _several(self, text: str, found: list[Token], at: int) -> int:
        best = 0
        for spelling in range(len(found[at].keys)):
            key, size = found[at].keys[spelling], 1
            while key in self.prefixes:
                if size > best and self._is_name(text, found[at : at + size], key):
                    best = size
                if at + size >= len(found) or size >= MAX_WORDS:
                    break
                following = found[at + size]
                if following.start - found[at + size - 1].end > _MAX_GAP:
                    break
                key += following.keys[min(spelling, len(following.keys) - 1)]
                size += 1
        return best

    def _is_name(self, text: str, run: list[Token], key: str) -> bool:
        """Of words that together spell a name."""
        gaps = {text[one.end : two.start] for one, two in pairwise(run)}
        if key in self.whole:
            return _BESIDE.issuperset(gaps)
        lexical = self.parts.get(key)
        if lexical is None or len(run) == 1:
            return False
        if not _JOINS.issuperset(gaps) or len(key) < _SHORTEST_SPLIT:
            return False
        big = [token.is_capitalised or token.keys[0] in PARTICLES for token in run]
        apart = " " not in "".join(gaps)
        known = all(
            token.keys[0] in self.parts or token.keys[0] in PARTICLES for token in run
        ) and not all(self.is_word(token.keys[0]) for token in run)
        return (all(big) and run[-1].is_capitalised) or (apart and any(big)) or known

    def _single(self, context: Context) -> Span | None:
        token = context.token
        held = [key for key in token.keys if key in self.parts]
        if held:
            lexical = all(self.parts[key] for key in held)
            return self._in_context(context, held[0]) if lexical else self._plain(context, held)
        # Slavic, Finnish and other endings; only of a capitalised word that is no other.
        plain = token.keys[0]
        if not token.is_capitalised or self.is_word(plain):
            return None
        known = set(found_in(plain, self.stems))
        if False in known or (known and is_persons(context, self, plain)):
            return token.start, token.end
        return None

    def _plain(self, context: Context, held: list[str]) -> Span | None:
        token = context.token
        if token.said == token.said.lower():
            return self._small(context, held[0])
        unit = token.has_inner_capital and len(token.said) < _SHORTEST_SMALL
        if unit or (len(token.said) == _SHORTEST and token.is_capitals):
            return self._in_context(context, held[0])
        names_of_diseases = compound_eponyms() | eponyms()
        if held[0] in names_of_diseases and as_disease(context) and not context.title:
            return None
        return token.start, token.end

    def _in_context(self, context: Context, key: str) -> Span | None:
        if not is_persons(context, self, key):
            return None
        title = context.title
        return context.token.start if title is None else title, context.token.end

    def _small(self, context: Context, key: str) -> Span | None:
        """In small letters: where a person is spoken of, or where the text has no capital."""
        token = context.token
        loose = context.small and len(token.said) >= _SHORTEST_SMALL
        if loose or is_persons(context, self, key) or speaks_of_person(context):
            return token.start, token.end
        return None

    def _unspaced_spans(self, text: str) -> Iterator[Span]:
        for run in UNSPACED.finditer(text):
            at = run.start()
            while at < run.end():
                size = next(
                    (
                        size
                        for size in range(min(40, run.end() - at), 1, -1)
                        if text[at : at + size] in self.unspaced
                    ),
                    0,
                )
                if not size and text[at] in self.surnames:
                    size = int(text[at + 1 : at + 8].lstrip().startswith(UNSPACED_TITLES))
                if size:
                    yield at, at + size
                at += size or 1


def _plain_words(parts: list[str]) -> list[str]:
    return [word for part in parts for word in WORD.findall(clean(part))]


def _orders(given: list[str], family: list[str]) -> Iterator[list[str]]:
    """The orders in which a whole name is written."""
    named = [word for word in given if fold(word) not in NOT_NAMES]
    if named and family:
        for first in (named, named[:1]):
            yield [*first, *family]
            yield [*family, *first]
