"""As much Markdown as the checks need: its well-formedness and its links, read line by line in
linear time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

MAX_TARGET = 500
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
_HEADING = re.compile(r" {0,3}#{1,6}(?:\s|$)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*$")
_DEFINITION = re.compile(r" {0,3}\[[^\]\[]{1,200}\]:\s*(\S+)")
_CODE_SPAN = re.compile(r"``[^`]*``|`[^`]*`")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of prose: its number from 1, its text without code spans."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """`target` as written, without its title; None when the link is never closed."""

    line: int
    target: str | None


def markdown_faults(text: str) -> Iterator[str]:
    """No heading, a code fence or a link that is never closed, a link that leads nowhere."""
    fence = _open_fence(text)
    if fence:
        yield f"has a code fence that is never closed (line {fence})"
    if not _has_heading(text):
        yield "has no heading"
    for link in links(text):
        if link.target is None:
            yield f"has a link that is never closed (line {link.line})"
        elif link.target == "":
            yield f"has a link without a target (line {link.line})"


def relative_links(text: str) -> Iterator[Link]:
    """Links to other files beside this one: decoded, without fragment and query."""
    for link in links(text):
        target = link.target or ""
        if target.startswith("//") or _SCHEME.match(target):
            continue
        path = unquote(re.split(r"[?#]", target, maxsplit=1)[0])
        if path:
            yield Link(link.line, path)


def links(text: str) -> Iterator[Link]:
    """Inline links and images, and reference definitions, outside code."""
    for line in prose(text):
        defined = _DEFINITION.match(line.text)
        if defined:
            yield Link(line.number, defined.group(1).strip("<>")[:MAX_TARGET])
        at = line.text.find("](")
        while at >= 0:
            end = _closing(line.text, at + 2)
            yield Link(line.number, None if end is None else _target(line.text[at + 2 : end]))
            # What follows a link that is never closed can't be told from it.
            at = -1 if end is None else line.text.find("](", end)


def _closing(line: str, start: int) -> int | None:
    """Where the parenthesis is closed that stands before `start`."""
    depth = 1
    for at in range(start, min(len(line), start + MAX_TARGET)):
        depth += {"(": 1, ")": -1}.get(line[at], 0)
        if depth == 0:
            return at
    return None


def _target(inside: str) -> str:
    """A link's target without the title behind it."""
    stripped = inside.strip()
    if stripped.startswith("<"):
        return stripped[1:].partition(">")[0]
    return stripped.split(maxsplit=1)[0] if stripped else ""


def prose(text: str) -> Iterator[Line]:
    """The lines outside code fences."""
    return (
        Line(number, _CODE_SPAN.sub("", line))
        for number, line, fenced in _lines(text)
        if not fenced
    )


def _lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """Every line with its number, and whether it belongs to a code fence."""
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        found = _FENCE.match(line)
        if fence:
            closes = (
                found is not None
                and found.group(1).startswith(fence)
                and not found.group(2).strip()
            )
            yield number, line, True
            fence = "" if closes else fence
        elif found and not (found.group(1)[0] == "`" and "`" in found.group(2)):
            fence = found.group(1)
            yield number, line, True
        else:
            yield number, line, False


def _open_fence(text: str) -> int:
    """The line of the fence that is never closed, 0 when there is none."""
    fence, opened = "", 0
    for number, line, fenced in _lines(text):
        found = _FENCE.match(line) if fenced else None
        if not found:
            continue
        if not fence:
            fence, opened = found.group(1), number
        elif found.group(1).startswith(fence) and not found.group(2).strip():
            fence, opened = "", 0
    return opened


def _has_heading(text: str) -> bool:
    before = ""
    for _, line, fenced in _lines(text):
        if not fenced and (_HEADING.match(line) or (before.strip() and _UNDERLINE.match(line))):
            return True
        before = "" if fenced else line
    return False
