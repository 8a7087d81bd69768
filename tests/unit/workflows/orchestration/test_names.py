"""What is kept of the paths that a model makes up."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.workflows.orchestration.names import (
    MAX_PART_BYTES,
    MAX_PARTS,
    artifact_type,
    clean_path,
    content_type,
    distinct,
    is_internal,
    without_phase,
)


@pytest.mark.parametrize(
    ("given_path", "kept"),
    [
        ("PRD.md", "PRD.md"),
        ("docs/adr/001 first choice.md", "docs/adr/001-first-choice.md"),
        ("/etc/passwd", "etc/passwd"),
        ("../../etc/passwd", "etc/passwd"),
        ("a/./b//c/../d.md", "a/b/c/d.md"),
        ("..\\..\\windows\\system.ini", "windows/system.ini"),
        ("C:\\temp\\a.txt", "C-/temp/a.txt"),
        ("a\x00b\r\nc.md", "abc.md"),
        ("right\u202eto\u200bleft.md", "righttoleft.md"),
        ("cafe\u0301.md", "caf\u00e9.md"),
        ('a<b>:"c|d?*.md', "a-b-c-d-.md"),
        ("-rf.md", "rf.md"),
        ("name.", "name"),
        ("  spaced out  ", "spaced-out"),
        (".env.example", ".env.example"),
        ("con", "file-con"),
        ("LPT1.txt", "file-LPT1.txt"),
        ("", "unnamed"),
        ("../..", "unnamed"),
        ("///", "unnamed"),
        ("\u200b", "unnamed"),
        ("a/b/c/d/e/f/g/h/i/j.md", "c/d/e/f/g/h/i/j.md"),
    ],
)
def test_what_is_kept_of_a_path(given_path: str, kept: str) -> None:
    assert clean_path(given_path) == kept


def test_a_long_name_keeps_its_ending() -> None:
    assert clean_path("é" * 300 + ".md") == "é" * 48 + ".md"
    assert clean_path("x" * 300) == "x" * 100


@given(st.text(st.characters() | st.sampled_from(list("./\\:-_ ")), max_size=300))
def test_a_clean_path_leads_nowhere_else_and_stays_as_it_is(path: str) -> None:
    clean = clean_path(path)
    parts = clean.split("/")
    assert clean_path(clean) == clean
    assert 1 <= len(parts) <= MAX_PARTS
    for part in parts:
        assert part.strip(".")
        assert not part.startswith("-")
        assert 1 <= len(part.encode()) <= MAX_PART_BYTES
        assert unicodedata.is_normalized("NFC", part)
        assert not any(
            unicodedata.category(char)[0] in "CZ" or char in '<>:"|?*\\%#' for char in part
        )


@given(
    st.lists(st.sampled_from(["a.md", "A.md", "a-2.md", "b/a.md", ".env", "x", "X"]), max_size=12)
)
def test_taken_paths_are_numbered(paths: list[str]) -> None:
    taken: list[str] = []
    for path in paths:
        taken.append(distinct(path, taken))
    assert len({path.casefold() for path in taken}) == len(paths)
    assert all(clean_path(path) == path for path in taken)


def test_numbering_keeps_folder_and_ending() -> None:
    assert distinct("docs/a.md", ["docs/A.md"]) == "docs/a-2.md"
    assert distinct("docs/a.md", ["docs/a.md", "docs/a-2.md"]) == "docs/a-3.md"
    assert distinct("Makefile", ["Makefile"]) == "Makefile-2"


def test_the_folder_of_the_phase_is_not_doubled() -> None:
    assert without_phase("planning/PRD.md", "planning") == "PRD.md"
    assert without_phase("planning.md", "planning") == "planning.md"


@pytest.mark.parametrize(
    ("path", "internal"),
    [
        ("_notes.md", True),
        ("docs/_draft.md", True),
        ("_", True),
        ("a_b.md", False),
        ("_folder/a.md", False),
        ("pkg/__init__.py", False),
    ],
)
def test_files_that_begin_with_an_underscore_are_internal(path: str, internal: bool) -> None:
    assert is_internal(path) is internal


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("PRD.md", "prd"), ("docs/my-prd.txt", "prd"), ("product_requirements.md", "prd"),
        ("sprd.md", "documentation"),
        ("architecture.md", "architecture"), ("system_design.md", "architecture"),
        ("adr/0001-store.md", "architecture"),
        ("c4.md", "architecture"), ("architecture.py", "code"), ("app.py", "code"),
        ("web/index.HTML", "code"), ("Dockerfile", "code"),
        ("infra/main.tf", "code"), ("schema.sql", "code"), ("tests/test_app.py", "test"),
        ("test_app.py", "test"), ("app_test.go", "test"),
        ("src/app.spec.ts", "test"), ("tests/fixtures/a.json", "test"),
        ("tests/README.md", "documentation"), ("latest.py", "code"),
        ("a.csv", "data"), ("openapi.yaml", "data"), (".env", "data"),
        ("README.md", "documentation"), ("guide.rst", "documentation"),
        ("logo.png", "other"), ("LICENSE", "other"),
    ],
)  # fmt: skip
def test_types_by_name(path: str, kind: str) -> None:
    assert artifact_type(path) == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.md", "text/markdown; charset=utf-8"),
        ("a.JSON", "application/json"),
        ("a.yml", "application/yaml"),
        ("a.html", "text/plain; charset=utf-8"),
        ("a.svg", "text/plain; charset=utf-8"),
        ("a", "text/plain; charset=utf-8"),
    ],
)
def test_nothing_is_served_as_what_a_browser_would_run(path: str, kind: str) -> None:
    assert content_type(path) == kind
