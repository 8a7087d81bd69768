"""What must not stand in a file: credentials, personal data, placeholders.

Patterns with a bounded reach each, so time is linear.

A hit says what it looks like and where it is, never what it is: these words are shown to people who
must not read a secret.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shared.workflows.orchestration.names import ending_of


@dataclass(frozen=True, slots=True)
class Pattern:
    """`is_it`: looks closer at a match, where the form alone does not tell."""

    looks_like: str
    form: re.Pattern[str]
    is_it: Callable[[re.Match[str]], bool] = lambda _: True


def credentials(path: str, text: str) -> Iterator[str]:
    """In code only quoted values count; elsewhere a bare one does too, where it could not be a
    word.
    """
    yield from _hits(_CREDENTIALS, text)
    if ending_of(path) not in _PROGRAMS:
        yield from _hits((_BARE_PASSWORD,), text)


def personal_data(text: str) -> Iterator[str]:
    yield from _hits(_PERSONAL_DATA, text)


def placeholders(text: str) -> Iterator[str]:
    yield from _hits(_PLACEHOLDERS, text)


def _hits(patterns: tuple[Pattern, ...], text: str) -> Iterator[str]:
    for pattern in patterns:
        found = [match.start() for match in pattern.form.finditer(text) if pattern.is_it(match)]
        if found:
            line = text.count("\n", 0, found[0]) + 1
            place = (
                f"line {line}" if len(found) == 1 else f"{len(found)} times, first on line {line}"
            )
            yield f"has what looks like {pattern.looks_like} ({place})"


# --- credentials ----------------------------------------------------------------------------------

_PROGRAMS = frozenset({
    "py", "ipynb", "js", "mjs", "cjs", "ts", "tsx", "jsx", "vue", "java", "kt", "scala", "go", "rs",
    "rb", "php", "c", "h", "cc", "cpp",
    "hpp", "cs", "swift", "r",
})  # fmt: skip
_NAMED = (
    r"(?:passwords?|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|credentials?)"
)
# A reference to a secret, or a value that says it is none.
_REFERENCE = re.compile(
    r"[{}<>]|\$[A-Za-z(]|%\(|^(?:arn:|/|https?:|vault:|env:|secretsmanager|projects/)|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$"
)
_EXCUSES = (
    "example",
    "changeme",
    "change-me",
    "change_me",
    "your",
    "dummy",
    "fake",
    "placeholder",
    "redacted",
    "xxx",
    "***",
    "...",
)
_WORDS = frozenset({
    "password", "passwd", "pass", "pwd", "secret", "token", "string", "str", "text", "bool",
    "bearer", "basic", "none", "null", "true",
    "false", "required", "optional", "hidden", "user",
})  # fmt: skip


def _is_secret(match: re.Match[str]) -> bool:
    value = match.group(1)
    said = value.lower()
    excused = said in _WORDS or said.startswith("test") or any(word in said for word in _EXCUSES)
    return not excused and not _REFERENCE.search(value)


def _is_bare_secret(match: re.Match[str]) -> bool:
    value = match.group(1)
    return (
        _is_secret(match)
        and any(c.isdigit() for c in value)
        and any(c.isalpha() for c in value)
        and not set("()[]") & set(value)
    )


_CREDENTIALS = (
    Pattern("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    Pattern("a private key", re.compile(r"-----BEGIN (?:[A-Z0-9]{1,10} ){0,3}PRIVATE KEY")),
    Pattern(
        "a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40})")
    ),
    Pattern("a Slack token", re.compile(r"\bxox[abeprs]-[A-Za-z0-9-]{10}")),
    Pattern(
        "an API key",
        re.compile(
            r"\b(?:sk|rk|pk)[-_](?:live|test|ant|proj|or)[-_][A-Za-z0-9_-]{16}|\bsk-[A-Za-z0-9]{32}|\bAIza[A-Za-z0-9_-]{35}"
        ),
    ),
    Pattern(
        "a JSON web token",
        re.compile(r"\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10}"),
    ),
    Pattern(
        "a password in a URL",
        re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"']{1,60}:([^\s/@\"']{3,100})@"),
        _is_secret,
    ),
    Pattern("a bearer token", re.compile(r"\bBearer +([A-Za-z0-9._~+/-]{20,200})"), _is_secret),
    Pattern(
        "a password or key in an assignment",
        re.compile(
            rf"(?i){_NAMED}[\"']?\s{{0,3}}(?::\s{{0,3}}[a-z_][\w\[\]|. "
            rf"]{{0,40}}=|:=|=>|[:=])\s{{0,3}}[\"'`]([^\"'`\s]{{4,200}})[\"'`]"
        ),
        _is_secret,
    ),
)
_BARE_PASSWORD = Pattern(
    "a password or key in an assignment",
    re.compile(
        rf"(?im)^[ \t>*-]{{0,40}}(?:export +)?[\w.-]{{0,60}}?{_NAMED}[*`]{{0,3}}[ "
        rf"\t]*[:=][*`]{{0,3}}[ \t]*([^\s\"'`#]{{6,200}})[ \t]*$"
    ),
    _is_bare_secret,
)

# --- personal data --------------------------------------------------------------------------------

_RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.[a-z]{2,3})?|test|invalid|localhost|local)$")
_CARDS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d)\d{12}"
)
_PHONE_DIGITS = range(8, 16)


def _is_address(match: re.Match[str]) -> bool:
    name, domain = match.group(1).lower(), match.group(2).lower()
    return not _RESERVED.search(domain) and name != "git"


def _is_phone(match: re.Match[str]) -> bool:
    digits = re.sub(r"\D", "", match.group())
    return len(digits) in _PHONE_DIGITS and "55501" not in digits


def _is_card(match: re.Match[str]) -> bool:
    digits = re.sub(r"\D", "", match.group())
    if not _CARDS.fullmatch(digits):
        return False
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


_PERSONAL_DATA = (
    Pattern(
        "an e-mail address",
        re.compile(
            r"(?<![\w.%+-])([A-Za-z0-9._%+-]{1,64})@((?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24})(?![\w-])"
        ),
        _is_address,
    ),
    Pattern(
        "a phone number",
        re.compile(
            r"(?<![\w.-])(?:\+?1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ "
            r".-]\d{4}(?![\w-])"
            r"|(?<![\w+])\+[1-9]\d{0,2}(?:[ "
            r".()-]{1,2}\d{1,4}){2,6}(?!\d)|(?<![\w+])\+[1-9]\d{7,14}(?!\w)"
        ),
        _is_phone,
    ),
    Pattern(
        "a social security number",
        re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])"),
    ),
    Pattern(
        "a payment card number",
        re.compile(r"(?<![\w.-])[3-6]\d(?:[ -]?\d){11,17}(?![\w-]|\.\d)"),
        _is_card,
    ),
)

# --- placeholders ---------------------------------------------------------------------------------

_FILL_IN = r"(?:your|insert|placeholder|replace with|fill in|enter your|add your)"
_PLACEHOLDERS = (
    # An app for to-do lists may say so.
    Pattern(
        "a TODO",
        re.compile(
            r"\bTODO\b(?!['’]?s?[ "
            r"-](?:lists?|apps?|items?|applications?|managers?|APIs?|services?|tasks?)\b)"
        ),
    ),
    Pattern("a TBD or FIXME", re.compile(r"\b(?:TBD|FIXME)\b")),
    Pattern("filler text", re.compile(r"\blorem\s{1,3}ipsum\b", re.IGNORECASE)),
    Pattern(
        "a place to fill in",
        re.compile(
            rf"<{_FILL_IN}\b[^<>\n]{{0,80}}>|\[{_FILL_IN}\b[^\[\]\n]{{0,80}}\](?!\()", re.IGNORECASE
        ),
    ),
)
