"""Whether a string is a person's name, and the parts of FHIR's HumanName. Knows no record."""

from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.fhir import text, texts
from shared.workflows.diagnosis.privacy.lexicon import is_medicine, is_word
from shared.workflows.diagnosis.privacy.names import Names
from shared.workflows.diagnosis.privacy.people import NOT_NAMES, PARTICLES, STRONG_TITLES, TITLES
from shared.workflows.diagnosis.privacy.text import WORD, clean, fold

SUBJECT, PERSON, ANYONE = "subject", "person", "anyone"
_MOST_WORDS = 3
_MOST_WITH_TITLE = 5
_SHORTEST_ALONE = 4
_MAX_GIVEN = 12


def is_whole_name(display: str) -> bool:
    """Whether a display is a person's name by its looks: two or three capitalised words, none of
    medicine or of daily life, no digits.
    """
    said = WORD.findall(clean(display))
    named = [word for word in said if fold(word) not in NOT_NAMES | STRONG_TITLES | TITLES]
    plain = [fold(word) for word in named if fold(word) not in PARTICLES]
    return (
        2 <= len(plain) <= _MOST_WORDS
        and not any(map(is_word, plain))
        and _looks_like_one(named, SUBJECT, titled=False)
    )


def add_human_name(names: Names, name: Mapping[str, Any]) -> None:
    given, family = texts(name.get("given"))[:_MAX_GIVEN], texts(name.get("family"))
    if given or family:
        names.add_person(given, family)
    said = text(name.get("text"))
    if said:
        names.add_text(said)


def add_display(names: Names, display: str, role: str, own: set[str]) -> None:
    """What a reference displays, if it is a person's name: it shares a word with the patient's, or
    looks like one.
    """
    said = WORD.findall(clean(display.partition(",")[0] if _credentials(display) else display))
    if len(said) > 12:
        return
    titled = any(fold(word) in STRONG_TITLES or fold(word) in TITLES | {"dr"} for word in said[:2])
    named = [word for word in said if fold(word) not in NOT_NAMES | STRONG_TITLES | TITLES]
    shared = role == SUBJECT and any(
        fold(word) in own and not is_word(fold(word)) for word in named
    )
    if shared or (role == SUBJECT and own.issuperset(map(fold, named)) and named):
        names.add_text(" ".join(named))
    elif _looks_like_one(named, role, titled):
        names.add_text(display if "," in display and not _credentials(display) else " ".join(named))


def _credentials(display: str) -> bool:
    """`Halloran, MD`: what follows the comma is no name."""
    after = WORD.findall(display.partition(",")[2])
    return bool(after) and all(word.isupper() or fold(word) in NOT_NAMES for word in after)


def _looks_like_one(named: list[str], role: str, titled: bool) -> bool:
    core = [fold(word) for word in named if fold(word) not in PARTICLES]
    big = all(word[:1].isupper() or fold(word) in PARTICLES for word in named)
    stripped = [word.rstrip("0123456789") for word in core]
    if not core or not big or not all(word.isalpha() for word in stripped):
        return False
    if titled:
        return len(core) <= _MOST_WITH_TITLE
    if len(core) > _MOST_WORDS or any(is_medicine(word) for word in stripped):
        return False
    if len(core) == 1:
        alone = len(stripped[0]) >= _SHORTEST_ALONE and not is_word(stripped[0])
        return role == PERSON and alone
    return role in (SUBJECT, PERSON) or not all(is_word(word) for word in stripped)
