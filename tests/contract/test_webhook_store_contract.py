"""WebhookStore and DeliveryStore: each thing once, written under its version, found in order."""

from dataclasses import replace
from typing import Any

import pytest

from shared.errors import IdempotencyKeyReused
from shared.records.webhook import (
    Attempt,
    Delivery,
    DeliveryStatus,
    Disabled,
    OldSecret,
    Webhook,
)
from tests.contract.worlds import World
from tests.fakes.world import MORNING
from tests.support.samples import ADMIN, ORG, OTHER_ORG, a_run, run_id

pytestmark = pytest.mark.rule("R-WEBHOOK-1")
URL = "https://hooks.example.org/studio"


def _webhook(number: int = 1, **fields: Any) -> Webhook:
    plain = Webhook(
        run_id(700 + number), ORG, URL, ("run.failed",), ("diagnosis",), "A board", "whsec_AA==",
        ADMIN, MORNING + number, "ab" * 32,
    )  # fmt: skip
    return replace(plain, **fields)


def _delivery(number: int = 1, **fields: Any) -> Delivery:
    moment = MORNING + number
    plain = Delivery(
        run_id(800 + number), run_id(701), ORG, "run.failed", run_id(1), "{}", moment,
        next_at=moment,
    )  # fmt: skip
    return replace(plain, **fields)


def test_a_webhook_is_made_once_and_read_as_it_was_written(world: World) -> None:
    hook = _webhook(
        old_secrets=(OldSecret("whsec_BB==", 5),), disabled=Disabled.GONE, disabled_at=9,
        failing_since=3, updated_at=4, workflows=None,
    )  # fmt: skip
    assert world.webhooks.create(hook) is None
    assert world.webhooks.create(replace(hook, secret="whsec_CC==")) == hook
    assert world.webhooks.get(hook.id) == hook
    assert world.webhooks.get(run_id(1)) is None
    with pytest.raises(IdempotencyKeyReused):
        world.webhooks.create(replace(hook, fingerprint="cd" * 32))


def test_a_key_that_made_something_else_makes_no_webhook(world: World) -> None:
    world.runs.create(a_run(1))
    with pytest.raises(IdempotencyKeyReused):
        world.webhooks.create(_webhook(id=run_id(1)))
    assert world.webhooks.get(run_id(1)) is None


def test_who_writes_a_webhook_under_an_old_version_loses(world: World) -> None:
    world.webhooks.create(_webhook())
    after = _webhook(url=f"{URL}/2", version=1)
    assert world.webhooks.save(after)
    assert not world.webhooks.save(_webhook(version=1))
    assert world.webhooks.get(after.id) == after


def test_a_deleted_webhook_is_gone_and_takes_no_more_writes(world: World) -> None:
    world.webhooks.create(_webhook())
    for _ in range(2):
        world.webhooks.delete(_webhook().id)
    assert world.webhooks.get(_webhook().id) is None
    assert not world.webhooks.save(_webhook(version=1))
    assert world.webhooks.page(ORG, None, 10) == ([], None)
    assert world.webhooks.create(_webhook(fingerprint="cd" * 32)) is None


def test_an_organisation_s_webhooks_newest_first(world: World) -> None:
    hooks = [_webhook(number) for number in range(1, 6)]
    for hook in hooks:
        world.webhooks.create(hook)
    world.webhooks.create(_webhook(9, org_id=OTHER_ORG))
    first, position = world.webhooks.page(ORG, None, 3)
    rest, end = world.webhooks.page(ORG, position, 3)
    assert (first + rest, end) == (hooks[::-1], None)


def test_a_delivery_is_added_once_and_read_as_it_was_written(world: World) -> None:
    delivery = _delivery(attempts=(Attempt(1, 500, 12, None), Attempt(2, None, 3, "tls")), tries=2)
    assert world.deliveries.add(delivery, MORNING) is None
    assert world.deliveries.add(replace(delivery, body="[]"), MORNING) == delivery
    assert world.deliveries.get(delivery.webhook_id, delivery.id) == delivery
    assert world.deliveries.get(run_id(702), delivery.id) is None


def test_who_writes_a_delivery_under_an_old_version_loses(world: World) -> None:
    world.deliveries.add(_delivery(), MORNING)
    after = _delivery(tries=1, version=1)
    assert world.deliveries.save(after, MORNING)
    assert not world.deliveries.save(_delivery(tries=9, version=1), MORNING)
    assert world.deliveries.get(after.webhook_id, after.id) == after


def test_a_webhook_s_deliveries_newest_first_from_any_place(world: World) -> None:
    sent = [_delivery(number) for number in range(1, 6)]
    for one in sent:
        world.deliveries.add(one, MORNING)
    world.deliveries.add(_delivery(9, webhook_id=run_id(702)), MORNING)
    first, position = world.deliveries.page(run_id(701), None, 3)
    assert position == world.deliveries.position_of(first[-1])
    rest, end = world.deliveries.page(run_id(701), position, 3)
    assert (first + rest, end) == (sent[::-1], None)


def test_a_delivery_is_due_while_it_is_pending(world: World) -> None:
    world.deliveries.add(_delivery(), MORNING + 5)
    assert world.deliveries.due(MORNING + 4, 10) == []
    assert world.deliveries.due(MORNING + 5, 10) == [_delivery()]
    later = _delivery(version=1)
    assert world.deliveries.save(later, MORNING + 9)
    assert world.deliveries.due(MORNING + 8, 10) == []
    assert world.deliveries.due(MORNING + 9, 10) == [later]
    ended = _delivery(status=DeliveryStatus.FAILED, next_at=None, version=2)
    assert world.deliveries.save(ended, MORNING)
    assert world.deliveries.due(MORNING + 99, 10) == []
