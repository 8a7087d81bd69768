"""Links in Markdown: what is one, where it leads, what is code."""

import pytest

from shared.workflows.orchestration.markdown import relative_links


def targets(text: str) -> list[str | None]:
    return [link.target for link in relative_links(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](b.md)", ["b.md"]),
        ("![image](img/a.png) and [b](c.md)", ["img/a.png", "c.md"]),
        ("[![alt](a.png)](b.md)", ["a.png", "b.md"]),
        ('[a](b.md "a title")', ["b.md"]),
        ("[a](<b c.md>)", ["b c.md"]),
        ("[a](b%20c.md#part)", ["b c.md"]),
        ("[a](b.md?raw=1)", ["b.md"]),
        ("[a](b(1).md)", ["b(1).md"]),
        ("[ref]: ../c.md\n", ["../c.md"]),
        ("[ref]: <../c.md>", ["../c.md"]),
        ("[a](#part) [b](https://example.com) [c](mailto:a@example.com) [d](//example.com/x)", []),
        ("`[a](b.md)` and ``[a](b.md)``", []),
        ("```\n[a](b.md)\n```\n[c](d.md)", ["d.md"]),
        ("~~~\n[a](b.md)\n```\n~~~\n[c](d.md)", ["d.md"]),
        ("[a](b.md", []),
    ],
)
def test_links(text: str, found: list[str]) -> None:
    assert targets(text) == found


def test_a_link_says_its_line() -> None:
    assert [link.line for link in relative_links("a\n\n```\nx\n```\n[b](c.md)")] == [6]
