"""The texts of reports and documents, wherever FHIR keeps them: plain text and HTML, inline or in
a Binary.

PDF and images are not read, and said to be there. Knows no medicine.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from shared.workflows.diagnosis.fhir import Held, mapping, mappings, text
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.texts import NAME_LIMIT, REPORT_LIMIT

_PLAIN = ("text/plain", "text/markdown")
_MARKUP = (
    "text/html",
    "application/xhtml+xml",
    "text/xhtml",
    "text/xml",
    "application/xml",
    "text/cda",
)
_CHARSET = re.compile(r"(?i)charset=\"?([\w\-]+)")
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINES = re.compile(r"\s*\n\s*")
_INLINE_LIST = "b i u em strong sub sup small font mark abbr tt content"
_INLINE = frozenset(_INLINE_LIST.split())
_SPACED = frozenset(("td", "th", "span", "a"))
_HIDDEN = frozenset(("script", "style", "head", "title"))
# Of a very long text only both ends are looked at: what lies between is cut in any case.
_ENDS = 4 * REPORT_LIMIT


@dataclass
class Told:
    """The texts, and what is there that could not be read, such as `application/pdf`."""

    texts: list[str] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)


def told(reader: Reader, attachments: Any, within: Held, name: str) -> Told:
    """What a list of Attachments says, under the name by which its cuts are counted."""
    found = Told()
    for attachment in reader.parts(attachments, name):
        kind, said = _text_of(reader, attachment, within)
        shown = reader.note(said, REPORT_LIMIT, name) if said else None
        if shown:
            found.texts.append(shown)
        else:
            found.not_read.append(_named(reader, attachment, kind))
    found.texts = list(dict.fromkeys(found.texts))
    return found


def narrative(reader: Reader, value: Any, name: str) -> str | None:
    """A Narrative's text without its markup."""
    said = text(mapping(value).get("div"))
    return reader.note(stripped(_both_ends(said)), REPORT_LIMIT, name) if said else None


def stripped(markup: str) -> str:
    """HTML's words, a line for every block; total, whatever the markup."""
    parser = _Words()
    try:
        parser.feed(markup)
        parser.close()
    except (AssertionError, ValueError):
        return _tidy(re.sub(r"<[^>]*>", " ", markup))
    return _tidy("".join(parser.words))


def _text_of(reader: Reader, attachment: Mapping[str, Any], within: Held) -> tuple[str, str | None]:
    """The content type without parameters, and the text if it is one that can be read."""
    kind, data = text(attachment.get("contentType")) or "", attachment.get("data")
    if not text(data) and text(attachment.get("url")):
        binary = reader.references.find({"reference": attachment.get("url")}, within)
        if binary and binary.type == "Binary":
            kind = kind or text(binary.resource.get("contentType")) or ""
            data = binary.resource.get("data")
    plain = kind.partition(";")[0].strip().lower()
    if plain not in _PLAIN + _MARKUP:
        return plain, None
    raw = _decoded(data)
    if raw is None:
        return plain, None
    if _is_binary(raw):
        return plain, None
    charset = _CHARSET.search(kind)
    said = _both_ends(_characters(raw, charset[1] if charset else "utf-8"))
    return plain, stripped(said) if plain in _MARKUP else _tidy(said)


def _decoded(data: Any) -> bytes | None:
    said = text(data)
    if not said:
        return None
    try:
        return base64.b64decode("".join(said.split()) + "==", validate=False)
    except (binascii.Error, ValueError):
        return None


def _is_binary(raw: bytes) -> bool:
    """Whether what is called text is none, such as a compressed file: control characters show
    it.
    """
    head = raw[:4_000]
    return sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in head) * 50 > len(head)


def _characters(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")


def _both_ends(said: str) -> str:
    return said if len(said) <= 2 * _ENDS else f"{said[:_ENDS]} … {said[-_ENDS:]}"


def _tidy(said: str) -> str:
    return _LINES.sub("\n", _BLANKS.sub(" ", said)).strip()


def _named(reader: Reader, attachment: Mapping[str, Any], kind: str) -> str:
    """`application/pdf: CT report`."""
    title = reader.note(reader.worded(attachment.get("title")), NAME_LIMIT, "documents")
    shown = reader.note(kind, 60, "documents") or "a document of unstated type"
    return f"{shown}: {title}" if title else shown


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        self._part(tag)

    def _part(self, tag: str) -> None:
        # Whatever is not known to stand within a word parts words: two lines of an address run
        # together would be found by nobody.
        if tag not in _INLINE:
            self.words.append(" " if tag in _SPACED else "\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def attachments_of(resource: Mapping[str, Any]) -> list[Any]:
    """Of a DocumentReference: its contents' attachments."""
    return [mapping(content.get("attachment")) for content in mappings(resource.get("content"))]
