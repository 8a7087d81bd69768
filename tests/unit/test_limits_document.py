"""docs/limits.md says what the code does: every row with a name in its last column holds the value
behind that name.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bench.fairness import SETTINGS, simulate
from bench.pricing import READ_ON as PRICED_ON
from bench.pricing import a_day
from shared.observability import UNITS
from shared.records.money import TokenUsage
from shared.runs.prices import cost_microusd
from tests.unit.template.declared import of_type

TEXT = (Path(__file__).parents[2] / "docs" / "limits.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("|") and re.search(r"\| `[\w.]+:[\w.()]+` \|$", line)
]


def value_of(name: str) -> int | float:
    """The number behind `module:path`: a constant, a default of a class, what a call returns, or
    the bound that a request's field has.
    """
    module, _, path = name.partition(":")
    held: Any = import_module(module)
    for part in path.removesuffix("()").split("."):
        if isinstance(held, type) and issubclass(held, BaseModel):
            held = _bound(held.model_fields[part])
        elif isinstance(held, type) and is_dataclass(held):
            held = next(field.default for field in fields(held) if field.name == part)
        else:
            held = getattr(held, part)
    held = held() if path.endswith("()") else held
    held = held if isinstance(held, int | float) else _bound(FieldInfo.from_annotation(held))
    assert isinstance(held, int | float)
    return held


def _bound(field: FieldInfo) -> int:
    return next(_bounds([*field.metadata, *get_args(field.annotation)]))


def _bounds(parts: list[Any]) -> Iterator[int]:
    for part in parts:
        found = getattr(part, "max_length", None) or getattr(part, "le", None)
        if found is not None:
            yield int(found)
        closure = getattr(getattr(part, "func", None), "__closure__", None) or ()
        yield from (cell.cell_contents for cell in closure if isinstance(cell.cell_contents, int))
        if isinstance(getattr(part, "metadata", None), list):
            yield from _bounds(part.metadata)
        elif hasattr(part, "__metadata__"):
            yield from _bounds(list(part.__metadata__))


def shown(value: float) -> set[str]:
    """Every way in which the document may write it: a number, bytes, or milliseconds."""
    units = {
        "": 1, " KB": 1024, " MB": 1024**2, " s": 1_000, " min": 60_000, " h": 3_600_000,
        " days": 86_400_000,
    }  # fmt: skip
    ways = {f"{value / size:,.0f}{unit}" for unit, size in units.items() if value % size == 0}
    return ways | {f"{value:,.0f} s", f"{value:,.0f} days"}


def test_there_are_rows_to_check() -> None:
    assert len(ROWS) > 35


@pytest.mark.parametrize("row", ROWS, ids=[row[-1].strip("`") for row in ROWS])
def test_a_limit_is_what_the_code_says(row: list[str]) -> None:
    value = value_of(row[-1].strip("`"))
    said = row[1]
    if value == 0:
        assert "none by default" in said
        return
    numbers = re.findall(r"[\d,]+(?: (?:KB|MB|s|min|h|days))?", said)
    assert shown(value) & {
        *numbers,
        *(number.split(" ")[0] for number in numbers if " " not in said),
    }, f"the code says {value}, the document {said!r}"


def test_the_table_of_fairness_is_what_the_simulation_gives() -> None:
    for slots, backlog in SETTINGS[:2]:
        for fair in (True, False):
            one = simulate(slots, backlog, fair=fair)
            queue = "fair" if fair else "first come"
            waits = f"{one.median:.1f} | {one.late:.1f} | {one.longest:.1f}"
            row = f"| {slots:,} | {backlog:,} | {queue} | {waits} | {one.an_hour:,.0f} |"
            assert row in TEXT


def test_the_table_of_sweeps_has_every_size_of_the_bench() -> None:
    for size in (1_000, 10_000, 100_000, 1_000_000, 10_000_000):
        assert TEXT.count(f"| {size:,} | ") >= 2


@pytest.mark.parametrize("runs", [1_000, 100_000, 10_000_000])
def test_the_table_of_costs_is_what_its_prices_give(runs: int) -> None:
    day, tokens = a_day(runs), TokenUsage(6_000, 1_500)
    micros = cost_microusd("claude-sonnet-5-5", tokens, date.fromisoformat(PRICED_ON))
    parts = (day.tables, day.objects, day.functions, day.requests, day.sweeps, day.all)
    shown = " | ".join(_dollars(part) for part in (*parts, micros * runs / 1_000_000))
    each = f"${day.all / runs:.5f} + ${micros / 1_000_000:.3f}"
    assert f"| {runs:,} | {shown} | {each} |" in TEXT


def _dollars(value: float) -> str:
    return f"${value:,.0f}" if value >= 100 else f"${value:.2f}"


def test_what_stands_is_counted() -> None:
    alarms = len(of_type("AWS::CloudWatch::Alarm"))
    assert f"{len(UNITS)} metrics and one more" in TEXT
    assert f"{alarms} alarms (${alarms / 10:.0f})" in TEXT


def test_the_table_of_costs_is_priced_on_the_day_that_it_names() -> None:
    assert f"read on {PRICED_ON}" in TEXT.partition("### What it costs")[2]
