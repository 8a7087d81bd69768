"""What names a person by its shape, without any record: e-mail, URL, IP, telephone, labelled
identifiers and labelled births.

Every pattern is bounded, so no text makes it slow. Knows no record.
"""

import re
from collections.abc import Iterator

from shared.workflows.diagnosis.privacy.lexicon import months
from shared.workflows.diagnosis.privacy.text import Span, fold

_ALWAYS = (
    re.compile(r"(?<![\w.+\-])[\w.+\-%']{1,64}@[\w.\-]{1,255}\.[^\W\d_]{2,24}"),
    re.compile(r"(?<![^\W_])(?:https?|ftp|sftp)://[^\s<>\"'\])]{1,2000}", re.IGNORECASE),
    re.compile(r"(?<![\w.])www\.[^\s<>\"'\])]{1,2000}", re.IGNORECASE),
    re.compile(
        r"(?<![\w.\-])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d"
        r"|1?\d?\d)(?![\w\-]|\.\d)"
    ),
    re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}(?![\w:])"),
    re.compile(
        r"(?<![\w:.])(?=[0-9a-fA-F:]{0,40}[0-9a-fA-F]{3})(?:[0-9a-fA-F]{1,4}:){1,6}:(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,5})?(?![\w:])"
    ),
    re.compile(
        r"(?<![\w.])(?:\+?\d{1,3}[\s.\-]?)?(?:\(\d{3}\)\s?|\d{3}[\s.\-])\d{3}[\s.\-]\d{4}(?!\w)"
    ),
    re.compile(r"(?<![\w\-])\d{3}-\d{2}-\d{4}(?![\w\-])"),
    re.compile(r"(?<![\w\-])\d{5}-\d{4}(?![\w\-])"),
)
_END = ".,;:!?"
_LABELLED = re.compile(
    r"(?i)\b(?:MRN|SSN|(?:NHS|medical record|social security|passport|driver'?s licen[cs]e"
    r"|insurance|policy|patienten|versicherten|"
    r"kranken(?:kassen|versicherungs)?)[\- ]?(?:number|nummer|nr|no)?\.?|(?:PESEL|CPR"
    r"|personnummer|fødselsnummer|henkilötunnus|BSN|"
    r"NIR|DNI|NIE|codice fiscale|rodné číslo|TC kimlik))(?: number| no\.?| nr\.?)?[\s.:#=]{0,4}"
    r"((?=[A-Z\-]{0,10}\d)[A-Z0-9][A-Z0-9\-/]{2,30})"
)
# Telephone: the digits after a + or a 0, in groups.
_PHONE = re.compile(
    r"(?<![\w.,/\-+])(?:\+\s?\d|\(?0\d|\(0\)\s?\d"
    r"|\(\+\d)(?:[ .\-/()\u00a0\u2010\u2011]{0,3}\d){5,19}(?![\w])(?!\.\d)"
)
_CALLED = re.compile(
    r"(?i)\b(?:tele(?:phone|fon|foon|fono|fone)|t[eé]l[eé]phone|tel|phone|ph|mobile?|m[oó]vil"
    r"|handy|cell(?:phone|ulare)?|celular|call(?:ed|ing)?|"
    r"fax|gsm|telef[oó]n|tlf|ruf(?:nummer)?|rückruf|anruf|appel(?:er|ez)|llam(?:ar|e)|ligar"
    r"|dzwoni[ćc]|kom[oó]rka|bel(?:len)?|ring|"
    r"puh(?:elin)?|numer|whatsapp|sms|pager|bleep|ext(?:ension)?|电话|電話|전화|тел)"
    r"(?:[\s.:#]{0,3}(?:number|nummer|num[eé]ro|nr|no|at|on|under|unter|auf|au|al|pod|op|til"
    r"|back|to|is|:)\b\.?){0,3}"
    r"[\s.:#()]{0,4}(\+?\(?\d(?:[ .\-/()\u00a0]{0,3}\d){5,19})(?![\w])"
)
_CODED = re.compile(
    r"(?i)(?:NDC|PZN|DIN|CAS|SNOMED|LOINC|ICD(?:-\d+)?(?:-\w+)?|RxNorm|ATC|CPT|CVX|OPS|code"
    r"|lot|batch|charge)[\s:#.\w]{0,12}$"
)
_DATE = re.compile(
    r"(?:(?:0?[1-9]|[12]\d|3[01])([./\-])(?:0?[1-9]|[12]\d|3[01])\1(?:(?:18|19|20)\d\d"
    r"|\d\d)(?!\d|\1\d)|(?:0[1-9]|1[0-2])[./\-](?:19|20)\d\d(?!\d)"
    r"|(?:18|19|20)\d\d([./\-])(?:0?[1-9]|1[0-2])(?:\2(?:0?[1-9]|[12]\d|3[01]))?(?!\d|\2\d))"
)
# Of care, as it is typed in haste; with a time of day or none.
_UNSPACED = (
    r"(?:(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
    r"(?:18|19|20)\d\d"
)
_UNSPACED_DATE = re.compile(
    rf"{_UNSPACED}(?:[ \-]{{1,3}}(?:{_UNSPACED}|(?:[01]\d|2[0-3])(?:\.?[0-5]\d)?))?"
)
_TIMES = re.compile(
    r"(?:[01]\d|2[0-3])[.:]?[0-5]\d(?:[ \-/,]{1,3}(?:[01]\d|2[0-3])[.:]?[0-5]\d){1,12}"
)
_LONG, _CALLED_LONG = 8, 6
_BORN = re.compile(
    r"(?i)\b(?:DOB|D\.O\.B\.?|date of birth|birth ?date|birthday|born|geb(?:oren)?"
    r"|geburts(?:tag|datum)|n[eé](?:\(?e\)?)?|date de naissance|"
    r"nacid[oa]|fecha de nacimiento|nat[oa]|data di nascita|urodzon[ya]|ur|data urodzenia"
    r"|nascid[oa]|data de nascimento|"
    r"geboortedatum|födelsedatum|född|født|fødselsdato|syntynyt|synt|narozen[aá]?"
    r"|datum narození|doğum tarihi|doğumlu)"
    r"(?:[\s.:=]{1,3}(?:am|on|in|le|el|il|em|op|den|dnia|dne|the|d)\b\.?)?[\s.:=]{1,4}"
    r"(\d{1,4}[\-/. ]{1,2}\d{1,2}(?:[\-/. ]{1,2}\d{2,4})?(?!\d)|(?:19|20)\d\d(?!\d)"
    r"|(?:\d{1,2}(?:st|nd|rd|th|er|\.)?\s{1,2}(?:of "
    r"|de )?)?[^\W\d_]{3,12}\.?\s{1,2}(?:\d{1,2}(?:st|nd|rd|th)?,?\s{1,2})?(?:de )?\d{4}(?!\d))"
)
_LETTERS = re.compile(r"[^\W\d_]{3,}")


def spans(text: str) -> Iterator[Span]:
    """Where an identifier's shape stands."""
    if "@" in text or ":" in text or "." in text or _DIGITS.search(text):
        for shape in _ALWAYS:
            for match in shape.finditer(text):
                yield match.start(), match.start() + len(match[0].rstrip(_END))
    if not _DIGITS.search(text):
        return
    yield from (match.span(1) for match in _LABELLED.finditer(text))
    yield from _births(text)
    yield from _phones(text)


_DIGITS = re.compile(r"\d")


def _births(text: str) -> Iterator[Span]:
    """A date after a word for birth; of words only months count, so "born in summer 1961" stays."""
    for match in _BORN.finditer(text):
        said = [fold(word) for word in _LETTERS.findall(match[1])]
        if all(word in months() for word in said):
            yield match.span(1)


def _phones(text: str) -> Iterator[Span]:
    for match in _PHONE.finditer(text):
        if _digits(match[0]) >= _LONG and not _is_other(text, match.start(), match.end()):
            yield match.span()
    for match in _CALLED.finditer(text):
        if _digits(match[1]) >= _CALLED_LONG and not _DATE.match(text, match.start(1)):
            yield match.span(1)


def _is_other(text: str, start: int, end: int) -> bool:
    """A date, times of day, a decimal, or a code that is said to be one."""
    said = text[start:end]
    return (
        _DATE.match(text, start) is not None
        or _UNSPACED_DATE.fullmatch(said) is not None
        or _TIMES.fullmatch(said) is not None
        or said.startswith(("0.", "0,"))
        or _CODED.search(text, max(0, start - 30), start) is not None
    )


def _digits(said: str) -> int:
    return sum(char.isdigit() for char in said)
