"""Gives every test the ids of the rules that docs/rules.md says it holds, and names them when it
fails: `violates R-...`.
"""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.rules.matrix import rules_of

ROOT = Path(__file__).parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        path = item.path.relative_to(ROOT).as_posix() if item.path.is_relative_to(ROOT) else ""
        marked = {rule for mark in item.iter_markers("rule") for rule in mark.args}
        missing = [
            rule
            for rule in rules_of(path, getattr(item, "originalname", item.name))
            if rule not in marked
        ]
        if missing:
            item.add_marker(pytest.mark.rule(*missing))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        violated = [f"violates {rule}" for mark in item.iter_markers("rule") for rule in mark.args]
        report.sections += [("rules", line) for line in violated]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report for kind in ("failed", "error") for report in terminalreporter.getreports(kind)
    ]
    lines = {
        f"{line}: {report.nodeid}"
        for report in reports
        for title, line in report.sections
        if title == "rules"
    }
    for line in sorted(lines):
        terminalreporter.write_line(line)
