"""What every registered workflow brings, held against the registry; docs/extending.md says how.

A workflow that is added to the registry alone lacks all of it, which the last test shows.
"""

import json
import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

from shared.http.models import Body
from shared.workflows.definitions import DEFINITIONS, Definition, resolved
from tools.openapi.document import DOCUMENT

ROOT = Path(__file__).parents[3]
DOCUMENTED = json.loads(DOCUMENT.read_text("utf-8"))["components"]["schemas"]["Workflow"]
CONSOLE = (ROOT / "console" / "words.js").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
EXEMPT: Mapping[str, frozenset[str]] = {
    # DELETE of a patient makes its one run: nobody creates, copies or demonstrates one, and the
    # console lists it among the workflows that nobody starts.
    "erasure": frozenset({"body", "clone", "demo", "console"}),
}
"""By workflow: the parts that it does not need, with the reason beside it."""


def _has_words(workflow: Definition) -> bool:
    return workflow.words is not None


def _has_body(workflow: Definition) -> bool:
    return bool(workflow.body) and issubclass(resolved(workflow.body), Body)


def _can_be_cloned(workflow: Definition) -> bool:
    return bool(workflow.clone) and callable(resolved(workflow.clone))


def _is_built(workflow: Definition) -> bool:
    return bool(workflow.build) and callable(resolved(workflow.build))


def _is_answered_offline(workflow: Definition) -> bool:
    return (
        not workflow.asks_model or find_spec(f"local.model.composers.{workflow.name}") is not None
    )


def _is_in_the_document(workflow: Definition) -> bool:
    return workflow.name in DOCUMENTED["enum"]


def _is_in_the_console(workflow: Definition) -> bool:
    """With the same words and steps as in the registry."""
    words = workflow.words
    named = words and (
        f'{workflow.name}: {{ label: "{words.label}", icon: "{words.icon}", about: "{words.about}"'
    )
    steps = re.search(rf"^  {workflow.name}: (\[[^\]]*\]|PHASES),$", CONSOLE, re.MULTILINE)
    phases = re.search(r"^export const PHASES = (\[.*\]);$", CONSOLE, re.MULTILINE)
    if not (named and named in CONSOLE and steps and phases):
        return False
    listed = phases[1] if steps[1] == "PHASES" else steps[1]
    return tuple(json.loads(listed)) == workflow.steps


def _is_played_by_the_demo(workflow: Definition) -> bool:
    return find_spec(f"local.demo.{workflow.name}") is not None


def _is_in_the_readme(workflow: Definition) -> bool:
    return workflow.name in README


PARTS: Mapping[str, Callable[[Definition], bool]] = {
    "words": _has_words,
    "body": _has_body,
    "clone": _can_be_cloned,
    "steps": _is_built,
    "offline model": _is_answered_offline,
    "document": _is_in_the_document,
    "console": _is_in_the_console,
    "demo": _is_played_by_the_demo,
    "readme": _is_in_the_readme,
}


def lacks(workflow: Definition) -> set[str]:
    """The parts that a workflow still has to bring."""
    missing = {part for part, is_there in PARTS.items() if not is_there(workflow)}
    return missing - EXEMPT.get(workflow.name, frozenset())


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
def test_a_registered_workflow_brings_every_part(name: str) -> None:
    assert DEFINITIONS[name].name == name
    assert lacks(DEFINITIONS[name]) == set()


def test_one_that_is_only_registered_lacks_every_part() -> None:
    assert lacks(Definition("ghost", "thing", ("appear",))) == PARTS.keys()
