"""Ages over 89 that only what stands around them makes ages: `94F with`, `F/94`, `her 94th year`,
`a woman, 94`, `she is 94`.

94 F may be a temperature, and 94 M a distance: a letter needs a beginning or a person beside it,
and where people have such temperatures, both. Every look around is bounded. Knows no record.
"""

import re

from shared.workflows.diagnosis.dates import NINETY_PLUS

_CANDIDATE = re.compile(r"(?<!\d)(?:9\d|1[0-3]\d)(?!\d)")
_AGE = r"(?<![\w.,/+\-])(?P<age>9\d|1[0-3]\d)(?![\d+])"
_LIKELY = r"(?P<age>9\d|10\d)(?![\d+])"
_PEOPLE = r"woman|man|lady|gentleman|female|male|frau|mann|patient(?:in)?|(?-i:[Pp]t)"  # no PT
_KIN = (
    r"(?:grand|great-grand)?(?:mother|father)|wife|husband|sister|brother|mum|mom|dad|aunt|uncle"
    r"|mutter|vater|oma|opa"
)
_WORDS = (
    r"female|male|woman|man|lady|gentleman|weiblich\w{0,3}|männlich\w{0,3}|femme|homme|mujer"
    r"|hombre|donna|uomo|vrouw|kobieta|mężczyzna|kvinna|kvinde|nainen|mies"
)
_ENDS = r"(?=\s{0,2}(?:[,;!)\]]|\.(?!\d)|$)|\s{1,2}(?:%s)(?![^\W_]))"
_SAID_OF_PEOPLE = (
    r"with|who|whose|presents?|presenting|presented|admitted|brought|complain\w{0,5}|known|has|had"
    r"|was|found|seen|living|lives|referred|transferred"
)
_GOES_ON = r"and|but|now|when|with|lives|living|this|next|last|in|today|yesterday|und|aber|mit|lebt"
_ORDINALS = (
    r"(?:st|nd|rd|th)[\s\-]{1,2}(?:year|birthday)",
    r"\.?\s{0,2}(?:lebensjahr|geburtstag)\w{0,2}",
    r"\s?(?:e|ème|eme)\s{1,2}(?:ann[ée]e|anniversaire)",
    r"\s?(?:º|ª|°|\.º|o|a)?\s{1,2}(?:cumpleaños|compleanno|aniversário|an[no]o? di vita"
    r"|a[ñn]o de vida)",
    r"(?:e|ste|de)\s{1,2}(?:levensjaar|verjaardag)",
    r"(?:\.|:e)?\s{1,2}(?:leveår|levnadsår|fødselsdag|födelsedag|bursdag)",
    r"\.?\s{1,2}(?:roku? życia|urodzin\w{0,2}|rok života|narozenin\w{0,2})",
)
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        _AGE + rf"(?={'|'.join(_ORDINALS)})",
        _AGE + rf"(?=\s?[♀♂]|[\s\-]{{1,2}}(?:{_WORDS})(?![^\W_]))",
        r"(?<![\w/])(?:(?-i:[FM])|female|male)\s?/\s?" + _LIKELY + r"(?![\w./%])",
        rf"(?:(?<![^\W_])(?:(?:{_PEOPLE})(?:\s?,\s{{0,2}}|\sof\s)|(?:{_KIN})\s?[,:]\s{{0,2}})"
        r"|(?:^|[.;\n(]\s{0,2})(?-i:[FM])\s?,\s{0,2})"
        + _LIKELY
        + _ENDS % f"{_SAID_OF_PEOPLE}|{_GOES_ON}",
    )
)
_VERB = re.compile(
    rf"(?<![^\W_])(?:(?:s?he|{_PEOPLE}|{_KIN}|(?-i:[Ss]ie|[Ee]r))"  # no ER
    r"(?:['\u2019]s|\s(?:is|was|turns?|turned|ist|war|wurde|wird))|turn(?:ed|ing|s))"
    r"\s(?:(?:now|already|almost|nearly|just|jetzt|schon)\s)?" + _LIKELY + _ENDS % _GOES_ON,
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"(?<![^\W_])(?:sat\w{0,8}|sp?o2|o2|hr|heart|pulse|bp|rr|pressure|weigh\w{0,3}|glucose|sugars?"
    r"|scor\w{0,3}|temp\w{0,8}|rate|fev1?|flow|h[ba]|hgb|crp|inr|level\w?|percentile)(?![^\W_])",
    re.IGNORECASE,
)
_LETTERED = re.compile(_AGE + r"(?=\s?[/(]?\s?(?P<sex>[FM])(?![\w°]))")
_AROUND = 40
_OPENS = re.compile(
    r"(?:[.\n;(\[]\s{0,3}|(?<![^\W_])(?:an?|the|this|our|pt|patient|elderly|frail|old|pleasant)"
    r"[\s:]{1,2})$",
    re.IGNORECASE,
)
_PERSON_AFTER = re.compile(
    rf"[\s,]{{1,3}}(?:(?:{_SAID_OF_PEOPLE}|pt|patient|bib\w{{0,3}}|pmh\w?|hx)(?![^\W_])"
    r"|[ws]/|[cps]/[opw]|h/o|a/w)",
    re.IGNORECASE,
)
_MEASURED_BEFORE = re.compile(
    r"(?<![^\W_])(?:(?:t|temp\w{0,8}|tmax|fevers?|a?febrile|vitals?|vs|obs|walk\w{0,3}|ran|swam"
    r"|distance|ambulat\w{0,5}|hypotherm\w{0,3})(?![^\W_])[^.;\n]{0,20}"
    r"|(?:oral|rectal|axillary|tympanic|core)\s{0,2})$",
    re.IGNORECASE,
)
_MEASURED_AFTER = re.compile(
    r"\s{0,2}[,;/]?\s{0,2}(?:(?:hr|bp|rr|pulse|sp?o2|sats?|fever|temp\w{0,8}|axillary|oral\w{0,2}"
    r"|rectal\w{0,2}|tympanic|degrees|catheter|sheath)(?![^\W_])|(?:at|on|@)\s?\d|\(\s?\d)",
    re.IGNORECASE,
)
_BODY_TEMPERATURES = range(96, 111)  # of people, in degrees Fahrenheit


def hide(text: str) -> str:
    """The text with every such age made `90+`."""
    if _CANDIDATE.search(text) is None:
        return text
    for shape in _SHAPES:
        text = shape.sub(_hidden, text)
    text = _VERB.sub(lambda match: match[0] if _is_measured(match) else _hidden(match), text)
    return _LETTERED.sub(lambda match: _hidden(match) if _is_persons(match) else match[0], text)


def _hidden(match: re.Match[str]) -> str:
    at, end = match.start("age") - match.start(), match.end("age") - match.start()
    return match[0][:at] + NINETY_PLUS + match[0][end:]


def _is_measured(match: re.Match[str]) -> bool:
    start = match.start()
    return _MEASURE.search(match.string, max(0, start - _AROUND), start) is not None


def _is_persons(match: re.Match[str]) -> bool:
    """Whether the letter is a sex. A text that is nothing else says nothing of that."""
    text, start, end = match.string, match.start(), match.end("sex")
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    if not (before.strip() or after.strip()) or _MEASURED_AFTER.match(after):
        return False
    if _MEASURED_BEFORE.search(before):
        return False
    opens = not before.strip() or _OPENS.search(before) is not None
    told = _PERSON_AFTER.match(after.removeprefix(")")) is not None
    if match["sex"] == "F" and int(match["age"]) in _BODY_TEMPERATURES:
        return opens and told
    return opens or told or not {"/", "("}.isdisjoint(text[match.end("age") : end])
