"""Words of status: what they are, however they are coded or spelt, and which counts of two that
disagree.

Sources: HL7's value sets of R4 (condition-clinical, condition-ver-status, event-status,
medicationrequest-status and their kin) and the SNOMED CT concepts that stand for them. Knows no
resource.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shared.workflows.diagnosis.fhir import mapping, mappings, text
from shared.workflows.diagnosis.terminology import HL7_PREFIXES

ENTERED_IN_ERROR = "entered-in-error"
REFUTED = "refuted"
NOT_STATED = "status not stated"
_LISTED = 20

# From what holds to what takes back: of two words that disagree the one further on counts.
CLINICAL = ("active", "recurrence", "relapse", "remission", "inactive", "resolved")
VERIFICATION = (
    "confirmed",
    "provisional",
    "differential",
    "unconfirmed",
    REFUTED,
    ENTERED_IN_ERROR,
)
_WITHDRAWING = (
    *("completed", "final", "active", "in-progress", "unknown", "amended", "corrected", "partial"),
    *("preliminary", "intended", "preparation", "registered", "draft", "on-hold", "stopped"),
    *("cancelled", "declined", "not-taken", "not-done", ENTERED_IN_ERROR),
)
_SNOMED = {
    "55561003": "active",
    "73425007": "inactive",
    "413322009": "resolved",
    "277022003": "remission",
    "410516002": REFUTED,
    "410605003": "confirmed",
}
_PROPOSED = ("proposal", "plan", "option")
_NEGATED = {
    "cancelled": "cancelled",
    "declined": "declined",
    "not-taken": "not taken",
    "not-done": "not done",
    "registered": "without result",
    "draft": "only drafted",
    "intended": "only intended",
    "preparation": "only planned",
}
_SPELLINGS = {"canceled": "cancelled", "knownabsent": REFUTED, "ruledout": REFUTED}


@dataclass(frozen=True, slots=True)
class Status:
    """`word`: the known word that counts, None when there is none. `said`: all that was found, in
    order of trust, to be shown where it is not the word alone. `stated`: whether anything was.
    """

    word: str | None
    said: tuple[str, ...] = ()

    @property
    def stated(self) -> bool:
        return bool(self.said)

    @property
    def disagrees(self) -> bool:
        return self.word is not None and any(
            folded(said) != folded(self.word) for said in self.said
        )


@lru_cache(maxsize=4_096)
def folded(word: str) -> str:
    """Without case, spaces, hyphens and underscores."""
    return "".join(char for char in word.lower() if char.isalnum())


def status_of(value: Any, known: tuple[str, ...] = _WITHDRAWING) -> Status:
    """Of a code, a Coding or a CodeableConcept, by every coding and text in it. `known` lists the
    words from what holds to what takes back.
    """
    if value is None:
        return Status(None)
    return _of_word(value, known) if isinstance(value, str) else _status_of(value, known)


@lru_cache(maxsize=1_024)
def _of_word(value: str, known: tuple[str, ...]) -> Status:
    return _status_of(value, known)


def _status_of(value: Any, known: tuple[str, ...]) -> Status:
    by_fold = _folds(known)
    words: list[str] = []
    others: list[str] = []
    for said in _sayings(value):
        word = by_fold.get(folded(said))
        (words if word else others).append(word or said)
    words = list(dict.fromkeys(words))
    if not words:
        return Status(None, tuple(dict.fromkeys(others)))
    order = (*known, *(word for word in (REFUTED, ENTERED_IN_ERROR) if word not in known))
    # Words of one meaning, such as active and relapse, keep the order of trust.
    counts = max(words, key=lambda word: (_severity(word, order), -words.index(word)))
    return Status(counts, tuple(words))


def negation_of(resource: Mapping[str, Any]) -> str | None:
    """`ruled out`, `not done`, `cancelled`, `not to be given`, `only proposed`: in a word what
    keeps a resource from being so, where it is only named; None of what is so, was so or may be so.
    """
    words = {
        status_of(resource.get("verificationStatus"), VERIFICATION).word,
        status_of(resource.get("clinicalStatus"), CLINICAL).word,
    }
    if REFUTED in words:
        return "ruled out"
    if resource.get("doNotPerform") in (True, "true"):
        return "not to be given"
    intent = text(resource.get("intent"))
    if intent and folded(intent) in _PROPOSED:
        return "only proposed"
    return _NEGATED.get(status_of(resource.get("status")).word or "")


@lru_cache(maxsize=32)
def _folds(known: tuple[str, ...]) -> Mapping[str, str]:
    by_fold = {folded(word): word for word in (*known, ENTERED_IN_ERROR, REFUTED)}
    return by_fold | {fold: word for fold, word in _SPELLINGS.items() if word in by_fold.values()}


def _severity(word: str, order: tuple[str, ...]) -> int:
    return 0 if word in ("active", "recurrence", "relapse") else order.index(word)


def _sayings(value: Any) -> Iterator[str]:
    """HL7's codes, SNOMED's, other codes, displays, the text: in order of trust."""
    if isinstance(value, str):
        said = text(value)
        if said:
            yield said
        return
    if isinstance(value, list):
        # R4 has one status; what a careless sender lists counts as if it stood in one.
        for one in value[:_LISTED]:
            yield from () if isinstance(one, list) else _sayings(one)
        return
    coded = mapping(value)
    codings = mappings(coded.get("coding")) if "coding" in coded or "text" in coded else [coded]
    ranked = sorted(codings, key=_trust)
    for coding in ranked:
        code = text(coding.get("code"))
        if code:
            yield _SNOMED.get(code, code)
    for said in (*(coding.get("display") for coding in ranked), coded.get("text")):
        found = text(said)
        if found:
            yield found


def _trust(coding: Mapping[str, Any]) -> int:
    system = text(coding.get("system")) or ""
    return 0 if system.startswith(HL7_PREFIXES) else 1 if text(coding.get("code")) in _SNOMED else 2
