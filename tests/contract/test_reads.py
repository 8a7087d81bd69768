"""No request reads more than a thousand entries, whatever there is: every route is asked with its
sample event where there is more than that of everything, and what its answer reads is counted.
"""

import importlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from local.runtime.lambdas import LambdaContext
from shared import bootstrap
from shared.engine.listing import EXAMINED_AT_MOST
from shared.ports import Scope
from tests.support.crowd import MANY, Crowd
from tests.support.furnished import PATIENT, event_of, furnish
from tests.unit.template.declared import functions

pytestmark = pytest.mark.rule("R-LIST-2")
FUNCTIONS = functions()
NO_ROUTE = {"worker", "bulk_worker", "sender", "sweeper", "listener", "eraser"}
FETCHED_AT_MOST = 2 * EXAMINED_AT_MOST
"""Of each entry its item, and what holds between the caller and the patient whom it is of."""
WITH = {
    "limit": "100",
    "status": "queued",
    "tag": "a tag of nothing",
    "ended": "true",
    "workflow": "erasure",
}
"""What is asked besides: the largest page, and what walks the longest."""
REFUSED = {"create_webhook": 409}
"""There are more webhooks than there may be."""


@dataclass(frozen=True)
class Asked:
    function: str
    query: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.function}?{urlencode(self.query)}"


def asked() -> Iterator[Asked]:
    """Every route as its sample event has it, and every list with each of the words that it knows
    from WITH.
    """
    for name in sorted(set(FUNCTIONS) - NO_ROUTE):
        yield Asked(name)
        event = event_of(name)
        known = _parameters(event["routeKey"])
        for word in known & WITH.keys():
            said = "failed" if (name, word) == ("list_deliveries", "status") else WITH[word]
            query = {"limit": "100"} if "limit" in known else {}
            yield Asked(name, tuple(sorted({**query, word: said}.items())))


def _parameters(route: str) -> set[str]:
    method, _, path = route.partition(" ")
    with open("docs/openapi.json", encoding="utf-8") as document:
        operation = json.load(document)["paths"][path][method.lower()]
    return {one["name"] for one in operation.get("parameters", []) if one.get("in") == "query"}


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    with pytest.MonkeyPatch.context() as patch:
        variables = {
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "k",
            "AWS_SECRET_ACCESS_KEY": "s",
            "TABLE_NAME": "runs",
            "AUDIT_TABLE_NAME": "audit",
            "BUCKET_NAME": "bucket",
            "DIAGNOSIS_WORKER_ENABLED": "true",
            "DOCS_ENABLED": "true",
        }
        for name, value in variables.items():
            patch.setenv(name, value)
        for queue in ("QUEUE", "ERASURE_QUEUE", "BULK_QUEUE", "DELIVERIES_QUEUE"):
            patch.setenv(f"{queue}_URL", "https://sqs.eu-central-1.amazonaws.com/1/q")
        made = Crowd()
        made.fill()
        yield made


def answered(one: Asked) -> Any:
    event: Mapping[str, Any] = event_of(one.function)
    if one.query:
        query = dict(one.query)
        event = {**event, "queryStringParameters": query, "rawQueryString": urlencode(query)}
    handler = importlib.import_module(f"functions.{one.function}.handler").handler
    return handler(event, LambdaContext(one.function, "512", 30, time.monotonic))


@pytest.mark.parametrize("one", list(asked()), ids=str)
def test_no_request_reads_more_than_a_thousand_entries(crowd: Crowd, one: Asked) -> None:
    with crowd.entered() as dynamo:
        furnish(one.function)
        dynamo.examined = dynamo.fetched = 0
        dynamo.requests.clear()
        answer = answered(one)
        status, told = answer["statusCode"], answer["body"]
        assert status == REFUSED.get(one.function, status) < 500, told
        assert status < 400 or one.function in REFUSED, told
        assert dynamo.examined <= EXAMINED_AT_MOST
        assert dynamo.fetched <= FETCHED_AT_MOST


def test_a_clinician_of_very_many_patients_sees_right_pages(crowd: Crowd) -> None:
    """Four requests a page, the first three of them empty."""
    found: list[str] = []
    pages: list[int] = []
    with crowd.entered() as dynamo:
        furnish("list_assessment_runs")
        query: tuple[tuple[str, str], ...] = (("limit", "100"),)
        while len(found) < 250:
            dynamo.examined = 0
            answer = answered(Asked("list_assessment_runs", query))
            assert dynamo.examined <= EXAMINED_AT_MOST
            data = json.loads(answer["body"])["data"]
            found += [row["id"] for row in data["runs"]]
            pages.append(len(data["runs"]))
            query = (("cursor", data["next_cursor"]), ("limit", "100"))
        scope = Scope("organisation", "demo")
        whole, position = list[Any](), None
        while len(whole) < 250:
            page = bootstrap.services().runs.page(scope, position, 100)
            whole += [run.id for run in page.runs if run.workflow == "diagnosis"]
            position = page.position
    assert found[:250] == whole[:250]
    assert pages[:5] == [0, 0, 0, 0, 100]


def test_the_crowd_is_larger_than_what_one_request_may_read(crowd: Crowd) -> None:
    """A walk through each list finds more than a thousand, so a request that read all of it would
    be found out.
    """
    with crowd.entered():
        care = bootstrap.services().care
        found: list[Any] = []
        position: str | None = None
        while True:
            some, position = care.ended_assignments("demo", PATIENT, position, 100)
            found += some
            if position is None:
                break
        assert len(found) == MANY > EXAMINED_AT_MOST
