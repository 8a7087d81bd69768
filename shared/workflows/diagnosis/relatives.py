"""Words and codes for other people: relatives, partners, donors, the fetus.

Sources: HL7 v3 RoleCode (PersonalRelationshipRoleType) and the SNOMED CT concepts for relatives.
Knows no record.
"""

import re
from typing import Any

from shared.workflows.diagnosis.fhir import mapping, mappings, text

_PERSON_TYPES_LIST = "Patient RelatedPerson Practitioner PractitionerRole Person Group"
_PERSON_TYPES = frozenset(_PERSON_TYPES_LIST.split())
_PEOPLE = """
mother father parent parents brother sister sibling siblings twin son daughter child children baby
newborn infant neonate partner spouse husband wife fiance boyfriend girlfriend donor recipient fetus
foetus fetal foetal embryo aunt uncle cousin niece nephew grandmother grandfather grandparent
grandson granddaughter grandchild stepmother stepfather relative family member contact index case
roommate friend mutter vater bruder schwester sohn tochter kind ehemann ehefrau partnerin
grossmutter grossvater spender spenderin fetus tante onkel mere pere frere soeur mari femme madre
padre hermano hermana hijo hija esposo esposa donante
"""
_WORDS = frozenset(_PEOPLE.split()) - {"index", "case", "contact", "member", "family", "kind"}
_ROLES_LIST = """
    MTH FTH PRN NMTH NFTH NPRN BRO SIS SIB NSIB NBRO NSIS TWIN TWINBRO TWINSIS FTWIN ITWIN SON DAU
    CHILD NCHILD SONC DAUC SPS HUSB WIFE DOMPART SIGOTHR FRND ROOM AUNT MAUNT PAUNT UNCLE MUNCLE
    PUNCLE COUSN MCOUSN PCOUSN NIENEPH NEPHEW NIECE GRMTH GRFTH GRPRN MGRMTH MGRFTH PGRMTH PGRFTH
    GRNDCHILD GRNDSON GRNDDAU HSIB HBRO HSIS STPMTH STPFTH FAMMEMB EXT GESTM NCHILD DONOR
    """
_ROLES = frozenset(_ROLES_LIST.split())
_SNOMED_LIST = """
    72705000 66839005 40683002 70924004 27733009 375005 65656005 9947008 66089001 65616008 67822003
    303071001 127848009 127849001 62071000 262043009 127850001 105455006 105456007 83418008 57312000
    444018008 133931009 113163005 394571004 25211005 38048003 34581001 55538000 83559000 34871008
    62296006 394859001 394856008 394857004 394858009 11286003 14651005
    """
_SNOMED = frozenset(_SNOMED_LIST.split())
_FETUS_WORDS_LIST = "fetus foetus fetal foetal unborn fötus"
_FETUS_WORDS = frozenset(_FETUS_WORDS_LIST.split())
_FETUS_CODES = frozenset(("83418008", "57312000", "FETUS"))
_WORD = re.compile(r"[^\W\d_]+")
# A text that speaks of relatives: the whole of it stands under family history, with all its words.
_FAMILY = re.compile(
    r"(?i)^\s*(?:(?:positive|negative|no|strong|known|significant|maternal|paternal)\s+)*"
    r"(?:family history|family hx|fam(?:ily)?\.? ?h(?:x|istory)|fhx?|familial history|"
    r"familienanamnese|antec[eé]dents familiaux|antecedentes familiares|"
    r"family member|history of family member)\b"
    r"|\bin (?:the )?family\b|\bfamily history\b"
    r"|^\s*(?:maternal |paternal )?(?:mother|father|brother|sister|grandmother|grandfather|aunt|"
    r"uncle|cousin|son|daughter|"
    r"mutter|vater|bruder|schwester)(?:'s)?\s*(?::|-|–|with|had|has|died|hat|hatte)"
)


def is_person_type(kind: str) -> bool:
    """Whether resources of this type are people."""
    return kind in _PERSON_TYPES


def is_person_code(concept: Any) -> bool:
    """Whether a concept, by any coding or its text, is a relation or role of another person."""
    codes, sayings = _parts(concept)
    if any(code in _SNOMED or code.upper() in _ROLES for code in codes):
        return True
    return any(word.lower() in _WORDS for said in sayings for word in _WORD.findall(said))


def names_fetus(concept: Any) -> bool:
    codes, sayings = _parts(concept)
    words = {word.lower() for said in sayings for word in _WORD.findall(said)}
    return any(code in _FETUS_CODES for code in codes) or bool(words & _FETUS_WORDS)


def speaks_of_relatives(said: str) -> bool:
    """Whether the name of a fact is of relatives: "Family history of asthma", "Mother: breast
    cancer".
    """
    return _FAMILY.search(said) is not None


def _parts(concept: Any) -> tuple[list[str], list[str]]:
    if isinstance(concept, str):
        return [concept], [concept]
    coded = mapping(concept)
    codings = mappings(coded.get("coding")) or ([coded] if "code" in coded else [])
    codes = [code for code in (text(coding.get("code")) for coding in codings) if code]
    sayings = [coded.get("text"), *(coding.get("display") for coding in codings)]
    return codes, [said for said in map(text, sayings) if said]
