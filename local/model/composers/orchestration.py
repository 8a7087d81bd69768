"""Composes the offline model's files for a phase: small and whole, saying what they are, repeating
what the request asked for.

Every expected file is written, so that a run passes its checks. An intake may ask for less, to show
what the gates do: `[[offline: break PHASE]]` leaves out the phase's first expected file,
`[[offline: leak PHASE]]` writes a documented example of an access key into it (both hold the run at
the gate), `[[offline: warn PHASE]]` leaves a marker for later work in it (a warning). A phase that
was held back is asked again with what was found in it, and then made whole.
"""

import json
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.model.request import Call

MARKER = "<phase_request>"
STAND_IN = (
    "Written by an offline stand-in for the model: it shows the form of the file and has decided "
    "nothing."
)
_PARTS = (
    re.compile(r"<phase_context>\s*(.*?)\s*</phase_context>", re.DOTALL),
    re.compile(r"<phase_request>\s*(.*?)\s*</phase_request>", re.DOTALL),
)
_ASKED = re.compile(r"\[\[offline:\s*(break|leak|warn)\s+(\w+)\s*\]\]")
# AWS's own documentation takes this key as its example.
_EXAMPLE_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
_SUBJECT_CHARACTERS = 160

Json = Mapping[str, Any]


def compose(call: Call) -> Json:
    request = _request(call.prompt)
    asked = _asked(request)
    expected = _entries(request, "expected_files")
    files = [_file(request, entry) for entry in expected]
    if "break" in asked:
        files = files[1:]
    if files and asked & {"leak", "warn"}:
        files[0]["content"] += _blemish(files[0]["path"], asked)
    return {
        "files": files,
        "notes": f"{STAND_IN} {len(_entries(request, 'sources'))} earlier files were given.",
    }


def _request(prompt: str) -> Json:
    """The phase's context and the agent's own request as one object; the files beside are sources,
    too.
    """
    context, own = (_part(pattern, prompt) for pattern in _PARTS)
    sources = [*_entries(context, "sources"), *_entries(own, "beside")]
    return {**context, **own, "sources": sources}


def _part(pattern: re.Pattern[str], prompt: str) -> Json:
    found = pattern.search(prompt)
    try:
        part = json.loads(found.group(1)) if found else {}
    except ValueError:
        return {}
    return part if isinstance(part, dict) else {}


def _asked(request: Json) -> set[str]:
    """What the intake wants to go wrong in this phase; nothing once it has."""
    if "earlier_attempt" in request:
        return set()
    return {
        fault
        for fault, phase in _ASKED.findall(str(request.get("intake") or ""))
        if phase == request.get("phase")
    }


def _blemish(path: str, asked: set[str]) -> str:
    said = "".join(
        [
            f"\nOffline example: {_EXAMPLE_KEY}\n" if "leak" in asked else "",
            "\nTODO: offline example\n" if "warn" in asked else "",
        ]
    )
    return (
        said.replace("\nOffline", "\n# Offline").replace("\nTODO", "\n# TODO")
        if path.endswith((".py", ".yaml", ".yml"))
        else said
    )


def _file(request: Json, entry: Json) -> dict[str, str]:
    path, description = str(entry.get("path")), str(entry.get("description"))
    write = _WRITERS.get(path.rpartition(".")[2], _text)
    return {"path": path, "content": write(request, path, description), "description": description}


def _subject(request: Json) -> str:
    """The intake's beginning in plain words, so that it can stand in any kind of file."""
    intake = _ASKED.sub(" ", str(request.get("intake") or "")) or str(
        _mapping(request.get("profile")).get("title") or "a project"
    )
    plain = " ".join(re.sub(r"[^\w\s.,;:()-]", " ", intake).split())
    return (
        plain
        if len(plain) <= _SUBJECT_CHARACTERS
        else f"{plain[:_SUBJECT_CHARACTERS].rstrip()} ..."
    )


def _markdown(request: Json, path: str, description: str) -> str:
    name = posixpath.splitext(posixpath.basename(path))[0].replace("_", " ")
    related = [f"- [{target}]({link})" for target, link in _links(request, path)]
    lines = [
        f"# {name[:1].upper()}{name[1:]}",
        f"> {STAND_IN}",
        f"The intake, in short: {_subject(request)}",
        "## Purpose",
        f"{description}.",
        "## What is asked",
        "\n".join(f"- R{number}: {point}." for number, point in enumerate(_points(request), 1)),
        *(["## Related files", "\n".join(related)] if related else []),
    ]
    return "\n\n".join(lines) + "\n"


def _links(request: Json, path: str) -> list[tuple[str, str]]:
    """Files of the run that can be linked to, from this one's place in the tree."""
    phase = str(request.get("phase"))
    beside = [f"{phase}/{entry.get('path')}" for entry in _entries(request, "expected_files")]
    if "break" in _asked(request):
        beside = beside[1:]
    earlier = [str(source.get("path")) for source in _entries(request, "sources")]
    here = f"{phase}/{path}"
    return [
        (target, posixpath.relpath(target, posixpath.dirname(here)))
        for target in [*earlier, *beside]
        if target != here
    ]


def _points(request: Json) -> list[str]:
    """The intake in pieces, as numbered requirements."""
    pieces = [piece.strip(" .") for piece in re.split(r"(?<=[.;])\s+", _subject(request))]
    return [piece for piece in pieces if piece] or ["To be agreed with the owner of the intake"]


def _python(request: Json, path: str, description: str) -> str:
    docstring = json.dumps(f"{description}. {STAND_IN}", ensure_ascii=True)
    subject = json.dumps(_subject(request), ensure_ascii=True)
    name = posixpath.basename(path)
    if name == "__init__.py":
        return f"{docstring}\n"
    if name.startswith("test_"):
        return (
            f"{docstring}\n\nSUBJECT = {subject}\n\n\ndef test_the_subject_is_named() -> None:\n "
            f"   assert SUBJECT.strip()\n"
        )
    return (
        f"{docstring}\n\nfrom dataclasses import dataclass\n\nSUBJECT = {subject}\n\n\n"
        "@dataclass(frozen=True)\nclass Outcome:\n    subject: str\n    values: tuple[float, "
        "...]\n\n\n"
        "def last_value(history: list[float], periods: int) -> Outcome:\n"
        '    """The last value, repeated: what any better method has to beat."""\n'
        '    if not history:\n        raise ValueError("there is no history")\n'
        "    return Outcome(SUBJECT, (history[-1],) * periods)\n"
    )


def _json(request: Json, path: str, description: str) -> str:
    points = [
        {"id": f"R{number}", "statement": point, "status": "not_run"}
        for number, point in enumerate(_points(request), 1)
    ]
    document = {
        "file": path,
        "purpose": description,
        "origin": STAND_IN,
        "intake": _subject(request),
        "items": points,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _yaml(request: Json, path: str, description: str) -> str:
    def quoted(value: str) -> str:
        return json.dumps(value, ensure_ascii=True)

    head = f"# {STAND_IN}\n"
    if "openapi" in path:
        title, version = quoted(_subject(request)), quoted("0.1.0")
        return (
            f"{head}openapi: 3.1.0\ninfo:\n  title: {title}\n  description: "
            f"{quoted(description)}\n  version: {version}\npaths: {{}}\n"
        )
    items = "".join(
        f"  - id: R{number}\n    statement: {quoted(point)}\n"
        for number, point in enumerate(_points(request), 1)
    )
    return (
        f"{head}purpose: {quoted(description)}\nintake: "
        f"{quoted(_subject(request))}\nitems:\n{items}"
    )


def _sql(request: Json, path: str, description: str) -> str:
    table = (
        "CREATE TABLE item (\n    id INTEGER PRIMARY KEY,\n    name TEXT NOT NULL UNIQUE,\n    "
        "created_at TEXT NOT NULL\n);\n"
    )
    return f"-- {description}\n-- {STAND_IN}\n-- {_subject(request)}\n{table}"


def _text(request: Json, path: str, description: str) -> str:
    return f"# {description}\n# {STAND_IN}\n# {_subject(request)}\n"


_WRITERS: Mapping[str, Callable[[Json, str, str], str]] = {
    "md": _markdown,
    "py": _python,
    "json": _json,
    "yaml": _yaml,
    "yml": _yaml,
    "sql": _sql,
}


def _entries(of: Json, name: str) -> Sequence[Json]:
    entries = of.get(name)
    return (
        [entry for entry in entries if isinstance(entry, Mapping)]
        if isinstance(entries, list)
        else []
    )


def _mapping(value: Any) -> Json:
    return value if isinstance(value, Mapping) else {}
