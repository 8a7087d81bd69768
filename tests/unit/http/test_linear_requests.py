"""Twice a request is at most about twice the work: every field that a body can carry, and what is
done with it before and after it is stored. The patient's record and what goes into a context pack
are held to the same in tests/unit/workflows/diagnosis/privacy/test_linear.py.
"""

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from pydantic import ValidationError

from shared.errors import RequestError
from shared.http import doors
from shared.http.models import Body
from shared.http.received import Limits, plain_body, record_body
from shared.runs.canonical import canonical_json, evened
from shared.runs.json_patch import json_patch
from shared.runs.limits import count_nodes
from shared.workflows.analysis.brief import BriefInvalid, read_brief
from shared.workflows.analysis.evidence import collect
from shared.workflows.orchestration.markdown import markdown_faults
from tests.support.linear import SIZE, grows

pytestmark = pytest.mark.rule("R-LINEAR-1")
LIMITS = Limits(nodes=None)
MADE: dict[str, Callable[[int], Any]] = {
    "text": lambda size: "Zebulon " * size,
    "keys": lambda size: {f"{n}@b.co": n for n in range(size)},
    "rows": lambda size: [{} for _ in range(size)],
    "texts": lambda size: [f"word {n}" for n in range(size)],
    "numbers": lambda size: [1e15] * size,
    "objects": lambda size: [{"id": f"{n}", "text": "x", "type": "text"} for n in range(size)],
    "escaped": lambda size: '\\"{[' * size,
}
"""What a caller may put anywhere, in a size."""
KINDS = pytest.mark.parametrize("kind", MADE)


def _bodies() -> Iterator[type[Body]]:
    for found in iter_modules([str(Path(doors.__path__[0]))]):
        held = vars(import_module(f"{doors.__name__}.{found.name}"))
        for value in held.values():
            if isinstance(value, type) and issubclass(value, Body) and value is not Body:
                yield value


FIELDS = sorted(
    {
        (body.__name__, name): (body, name) for body in _bodies() for name in body.model_fields
    }.items()
)


def _quietly(work: Callable[[], Any]) -> None:
    """Whether it is taken or refused: both must be linear."""
    try:
        work()
    except (RequestError, ValidationError, ValueError, BriefInvalid):
        return


def _sizes(make: Callable[[int], Any]) -> dict[int, Any]:
    return {size: make(size) for size in (10, SIZE, 2 * SIZE)}


def test_there_are_fields_of_every_door() -> None:
    assert len(FIELDS) > 40


@KINDS
@pytest.mark.parametrize(("name", "field"), FIELDS, ids=[".".join(name) for name, _ in FIELDS])
def test_twice_a_field_is_twice_the_work_to_check(
    name: tuple[str, str], field: tuple[type[Body], str], kind: str
) -> None:
    model, attribute = field
    made = _sizes(MADE[kind])
    assert grows(lambda size: _quietly(lambda: model.model_validate({attribute: made[size]}))) < 2.3


@KINDS
@pytest.mark.parametrize("read", [plain_body, record_body])
def test_twice_a_body_is_twice_the_work_to_read(read: Callable[..., Any], kind: str) -> None:
    bodies = {
        size: json.dumps({"resourceType": "Bundle", "entry": value, "more": value}).encode()
        for size, value in _sizes(MADE[kind]).items()
    }
    assert grows(lambda size: _quietly(lambda: read(bodies[size], {}, LIMITS))) < 2.3


@KINDS
def test_twice_a_value_is_twice_the_work_to_keep_and_to_compare(kind: str) -> None:
    made = _sizes(MADE[kind])
    assert grows(lambda size: canonical_json(evened(made[size]))) < 2.3
    assert grows(lambda size: count_nodes(made[size])) < 2.3
    assert grows(lambda size: json_patch({"was": made[size]}, {"is": made[size]})) < 2.3
    assert grows(lambda size: json_patch(made[size], made[10])) < 2.3
    assert grows(lambda size: json_patch(made[10], made[size])) < 2.3


@KINDS
@pytest.mark.parametrize("part", ["hypothesis", "audience", "evidence", "notes", "other"])
def test_twice_a_projects_input_is_twice_the_work(part: str, kind: str) -> None:
    def analysed(value: Any) -> None:
        document = {"hypothesis": "h", "audience": "a", "evidence": ["e"], part: value}
        collect(read_brief(document), 1, [("run", {"summary": value, "opportunities": value})])

    made = _sizes(MADE[kind])
    assert grows(lambda size: _quietly(lambda: analysed(made[size]))) < 2.3


@pytest.mark.parametrize("piece", ["[a](b) ", "# a\n", "```\n", "[", "](", "`", "~~~", "a\n", "<"])
def test_twice_a_markdown_file_is_twice_the_work(piece: str) -> None:
    assert grows(lambda size: list(markdown_faults(piece * size))) < 2.3
