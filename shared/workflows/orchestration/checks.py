"""The checks of a phase: each looks at the files that the phase made and yields its problems.

Pure, and total on any text.

What a check is called in a profile is its key in CHECKS. Severity and weight are the profile's;
nothing here knows of gates.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.workflows.orchestration.formats import faults
from shared.workflows.orchestration.markdown import Link, relative_links
from shared.workflows.orchestration.names import ending_of
from shared.workflows.orchestration.patterns import credentials, personal_data, placeholders
from shared.workflows.orchestration.profiles import CheckSpec


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file as it is kept: `path` from the run's root, the phase's folder first."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Material:
    """What is checked: a phase's files, the paths it was to make, and the paths of all files of the
    run, these included.
    """

    files: Sequence[MadeFile]
    expected: Sequence[str]
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class Problem:
    """`message` is about the file at `path` and never quotes it; a missing file's path leads
    nowhere.
    """

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A check's outcome: passed when there are no problems."""

    spec: CheckSpec
    problems: tuple[Problem, ...]


Check = Callable[[Material], Iterator[Problem]]


def check_files(specs: Sequence[CheckSpec], material: Material) -> list[Checked]:
    return [Checked(spec, tuple(CHECKS[spec.check](material))) for spec in specs]


def _expected_files(material: Material) -> Iterator[Problem]:
    made = {file.path for file in material.files}
    return (
        Problem(path, f"{path} was expected and is missing")
        for path in material.expected
        if path not in made
    )


def _not_empty(material: Material) -> Iterator[Problem]:
    return (
        Problem(file.path, f"{file.path} is empty")
        for file in material.files
        if not file.text.strip()
    )


def _links_resolve(material: Material) -> Iterator[Problem]:
    folders = {folder for path in material.known for folder in _folders(path)}
    for file in material.files:
        if ending_of(file.path) not in ("md", "markdown"):
            continue
        lost = [
            link
            for link in relative_links(file.text)
            if _resolved(file.path, link) not in material.known | folders
        ]
        if lost:
            count = "a link that leads" if len(lost) == 1 else f"{len(lost)} links that lead"
            yield Problem(
                file.path, f"{file.path} has {count} to no file of this run (line {lost[0].line})"
            )


def _resolved(path: str, link: Link) -> str:
    """Where a link of this file leads, from the run's root; outside of it, no file's path."""
    base = "" if (link.target or "").startswith("/") else posixpath.dirname(path)
    return posixpath.normpath(posixpath.join(base, (link.target or "").lstrip("/")))


def _folders(path: str) -> Iterator[str]:
    yield "."
    while path := posixpath.dirname(path):
        yield path


def _each(look: Callable[[str, str], Iterator[str]]) -> Check:
    """A check that looks at one file after the other."""
    return lambda material: (
        Problem(file.path, f"{file.path} {message}")
        for file in material.files
        if file.text.strip()
        for message in look(file.path, file.text)
    )


CHECKS: Mapping[str, Check] = {
    "expected_files": _expected_files,
    "not_empty": _not_empty,
    "parses": _each(faults),
    "no_credentials": _each(credentials),
    "no_personal_data": _each(lambda _, text: personal_data(text)),
    "no_placeholders": _each(lambda _, text: placeholders(text)),
    "links_resolve": _links_resolve,
}
