"""Gives every test the ids of the rules that docs/rules.md says it holds, and names them when it
fails: `violates R-...`. Leaves out what a sample does not play.
"""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.rules.matrix import rules_of
from tests.sampling import WHOLE, left_out

ROOT = Path(__file__).parents[1]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not WHOLE and not any("::" in asked for asked in config.args):
        unplayed = set(left_out(items))
        config.hook.pytest_deselected(items=list(unplayed))
        items[:] = [item for item in items if item not in unplayed]
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
