"""docs/rules.md against the tests: no rule without a check, no check without a rule, and a failing
check names its rules.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.matrix import ROOT, RULES, Rule, defined_in, marked, rules

COMMAND = re.compile(r"make (\w+): (.+)")


def test_there_are_rules_and_every_line_that_looks_like_one_is_read() -> None:
    text = RULES.read_text("utf-8")
    assert len(rules()) == text.count("\n**R-") > 40
    assert sum(len(rule.checks) for rule in rules()) == text.count("\n- `")
    assert all(rule.statement.endswith(")") for rule in rules()), "a rule says where it comes from"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_has_checks_that_exist(rule: Rule) -> None:
    assert rule.checks, f"violates R-RULE-1: {rule.id} has no check"
    for check in rule.checks:
        assert exists(check), f"violates R-RULE-1: {rule.id} names {check}, which does not exist"


def exists(check: str) -> bool:
    """Whether a check is a command of the Makefile, a test of a file, or a file of tests."""
    if command := COMMAND.fullmatch(check):
        target = (
            (ROOT / "Makefile")
            .read_text("utf-8")
            .partition(f"\n{command[1]}:")[2]
            .partition("\n\n")[0]
        )
        return command[2] in target.replace("$(BIN)/", "")
    path, _, name = check.partition("::")
    return (ROOT / path).is_file() and (name in defined_in(path) if name else holds_tests(path))


def holds_tests(path: str) -> bool:
    """A file of tests, or of a hypothesis state machine, whose test is an assignment."""
    return bool(defined_in(path)) or "TestCase" in (ROOT / path).read_text("utf-8")


def test_a_marker_names_a_known_rule_that_lists_its_test() -> None:
    known = {rule.id: rule for rule in rules()}
    for mark in marked():
        where = f"{mark.path}{'::' + mark.name if mark.name else ''}"
        assert mark.rule in known, f"violates R-RULE-1: {where} names {mark.rule}, which is no rule"
        listed = known[mark.rule].is_held_by(mark.path, mark.name or "")
        assert listed, (
            f"violates R-RULE-1: {where} holds {mark.rule}, and docs/rules.md does not say so"
        )


def test_a_failing_check_prints_which_rule_it_violates(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *  # noqa: F403\n")
    (tmp_path / "test_sample.py").write_text(
        "import pytest\n@pytest.mark.rule('R-RULE-1', 'R-HTTP-1')\ndef test_it(): assert False\n"
        "@pytest.mark.rule('R-HTTP-2')\ndef test_fine(): pass\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        str(ROOT / "pyproject.toml"),
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    output = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    ).stdout
    assert "1 failed, 1 passed" in output
    assert "violates R-RULE-1: test_sample.py::test_it" in output
    assert "violates R-HTTP-1: test_sample.py::test_it" in output
    assert "R-HTTP-2" not in output
