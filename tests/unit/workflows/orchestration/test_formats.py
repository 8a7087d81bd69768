"""Whether a text is what its ending says, for each reader, and texts that would bring a parser
down.
"""

import pytest

from shared.workflows.orchestration.formats import MAX_CHARACTERS, MAX_FLOW_NESTING, READERS, faults

N = MAX_CHARACTERS


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.json", '{"a": [1, null]}'),
        ("a.yaml", "a: &x [1, 2]\nb: *x\n---\nc: |\n  text\n"),
        ("a.yml", "!custom\nkey: !Ref value"),
        ("a.py", "from os import *\nprint('\\d')\n"),
        ("a.py", "def f(x: int) -> int:\n    return x\n"),
        ("a.md", "# Title\n\n```python\n# [not a link](\n```\n\n[a](b.md)\n"),
        ("a.md", "Title\n=====\n"),
        ("a.toml", "not looked at ["),
        ("Makefile", "all:\n\techo"),
    ],
)
def test_what_parses_has_no_faults(path: str, text: str) -> None:
    assert list(faults(path, text)) == []


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("a.json", '{\n"a": }', "is not valid JSON (line 2)"),
        ("a.json", "[" * N, "is not valid JSON"),
        ("a.yaml", "a: 1\nb: [1,\nc: d: e\n", "is not valid YAML (line 3)"),
        ("a.yaml", "a: *nowhere", "is not valid YAML (line 1)"),
        ("a.yaml", "a: \x00", "is not valid YAML"),
        ("a.yaml", "- " * (N // 2), "is not valid YAML"),
        (
            "a.yaml",
            "[" * (MAX_FLOW_NESTING + 1),
            f"is nested more than {MAX_FLOW_NESTING} deep, so it was not parsed",
        ),
        ("a.py", "x = 1\ndef f(:\n", "is not valid Python (line 2)"),
        ("a.py", "x = '\x00'", "is not valid Python"),
        ("a.py", "x = '\ud800'", "is not valid Python"),
        ("a.py", "-" * (N - 1) + "1", "is not valid Python"),
        ("a.py", "1+" * (N // 2 - 1) + "1", "is not valid Python"),
        ("a.py", "not " * (N // 4 - 1) + "1", "is not valid Python"),
        ("a.md", "no heading", "has no heading"),
        ("a.md", "# A\n```\ncode\n", "has a code fence that is never closed (line 2)"),
        ("a.md", "# A\n~~~~\ncode\n~~~\n", "has a code fence that is never closed (line 2)"),
        ("a.md", "# A\n\n[b](c.md\n", "has a link that is never closed (line 3)"),
        ("a.md", "# A [b]()", "has a link without a target (line 1)"),
    ],
)
def test_what_does_not_parse_is_said_with_its_line(path: str, text: str, said: str) -> None:
    found = list(faults(path, text))
    assert len(found) == 1
    assert found[0].startswith(said)


@pytest.mark.parametrize("ending", sorted(READERS))
def test_what_is_too_long_is_not_parsed(ending: str) -> None:
    assert list(faults(f"a.{ending}", "x" * (N + 1))) == [
        f"is longer than {N} characters, so it was not parsed"
    ]


def test_aliases_of_aliases_are_not_expanded() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
    )
    merges = "a: &a {k: v}\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} {{<<: [{','.join(['*' + chr(97 + n)] * 9)}]}}\n"
        for n in range(20)
    )
    assert list(faults("a.yaml", bomb)) == list(faults("a.yaml", merges)) == []
