"""Whatever type or value an attribute of a run's item has, its list is whole: the run is read, or
named and nothing more, and its neighbour is as it was.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
from shared.records.bulk import Bulk, BulkAction
from shared.records.webhook import Delivery, Webhook
from shared.runs.why import why
from tests.fakes.world import MORNING, VirtualClock
from tests.support.aws import Deployment, in_process_aws
from tests.support.samples import ADMIN, ORG, a_run, run_id

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


@dataclass(frozen=True)
class Kept:
    """A kind of item that is kept: makes the first and the second of it, which hold all they are
    under one attribute; and what is listed of them.
    """

    attribute: str
    make: Callable[[Deployment, int], None]
    listed: Callable[[Deployment], Sequence[Any]]


def _bulk(here: Deployment, number: int) -> None:
    of = Bulk(run_id(number), ORG, ADMIN, ("admin",), MORNING, BulkAction.CANCEL, {"tag": "x"}, 9,
              "ab" * 32)  # fmt: skip
    here.bulks.create(of, MORNING)


def _hook(here: Deployment, number: int) -> None:
    url, at = "https://x.example.org", MORNING + number
    hook = Webhook(run_id(number), ORG, url, ("*",), None, None, "whsec_", ADMIN, at, "ab" * 32)
    here.webhooks.create(hook)


def _message(here: Deployment, number: int) -> None:
    one = Delivery(run_id(number), run_id(9), ORG, "webhook.test", None, "{}", MORNING + number,
                   next_at=MORNING)  # fmt: skip
    here.deliveries.add(one, MORNING)


KEPT = {
    "bulks": Kept("bu", _bulk, lambda here: here.bulks.due(MORNING, 9)),
    "webhooks": Kept("wh", _hook, lambda here: here.webhooks.page(ORG, None, 9)[0]),
    "deliveries": Kept("de", _message, lambda here: here.deliveries.page(run_id(9), None, 9)[0]),
    "deliveries due": Kept("de", _message, lambda here: here.deliveries.due(MORNING, 9)),
}


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("junk", ["{", 7, [7]])
def test_what_cannot_be_read_is_passed_over_and_hides_none_beside_it(name: str, junk: Any) -> None:
    with in_process_aws() as clients:
        here, kept = Deployment(clients), KEPT[name]
        kept.make(here, 1)
        (alone,) = kept.listed(here)
        before = list(here.table.scan())
        kept.make(here, 2)
        assert len(kept.listed(here)) == 2
        (other,) = (
            item for item in here.table.scan() if kept.attribute in item and item not in before
        )
        here.table.put(other | wire({kept.attribute: junk}))
        assert kept.listed(here) == [alone]
