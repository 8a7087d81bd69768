"""Addresses, and names of organisations, as sequences of words; all but state and country alone.

A street is known by its name with its number before or after it, its type shortened or in full. An
organisation's name keeps the words of medicine in it. Knows spelling, no record.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from shared.workflows.diagnosis.privacy.lexicon import is_medicine, is_word
from shared.workflows.diagnosis.privacy.text import Span, Token, words

MAX_WORDS = 12
_MAX_GAP = 4
_MOST_TOWNS = 4
_MOST_WORDS = 60
_UNIT = re.compile(
    r"[\s,]{1,9}(?:unit|apt|apartment|suite|ste|floor|fl|room|rm|whg|wohnung|etage|appt|piso"
    r"|int|lok|m|#)[\s.]{0,3}\d.{0,80}$",
    re.IGNORECASE | re.DOTALL,
)
_STREETS = {
    **dict.fromkeys(("strasse", "str", "straße", "straat", "strase"), "str"),
    **dict.fromkeys(("street", "st"), "street"),
    **dict.fromkeys(("road", "rd"), "road"),
    **dict.fromkeys(("avenue", "ave", "av", "avenida", "avda"), "avenue"),
    **dict.fromkeys(("boulevard", "blvd", "bd", "boul"), "boulevard"),
    **dict.fromkeys(("lane", "ln"), "lane"),
    **dict.fromkeys(("drive", "dr"), "drive"),
    **dict.fromkeys(("court", "ct"), "court"),
    **dict.fromkeys(
        ("place", "pl", "platz", "plaza", "pza", "plac", "placu", "piazza", "plein"), "place"
    ),
    **dict.fromkeys(("square", "sq"), "square"),
    **dict.fromkeys(("terrace", "ter", "terr"), "terrace"),
    **dict.fromkeys(("highway", "hwy"), "highway"),
    **dict.fromkeys(("circle", "cir"), "circle"),
    **dict.fromkeys(("parkway", "pkwy"), "parkway"),
    **dict.fromkeys(("close", "cl"), "close"),
    **dict.fromkeys(("crescent", "cres"), "crescent"),
    **dict.fromkeys(("ulica", "ulicy", "ul", "ulice"), "ul"),
    **dict.fromkeys(("aleja", "aleje", "al", "alei"), "aleja"),
    **dict.fromkeys(("osiedle", "os"), "osiedle"),
    **dict.fromkeys(
        (
            "rue",
            "calle",
            "c",
            "via",
            "viale",
            "rua",
            "gata",
            "gatan",
            "gate",
            "gade",
            "vej",
            "vag",
            "vagen",
            "veien",
            "weg",
            "laan",
            "allee",
            "gasse",
            "ring",
            "damm",
            "ufer",
            "chemin",
            "route",
            "quai",
            "impasse",
            "corso",
            "vicolo",
            "travessa",
            "praca",
            "paseo",
            "camino",
            "carrer",
            "katu",
            "tie",
            "namesti",
            "trida",
            "sokak",
            "sok",
            "caddesi",
            "cad",
            "mahallesi",
            "mah",
            "utca",
            "ut",
            "ter",
            "strada",
        ),
        "way",
    ),
}
# Types that stand at the end of a name as one word: Musterstraße, Kerkstraat, Storgatan.
_STUCK = re.compile(
    r"^(.{3,})(strasse|strase|straat|str|gasse|weg|platz|allee|gatan|gata|gaten|gade|vej|veien"
    r"|vagen|laan|katu|tie|utca)$"
)
_SMALL_WORDS = """
of the de la le du des del della dei di da do dos das der den am an auf im in zum zur van op
aan y e i
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_CLINICS_WORDS = """
clinic clinics hospital hospitals center centre centers medical health healthcare care
department dept institute practice surgery medicine general national university community
group system services service associates foundation trust primary family internal laboratory
laboratories pharmacy klinik klinikum krankenhaus universitat praxis hopital hospitalier
ospedale szpital ziekenhuis hospitalet sygehus sjukhus nemocnice hastanesi urgent emergency
inpatient outpatient ward unit team room office regional memorial
"""
_CLINICS = frozenset(_CLINICS_WORDS.split())


@dataclass
class Places:
    """Built part by part, then asked. `always`: phrases taken in any text; `organisations`: names
    that keep their medicine.
    """

    always: set[tuple[str, ...]] = field(default_factory=set)
    capital: set[tuple[str, ...]] = field(default_factory=set)
    organisations: set[tuple[str, ...]] = field(default_factory=set)
    streets: set[tuple[str, ...]] = field(default_factory=set)
    _firsts: dict[str, set[int]] = field(default_factory=dict)

    def add_phrase(self, said: object, shortest: int = 6) -> None:
        """Several words, or one with a digit in it; less is too likely to mean something else."""
        found = words(said) if isinstance(said, str) else []
        joined = "".join(found)
        if len(joined) >= shortest and (len(found) > 1 or any(char.isdigit() for char in joined)):
            self._add(found, self.always)

    def add_organisation(self, said: object) -> None:
        """Only a name with a word in it that is none of medicine or daily life."""
        found = words(said) if isinstance(said, str) else []
        if len(found) > 1 and any(_is_proper(word) for word in found):
            self._add(found, self.organisations)

    def add_address(
        self, lines: Sequence[str], towns: Sequence[str], state: str, postal: str
    ) -> None:
        for line in lines:
            self._add_line(line)
        for town in towns:
            found = words(town)
            # A town that is also a word (Essen, Bath) says something only beside its code or state.
            if len(found) == 1 and (is_word(found[0]) or len(found[0]) < 3):
                self._add(["in", *found], self.capital)
            else:
                self._add(found, self.always)
        self._add_region([words(town) for town in towns], words(state), words(postal))

    def _add_line(self, line: str) -> None:
        street = words(_UNIT.sub("", line))[:_MOST_WORDS]
        self.add_phrase(line)
        self.add_phrase(" ".join(street))
        numbers = [word for word in street if word[:1].isdigit()]
        named = [word for word in street if not word[:1].isdigit()]
        canonical = _street(named)
        if numbers and canonical and "".join(canonical) not in _SMALL:
            bare = canonical[1:] if canonical[0] in _TYPES else []
            spelt = [canonical, bare] if _is_telling(bare) else [canonical]
            for number in numbers[:4]:
                for name in spelt:
                    self._add((*name, number), self.streets)
                    self._add((number, *name), self.streets)
            if len(named) > 1 and not is_word(named[0]) and named[0] not in _STREETS:
                self._add((numbers[0], named[0]), self.always)
        if _is_telling(canonical) and len(canonical) > 1:
            self._add(canonical, self.streets)

    def _add_region(self, towns: list[list[str]], state: list[str], postal: list[str]) -> None:
        """A state's abbreviation is an ordinary pair of letters, and a short or round postal code
        looks like a dose (1000 mg): these say something only beside each other or the town.
        """
        if len("".join(state)) >= 4 and not all(map(is_word, state)):
            self._add(state, self.always)
        code = "".join(postal)
        if len(code) >= 5:
            for spelt in (
                postal,
                [code],
                postal[:1] if len(postal[:1]) and len(postal[0]) >= 5 else [],
            ):
                self._add(spelt, self.capital if code.endswith("00") else self.always)
        told = [*towns[:_MOST_TOWNS], state, postal]
        for one in told:
            for two in told:
                if one and two and one is not two:
                    self._add([*one, *two], self.always)

    def _add(self, found: Sequence[str], held: set[tuple[str, ...]]) -> None:
        for start in range(0, len(found), MAX_WORDS):
            piece = tuple(found[start : start + MAX_WORDS])
            held.add(piece)
            self._firsts.setdefault(piece[0], set()).add(len(piece))

    def spans(self, text: str, found: list[Token]) -> Iterator[Span]:
        if not self._firsts:
            return
        plain = [token.keys[0] for token in found]
        canonical, sizes = _canonical_tokens(plain)
        at = 0
        while at < len(found):
            size = self._plain(text, found, plain, at)
            if size < 0:
                yield from _without_medicine(found[at : at - size])
            elif size:
                first = at + (plain[at] == "in")
                yield found[first].start, found[at + size - 1].end
            at += abs(size) or 1
        yield from self._street_spans(text, found, canonical, sizes)

    def _plain(self, text: str, found: list[Token], plain: list[str], at: int) -> int:
        """How many words from here on are a place; negative for an organisation's name."""
        for size in sorted(self._firsts.get(plain[at], ()), reverse=True):
            run = found[at : at + size]
            if len(run) < size or not _together(run):
                continue
            key = tuple(plain[at : at + size])
            if (
                key in self.always
                or (key in self.capital and run[-1].said[0].isupper())
                or (key in self.capital and run[-1].said[0].isdigit())
            ):
                return size
            if key in self.organisations:
                return -size
        return 0

    def _street_spans(
        self, text: str, found: list[Token], canonical: list[str], sizes: list[int]
    ) -> Iterator[Span]:
        """Over the words with street types made one: `Musterstr.`, `Musterstrasse` and `Muster
        Straße` are the same two.
        """
        at = 0
        while self.streets and at < len(canonical):
            best = 0
            for size in self._firsts.get(canonical[at], ()):
                fits = best < size <= len(canonical) - at
                if fits and tuple(canonical[at : at + size]) in self.streets:
                    best = size
            if best:
                run = found[sizes[at] : sizes[at + best - 1] + 1]
                if _together(run):
                    yield run[0].start, run[-1].end
            at += best or 1


_TYPES = frozenset(_STREETS.values())


def _street(named: list[str]) -> list[str]:
    return _canonical_tokens(named)[0]


def _canonical_tokens(plain: list[str]) -> tuple[list[str], list[int]]:
    """Words with a street's type apart and shortened, and which word each came from."""
    out: list[str] = []
    at: list[int] = []
    for position, word in enumerate(plain):
        stuck = _STUCK.match(word) if len(word) > 5 and word[0].isalpha() else None
        for part in stuck.groups() if stuck else (word,):
            out.append(_STREETS.get(part, part))
            at.append(position)
    return out, at


def _is_telling(name: list[str]) -> bool:
    """Whether a street's name, with or without its type, has a word that means nothing else."""
    return any(not is_word(word) for word in name if word not in _TYPES and word not in _SMALL)


def _is_proper(word: str) -> bool:
    return not is_word(word) and word not in _CLINICS and len(word) > 2 and not word.isdigit()


def _together(run: list[Token]) -> bool:
    return all(two.start - one.end <= _MAX_GAP for one, two in pairwise(run))


def _without_medicine(run: list[Token]) -> Iterator[Span]:
    """An organisation's name whole, or without the words of medicine in it."""
    telling = [is_medicine(token.keys[0]) and token.keys[0] not in _CLINICS for token in run]
    if not any(telling):
        yield run[0].start, run[-1].end
        return
    for token, medical in zip(run, telling, strict=True):
        if not medical and _is_proper(token.keys[0]):
            yield token.start, token.end
