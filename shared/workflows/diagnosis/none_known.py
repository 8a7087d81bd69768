"""Statements that the patient has none of something: "no known allergy", which differs from
nothing being recorded.
"""

import re
from typing import Any

from shared.workflows.diagnosis.facts import Fact, fact
from shared.workflows.diagnosis.fhir import Held, mapping, mappings, text
from shared.workflows.diagnosis.moments import when
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.statuses import folded, status_of

NONE_KNOWN = "none known"
# Of a List, and of the Composition that has the section.
_STATUSES = ("current", "final", "amended", "preliminary", "retired")
# SNOMED CT "No known ..." and its kin, and the codes of HL7's absent-unknown code system that say
# so.
_CODES_LIST = """
    716186003 409137002 428607008 429625007 428197003 716184000 1003774007 716220001 160244002
    160245001 787481004 no-known-allergies no-known-medication-allergies
    no-known-environmental-allergies no-known-food-allergies no-known-medications no-known-problems
    no-known-procedures no-known-immunizations no-known-devices
    """
_CODES = frozenset(_CODES_LIST.split())
# HL7's codes of the same system for "nobody knows", such as no-allergy-info.
_NO_INFORMATION = re.compile(r"no-[a-z]+-info(?:rmation)?")
_WORDS = re.compile(
    r"(?i)\s*(?:no known\b.*|nil known\b.*|n\.?k\.?d?\.?a\.?|no (?:known )?(?:drug |food "
    r")?allergies|none known|no allergies|"
    r"keine bekannten .*|keine allergien.*|aucune allergie.*|sin alergias.*)\s*"
)


def says_none_known(concept: Any) -> bool:
    """Whether a concept, by a code or by its words, says that there is none."""
    coded = mapping(concept)
    codings = mappings(coded.get("coding"))
    if any(text(coding.get("code")) in _CODES for coding in codings):
        return True
    sayings = [coded.get("text"), *(coding.get("display") for coding in codings)]
    said = [one for one in map(text, sayings) if one] if coded else [text(concept) or ""]
    return any(_WORDS.fullmatch(one) for one in said)


def stated_of_none(concept: Any) -> str | None:
    """The section of a concept that stands for no fact: `none_known` where it says that there is
    none, `empty_lists` where it says that nothing is known of it; None of any other.
    """
    codings = mappings(mapping(concept).get("coding"))
    if any(_NO_INFORMATION.fullmatch(text(coding.get("code")) or "") for coding in codings):
        return "empty_lists"
    return "none_known" if says_none_known(concept) else None


def empty_list(reader: Reader, held: Held) -> list[Fact]:
    """A List with an emptyReason; any other List says nothing by itself."""
    resource = held.resource
    title = reader.name(resource.get("code")) or reader.note(resource.get("title"), 300, "name")
    found = _empty(reader, held, title, resource.get("emptyReason"), resource)
    return [found] if found else []


def empty_section(reader: Reader, held: Held, section: Any) -> Fact | None:
    """A Composition's section with an emptyReason."""
    one = mapping(section)
    title = reader.note(one.get("title"), 300, "name") or reader.name(one.get("code"))
    return _empty(reader, held, title, one.get("emptyReason"), held.resource)


def _empty(reader: Reader, held: Held, title: str | None, reason: Any, dated: Any) -> Fact | None:
    said = reader.name(reason)
    if said is None:
        return None
    codes = [text(coding.get("code")) for coding in mappings(mapping(reason).get("coding"))]
    known = {folded(one) for one in (*codes, said) if one}
    status = status_of(dated.get("status"), _STATUSES)
    none = "nilknown" in known and status.word in (None, "current", "final", "amended")
    return fact(
        reader,
        held,
        "none_known" if none else "empty_lists",
        {"name": title or "not stated"},
        when(reader, dated, "date"),
        stated=NONE_KNOWN if none else None,
        why_empty=said,
        status=status.word if status.word not in ("current", "final", "amended") else None,
        apart=title or "",
    )
