"""What docs/fidelity.md says of the tests that do not hold for every witness is what these say."""

import re

from tests.rules.matrix import ROOT
from tests.support import witness

REASONS = {
    name: value
    for name, value in vars(witness).items()
    if re.fullmatch("[A-Z_]+", name) and isinstance(value, str) and name != "STANDS_AT"
}
DOCUMENT = (ROOT / "docs" / "fidelity.md").read_text("utf-8")
USES = re.compile(r"\b(?:needs_local|differs)\((\w+)\)")


def used() -> set[str]:
    files = (ROOT / "tests" / "http").glob("*.py")
    return {name for file in files for name in USES.findall(file.read_text("utf-8"))}


def test_every_reason_is_some_tests_and_every_test_s_is_a_reason() -> None:
    assert used() == set(REASONS)


def test_the_document_has_every_reason_and_no_other() -> None:
    table = DOCUMENT.split("## Where tests do not hold")[1].split("\n## ")[0]
    told = set(re.findall(r"^\| ([^|]+?) \| \d+ \|", table, re.M))
    assert told == set(REASONS.values())
