"""No event ends in a 500 or in an answer that the document does not know, whatever the caller wrote
into it. EVENTS=n for more than the sample of `make test`; `make fuzz` takes many.
"""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import bootstrap
from tests.fuzz import events
from tests.support.documented import documented
from tests.support.furnished import furnish
from tests.unit.http.deployment import deployment, tables

EXAMPLES = int(os.environ.get("EVENTS", "2"))
NO_WAITING = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 10,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def world() -> Iterator[None]:
    """One for all: what the sample events speak of, and what was made on the way."""
    with pytest.MonkeyPatch.context() as patch, deployment() as doors:
        for name in ("DEAD_LETTER_QUEUE_URL", "BULK_QUEUE_URL", "DELIVERIES_QUEUE_URL"):
            patch.setenv(name, doors.queue_url)
        patch.setenv("DIAGNOSIS_WORKER_ENABLED", "true")
        bootstrap.reset()
        with tables(doors):
            furnish("get_run")
            yield
    bootstrap.reset()


@pytest.mark.parametrize("name", events.HTTP)
def test_any_request_is_answered_as_documented(name: str, world: None) -> None:
    @NO_WAITING
    @given(events.requests(name))
    def check(event: dict[str, Any]) -> None:
        event["headers"].pop("prefer", None)  # nobody waits here
        answer = events.answer_to(name, event)
        assert answer["statusCode"] < 500, (answer, json.dumps(event))
        documented().check(
            event["requestContext"]["http"]["method"],
            event["rawPath"],
            answer["statusCode"],
            {header.lower(): value for header, value in answer["headers"].items()},
            answer["body"].encode(),
        )

    check()


@pytest.mark.parametrize("name", events.QUEUES)
def test_any_message_is_worked_on_or_buried(name: str, world: None) -> None:
    @NO_WAITING
    @given(st.data())
    def check(data: st.DataObject) -> None:
        event = data.draw(events.messages(name))
        assert events.answer_to(name, event) == {"batchItemFailures": []}, json.dumps(event)

    check()
