"""A sample of `make fuzz`: strange requests for every route, by six callers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.demo.stack_process import running_stack
from tests.fuzz.over_http import CALLERS, DOCUMENT, fuzz, routes


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_stack() as address:
        yield address


def test_a_sample_of_strange_requests_is_answered_as_documented(url: str) -> None:
    done = fuzz(url, CALLERS, each=5, seed=1)
    assert done.clean, done.said
    assert len({route for route, _ in done.answered}) == routes(), "some were not asked"
    assert {200, 400, 403, 404, 422} <= {status for _, status in done.answered}


def test_an_answer_that_the_document_does_not_know_is_found(url: str, tmp_path: Path) -> None:
    document = json.loads(DOCUMENT.read_text("utf-8"))
    document["paths"] = {"/health": document["paths"]["/health"]}
    answer = document["paths"]["/health"]["get"]["responses"]["200"]
    answer["content"] = {"application/json": {"schema": {"required": ["surprise"]}}}
    other = tmp_path / "openapi.json"
    other.write_text(json.dumps(document), "utf-8")
    done = fuzz(url, CALLERS, each=2, seed=1, document=other)
    assert not done.clean
    assert "surprise" in done.said
