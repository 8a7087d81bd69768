"""A failure code is explained wherever somebody meets it; docs/extending.md lists the places.

The last test adds a code to the list of codes alone, and sees that every place lacks it.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.runs.codes import SAFE_TEXT, FailureCode
from tools.openapi.document import DOCUMENT

ROOT = Path(__file__).parents[3]
SCHEMAS = json.loads(DOCUMENT.read_text("utf-8"))["components"]["schemas"]
CONSOLE = (ROOT / "console" / "words.js").read_text("utf-8")
ERRORS = (ROOT / "docs" / "errors.md").read_text("utf-8")
PLACES: Mapping[str, set[str]] = {
    "its safe text": {str(code) for code in SAFE_TEXT},
    "the document": set(SCHEMAS["FailureCode"]["enum"]),
    "the console": set(re.findall(r"^  ([A-Z_]+): \[", CONSOLE, re.MULTILINE)),
    "docs/errors.md": set(re.findall(r"^\| `([A-Z_]+)` \|", ERRORS, re.MULTILINE)),
}


def lacking(code: str) -> set[str]:
    """The places that do not explain the code."""
    return {place for place, codes in PLACES.items() if code not in codes}


@pytest.mark.parametrize("code", sorted(FailureCode))
def test_a_code_is_explained_everywhere(code: str) -> None:
    assert lacking(code) == set()


def test_a_code_that_is_only_listed_is_explained_nowhere() -> None:
    assert lacking("GHOST_SEEN") == PLACES.keys()
