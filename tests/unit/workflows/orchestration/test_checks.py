"""The checks over a phase's files: each finds its own, quotes nothing, and none falls over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.workflows.orchestration.checks import CHECKS, MadeFile, Material, Problem, check_files
from shared.workflows.orchestration.profiles import CheckSpec

KNOWN = frozenset({"planning/PRD.md", "architecture/architecture.md", "architecture/adr/one.md"})


def problems(
    check: str,
    *files: tuple[str, str],
    expected: tuple[str, ...] = (),
    known: frozenset[str] = KNOWN,
) -> list[Problem]:
    made = [MadeFile(path, text) for path, text in files]
    return list(CHECKS[check](Material(made, expected, known | {file.path for file in made})))


def test_a_missing_file_is_named() -> None:
    assert problems(
        "expected_files", ("planning/a.md", ""), expected=("planning/a.md", "planning/b.md")
    ) == [Problem("planning/b.md", "planning/b.md was expected and is missing")]


def test_an_empty_file_is_empty_and_nothing_else() -> None:
    assert problems("not_empty", ("a.json", " \n"), ("b.json", "{}")) == [
        Problem("a.json", "a.json is empty")
    ]
    assert not any(problems(check, ("a.json", " \n")) for check in CHECKS if check != "not_empty")


def test_a_file_that_does_not_parse() -> None:
    assert problems("parses", ("a.json", "{"), ("b.py", "x = 1")) == [
        Problem("a.json", "a.json is not valid JSON (line 1)")
    ]


@pytest.mark.parametrize(
    ("check", "text", "message"),
    [
        (
            "no_credentials",
            'password = "hunter2"',
            "has what looks like a password or key in an assignment (line 1)",
        ),
        ("no_personal_data", "jane@acme.io", "has what looks like an e-mail address (line 1)"),
        ("no_placeholders", "TODO", "has what looks like a TODO (line 1)"),
    ],
)
def test_patterns_are_about_the_file(check: str, text: str, message: str) -> None:
    assert problems(check, ("qa/a.py", text)) == [Problem("qa/a.py", f"qa/a.py {message}")]


@pytest.mark.parametrize(
    "target",
    [
        "../planning/PRD.md",
        "adr/one.md",
        "./adr/../adr/one.md",
        "/planning/PRD.md",
        "adr/",
        "adr",
        "..",
        "#part",
        "../planning/PRD.md#r1",
    ],
)
def test_links_that_resolve(target: str) -> None:
    assert problems("links_resolve", ("architecture/a.md", f"# A\n[x]({target})")) == []


@pytest.mark.parametrize(
    "target",
    [
        "PRD.md",
        "../planning/prd.md",
        "../../planning/PRD.md",
        "../../../etc/passwd",
        "adr/two.md",
        "~/x",
    ],
)
def test_links_that_lead_nowhere(target: str) -> None:
    assert problems("links_resolve", ("architecture/a.md", f"# A\n[x]({target})")) == [
        Problem(
            "architecture/a.md",
            "architecture/a.md has a link that leads to no file of this run (line 2)",
        )
    ]


def test_lost_links_of_one_file_are_one_problem() -> None:
    (found,) = problems("links_resolve", ("a.md", "[x](b.md) [y](c.md)"))
    assert found.message == "a.md has 2 links that lead to no file of this run (line 1)"


def test_links_of_other_files_are_not_looked_at() -> None:
    assert problems("links_resolve", ("a.py", "# [x](nowhere.md)")) == []


def test_each_check_is_told_apart_with_its_severity_and_weight() -> None:
    specs = [
        CheckSpec(check="not_empty", severity="blocking", weight=3),
        CheckSpec(check="parses", severity="warning", weight=1),
    ]
    checked = check_files(specs, Material([MadeFile("a.json", "{")], (), frozenset()))
    assert [(one.spec, len(one.problems)) for one in checked] == [(specs[0], 0), (specs[1], 1)]


PIECES = [
    "[a](", ")", "](", "```\n", "`", "# ", "\n", "---\n", "password", ": ", "=", '"', "'", "AKIA",
    "TODO", "<your ", ">", "{", "}", "[",
    "]", "&a ", "*a", "!!", "- ", "? ", "\t", "@", ".com", "+1 ", "4111 ", "-", "../", "%", "\\",
    "\x00", "\ufeff", "é", "\u2028", "0",
    "def f():", "f'{",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    text=st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=60).map("".join),
    path=st.sampled_from(
        ["a.json", "a.yaml", "a.py", "a.md", "x/b.markdown", "a.env", "Makefile", "a"]
    ),
)
def test_no_text_brings_a_check_down(text: str, path: str) -> None:
    for check in CHECKS:
        for problem in problems(check, (path, text), expected=("z.md",)):
            assert len(problem.message) < 200


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=12, max_size=40).filter(
        lambda s: s.isascii()
    )
)
def test_no_message_quotes_a_secret(secret: str) -> None:
    text = (
        f'password = "{secret}"\ntoken: '
        f"{secret}\nhttp://me:{secret}@acme.io\n{secret}@acme.io\nBearer {secret}"
    )
    for check in CHECKS:
        assert not any(secret in problem.message for problem in problems(check, ("a.yaml", text)))
