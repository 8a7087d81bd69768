"""Whatever type or value an attribute of a run's item has, its list is whole: the run is read, or
named and nothing more, and its neighbour is as it was.
"""

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from shared.adapters.dynamodb.items import wire
from shared.adapters.dynamodb.run_attributes import ATTRIBUTES
from shared.adapters.dynamodb.run_codec import readable, run_item, run_key
from shared.http.views import event_views, rows_of, run_row
from shared.ports import Scope, Unreadable
from shared.runs.why import why
from tests.fakes.world import MORNING, VirtualClock
from tests.support.aws import Deployment, in_process_aws
from tests.support.samples import ORG, a_run

pytestmark = pytest.mark.rule("R-UNREAD-1")
WRONG: list[Any] = ["", "soon", "[7]", '{"max_attempts": "x"}', 7, -1, 10**17, None, True,
                    [], ["?"], [{}], {}, {"?": "?"}, {"?": {"r": 1}}, b"", b"?"]  # fmt: skip
NAMES = sorted({attribute.name for attribute in ATTRIBUTES.values()} | {"h", "sp"})
typed = TypeSerializer().serialize
CALL: Any = SimpleNamespace(services=SimpleNamespace(clock=VirtualClock()))


@pytest.mark.parametrize("name", NAMES)
def test_whatever_an_attribute_holds_the_run_is_read_or_named(name: str) -> None:
    """And what is read can be shown, but for what contradicts itself, of which a row names the
    run.
    """
    run = a_run()
    for value in WRONG:
        spoilt = {name: {"NULL": True}} if value is None else wire({name: value})
        found = readable(run_item(run) | spoilt)
        if isinstance(found, Unreadable):
            assert found == Unreadable(run.id, ORG, MORNING, run.subject, run.created_by), value
        else:
            assert event_views(found)
            assert why(found, 0)
        assert rows_of([found], lambda one: run_row(CALL, one))[0]["id"] == run.id


@pytest.mark.parametrize("name", sorted(run_item(a_run()).keys() - {"pk", "sk", "q", "n"}))
def test_whatever_an_item_lacks_the_run_is_read_or_named(name: str) -> None:
    item = run_item(a_run())
    del item[name]
    assert readable(item).id == a_run().id


def test_what_a_later_version_adds_is_nothing_to_this_one() -> None:
    added = {"share": typed(Decimal("1.5")), "notes": typed([None, {"a": {"b"}}])}
    assert readable(run_item(a_run()) | added) == a_run()


def test_a_workflow_that_this_version_does_not_have_is_not_read() -> None:
    item = run_item(a_run()) | wire({"w": "one of next year"})
    assert isinstance(readable(item), Unreadable)


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with in_process_aws() as clients:
        yield Deployment(clients)


def test_what_cannot_be_read_keeps_its_place_among_the_pages(deployment: Deployment) -> None:
    """Even where it does not say when it was created."""
    runs = [a_run(950_000 + n, created_by="pages") for n in range(3)]
    for run in runs:
        deployment.runs.create(run)
    deployment.table.update(
        Key=run_key(runs[1].id),
        UpdateExpression="SET st = :x",
        ExpressionAttributeValues=wire({":x": "?"}),
    )
    scope, found, position = Scope("creator", ORG, "pages"), [], None
    for _ in range(3):
        page = deployment.runs.page(scope, position, 1)
        found += [row.id for row in page.rows]
        position = deployment.runs.position_of(page.rows[-1])
    assert found == [run.id for run in reversed(runs)]
