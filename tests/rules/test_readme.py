"""What the documents tell a reader to type or to open exists, and the README's tables are the local
stack's own.
"""

import importlib.util
import re
from pathlib import Path

import pytest

from local.dev import _ROUTES
from local.gateway.issuer import USERS
from local.model.script import WORDS
from tests.rules.matrix import ROOT

README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]
TARGETS = {
    target
    for makefile in (ROOT / "Makefile", *ROOT.glob("*.mk"))
    for target in re.findall(r"^([a-z][a-z-]*):", makefile.read_text("utf-8"), re.M)
}
COMMAND = re.compile(r"(?:^ {4}(.+)$)|`([^`\n]+)`", re.M)


def commands(document: Path) -> list[str]:
    """Every line of a code block and every code span, without leading assignments of variables."""
    found = [block or span for block, span in COMMAND.findall(document.read_text("utf-8"))]
    return [re.sub(r"^(?:[A-Z_]+=\S+ )+", "", command) for command in found]


every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.name))


@every_document
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    named = {
        word
        for command in commands(document)
        if (words := re.split("[#:]", command)[0].split()) and words[0] == "make"
        for word in words[1:]
        if re.fullmatch(r"[a-z][a-z-]*", word)
    }
    assert named <= TARGETS


@every_document
def test_every_module_that_is_to_be_run_exists(document: Path) -> None:
    modules = re.findall(r"python -m ([a-z_.]+[a-z_])", document.read_text("utf-8"))
    assert [one for one in modules if importlib.util.find_spec(one) is None] == []


@every_document
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def rows_after(header: str) -> list[list[str]]:
    table = README.split(header)[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


def test_the_demo_users_are_those_of_the_issuer() -> None:
    told = {
        (name, organisation, role)
        for names, organisation, role, _ in rows_after("| user | organisation | role | may |")
        for name in re.findall(r"`([\w-]+)`", names)
    }
    assert told == {(user.name, user.org_id, user.roles[0]) for user in USERS.values()}


def test_the_routes_under_dev_are_those_of_the_stack() -> None:
    told = [cells[0].strip("`") for cells in rows_after("| route | body | what it does |")]
    assert sorted(told) == sorted(f"{method} {path}" for method, path in _ROUTES)


def test_the_words_for_the_offline_model_are_those_that_it_knows() -> None:
    [row] = [line for line in README.splitlines() if line.startswith("| `POST /dev/model`")]
    told = row.split("next calls:")[1]
    assert re.findall(r"`(\w+)`", told) == list(WORDS)
