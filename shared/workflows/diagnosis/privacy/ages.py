"""Ages over 89, in text and in values: one group, `90+`, since so few reach them (45 CFR
164.514(b)(2)(i)(C)).

Knows the ways in which ages are written in the languages of the records.
"""

import re

from shared.workflows.diagnosis.dates import NINETY_PLUS, OLDEST_SHOWN
from shared.workflows.diagnosis.privacy import aged
from shared.workflows.diagnosis.privacy.text import fold, words

_AGE = r"(?<![\w.,/+\-])(9\d|1[0-3]\d)(?![\d+])"
_YEARS = (
    r"(?:[.,]\d)?[\s\u00a0\-\u2010\u2011\u2013]{0,2}"
    r"(?:y/?o?[fm]|y/?o|y\.\s?o\.?|yrs?|years?|y|jahre?n?|j(?=\.)|jährig\w{0,3}|jaehrig\w{0,3}"
    r"|ans|años"
    r"|ańos|anos|anni|enne|jaar|jarige?|jahrig\w{0,3}|"
    r"lat|lata|letni\w{0,4}|letn\w{0,3}|latk\w{0,2}|år|årig\w{0,3}|aar|aarig\w{0,3}"
    r"|vuotia\w{0,4}|vuotta|let|let[ýáé]\w{0,3}|rok\w{0,2}|"
    r"yaş\w{0,6}|éves\w{0,3}|év|de ani|ani|года?|лет|летн\w{0,3}|годин\w{0,2}|ετών|χρον\w{0,3}"
    r"|godin\w{0,2})(?![^\W_])"
)
_ASIAN = r"\s?(?:歲|岁|歳|才|세|살)"
_BEFORE = (
    r"(?<![^\W_])(?:aged?|age of|age is|ages|alter(?: von)?|im alter von|âgé(?:e)?(?: de)?"
    r"|âge(?: de)?|edad(?: de)?|con|età(?: di)?|"
    r"idade(?: de)?|leeftijd|wiek\w?|w wieku|alder|ålder|ikä|věk\w?|yaşı?"
    r"|возраст\w?)[\s:=,]{1,3}(?:over |of |about |ca\.? |approximately )?"
)
_DIED = (
    r"(?<![^\W_])(?:died|dead|deceased|passed away|death|gestorben|verstorben|starb|décédée?"
    r"|mort[ea]?|morto|murió|fallecid[oa]|"
    r"fallecimiento|deceduta|deceduto|faleceu|morreu|zmarła?|overleden|død|döde?|dog|zemřela?"
    r"|kuoli)"
    r"[\s,]{1,2}(?:at|mit|with|à|a|los|aos|w wieku|op|ved|vid|in|im|ve|of age|at age"
    r"|at the age of|aged|age|at the ripe age of)[\s]{1,2}"
)
_NOT_AGE = (
    r"(?![.,]?\d|\s?(?:%|mg|g|kg|mcg|ml|l|mmol|mmhg|bpm|cm|mm|days?|weeks?|months?|hours?|h"
    r"|min|tage?n?|wochen|monate?n?|"
    r"stunden|/|-day|-week|o'clock|uhr)(?![^\W_])|\s?[%/])"
)
_RANGE = re.compile(
    r"(?<![\w.,/+\-])(\d{2,3})(\s?(?:-|–|to|bis|à|a|and|und|et|y|or)\s?)(9\d|1[0-3]\d)"
    + f"(?={_YEARS})",
    re.IGNORECASE,
)
_SHAPES = (
    re.compile(_AGE + f"(?={_YEARS}|{_ASIAN})", re.IGNORECASE),
    re.compile(f"(?P<before>{_BEFORE}|{_DIED})" + _AGE + _NOT_AGE, re.IGNORECASE),
)
_SPELT = re.compile(
    r"(?<![^\W_])(?:ninety(?:[ \-](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one "
    r"|a )?hundred(?: and (?:one|two|three|"
    r"four|five|six|seven|eight|nine|ten))?)(?=[ \-]years?[ \-](?:old|of age))",
    re.IGNORECASE,
)
_SPELT_ORDINAL = re.compile(
    r"(?<![^\W_])(?:ninety[ \-](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|ninetieth|(?:one )?hundredth)(?=[ \-](?:year|birthday))",
    re.IGNORECASE,
)
_SPELT_GERMAN = re.compile(
    r"(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)?(?:und)?neunzig(?=[ \-]?jährig)",
    re.IGNORECASE,
)
# The ages that LOINC and SNOMED CT code.
_CODES = frozenset(
    [
        "30525-0",
        "21612-7",
        "21611-9",
        "29553-5",
        "35659-2",
        "39016-1",
        "63900-5",
        "30972-4",
        "42797-1",
        "46647-2",
        "76437-3",
        "67205-5",
        "64981-4",
        "57056-2",
        "92486-0",
        "54124-3",
        "397669002",
        "424144002",
        "445518008",
        "105727008",
        "397659008",
        "63900004",
    ]
)
_SAID = frozenset(
    [
        "age",
        "alter",
        "edad",
        "eta",
        "idade",
        "leeftijd",
        "wiek",
        "alder",
        "aalder",
        "ika",
        "vek",
        "yas",
    ]
)
_ASKS = _SAID | {"old", "alt", "anos"}
_ALONE = re.compile(r"(\d{2,3}(?:[.,]\d+)?)\s*([^\W\d_]*)")
_PER_YEAR = {
    **dict.fromkeys(
        (
            "",
            "a",
            "y",
            "yr",
            "yrs",
            "year",
            "years",
            "jahr",
            "jahre",
            "ans",
            "ano",
            "anos",
            "anni",
            "jaar",
        ),
        1.0,
    ),
    **dict.fromkeys(("mo", "month", "months", "mon", "monate"), 12.0),
    **dict.fromkeys(("wk", "week", "weeks", "wochen"), 52.18),
    **dict.fromkeys(("d", "day", "days", "tage"), 365.25),
}


def hide(text: str) -> str:
    """The text with every age over 89 in it made `90+`."""
    if not any(char.isdigit() for char in text):
        return _spelt(text)
    text = _RANGE.sub(_hidden_range, text)
    for shape in _SHAPES:
        text = shape.sub(_hidden, text)
    return _spelt(aged.hide(text))


def is_over(value: object, unit: str | None = None) -> bool:
    """Whether an age, a number with its unit (years without one), is over 89 years."""
    per_year = _PER_YEAR.get(fold(unit or "").strip())
    if per_year is None or isinstance(value, bool):
        return False
    try:
        return float(str(value)) / per_year >= OLDEST_SHOWN + 1
    except ValueError:
        return False


def shown_alone(said: str) -> str:
    """A text that is nothing but an age, in years where it says no unit, as it may be shown."""
    match = _ALONE.fullmatch(said.strip())
    over = match is not None and is_over(match[1].replace(",", "."), match[2].strip("FM"))
    return NINETY_PLUS if over else said


def asks_age(question: str) -> bool:
    """Whether a question is for somebody's age."""
    return not _ASKS.isdisjoint(words(question))


def is_age(codes: list[str], name: str | None) -> bool:
    """Whether an observation so coded, or so named, is of somebody's age."""
    said = words(name or "")
    return any(code in _CODES for code in codes) or bool(said and said[0] in _SAID)


def _hidden(match: re.Match[str]) -> str:
    before = match.groupdict().get("before") or ""
    return before + NINETY_PLUS


def _hidden_range(match: re.Match[str]) -> str:
    low = NINETY_PLUS if int(match[1]) > OLDEST_SHOWN else match[1]
    return low + match[2] + NINETY_PLUS


def _spelt(text: str) -> str:
    low = text.lower()
    if "ninet" in low or "hundred" in low:
        text = _SPELT.sub(NINETY_PLUS, text)
        text = _SPELT_ORDINAL.sub(NINETY_PLUS, text)
    return _SPELT_GERMAN.sub(NINETY_PLUS, text) if "neunzig" in low else text
