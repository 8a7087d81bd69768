"""The webhooks door: who is told of what, and what was delivered."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from shared.engine.sender import SECRET_PREFIX
from shared.errors import Conflict, NotFound, ValidationFailed
from shared.http.authorize import admit, admit_unless_made
from shared.http.call import Call
from shared.http.doors.runs import WorkflowName
from shared.http.models import Body
from shared.http.views import Json, time
from shared.records.webhook import (
    Delivery,
    DeliveryStatus,
    Disabled,
    News,
    OldSecret,
    Webhook,
)
from shared.runs.addresses import url_problem
from shared.runs.telling import body_of
from shared.runs.timing import DAY

OLD_SECRET_SIGNS = DAY
SHOWN_FOR = 30 * DAY
EXAMINED_AT_MOST = 1_000
_SECRETS_KEPT = 8
_TRIES = 20
_PAGE = 100
EventName = Literal[
    "run.succeeded", "run.failed", "run.cancelled", "run.waiting", "run.blocked",
    "budget.reached", "webhook.test", "*",
]  # fmt: skip
Events = Annotated[list[EventName], Field(min_length=1, max_length=20)]
Workflows = Annotated[list[WorkflowName], Field(min_length=1, max_length=20)]
DeliveryState = Literal["pending", "delivered", "failed"]


class CreateWebhook(Body):
    """`workflows`: of these only; absent or null for all."""

    url: Annotated[str, Field(min_length=1, max_length=2_048)]
    events: Events
    workflows: Workflows | None = None
    description: Annotated[str, Field(max_length=255)] | None = None


class UpdateWebhook(Body):
    """What is absent stays as it is. `workflows` null is all of them."""

    url: Annotated[str, Field(min_length=1, max_length=2_048)] | None = None
    events: Events | None = None
    workflows: Workflows | None = None
    status: Literal["enabled", "disabled"] | None = None


def create_webhook(call: Call, body: CreateWebhook) -> tuple[Webhook, bool]:
    """(the webhook, whether it is new).

    Raises ValidationFailed for a URL that may not be told anything, IdempotencyKeyReused,
    RateLimited.
    """
    _check_url(call, body.url)
    services, key = call.services, call.key()
    admit_unless_made(call, key)
    webhook = Webhook(
        id=key.id,
        org_id=call.caller.org_id,
        url=body.url,
        events=_once(body.events),
        workflows=None if body.workflows is None else _once(body.workflows),
        description=body.description,
        secret=_new_secret(call),
        created_by=call.caller.user_id,
        created_at=services.clock.now_ms(),
        fingerprint=key.fingerprint,
    )
    existing = services.webhooks.create(webhook)
    if existing is not None and existing.secret != webhook.secret:
        return existing, False
    return webhook, True


def own_webhook(call: Call, webhook_id: str) -> Webhook:
    """One of the caller's organisation. Raises NotFound."""
    found = call.services.webhooks.get(webhook_id)
    if found is None or found.org_id != call.caller.org_id:
        raise NotFound
    return found


def update_webhook(call: Call, webhook_id: str, body: UpdateWebhook) -> Webhook:
    """Raises NotFound, ValidationFailed."""
    given = body.model_fields_set
    if body.url is not None:
        _check_url(call, body.url)
    now = call.services.clock.now_ms()

    def change(one: Webhook) -> Webhook:
        after = one
        if body.url is not None:
            after = replace(after, url=body.url)
        if body.events is not None:
            after = replace(after, events=_once(body.events))
        if "workflows" in given:
            workflows = None if body.workflows is None else _once(body.workflows)
            after = replace(after, workflows=workflows)
        if body.status == "disabled" and after.is_enabled:
            after = after.disabled_for(Disabled.PERSON, now)
        if body.status == "enabled" and not after.is_enabled:
            after = replace(after, disabled=None, disabled_at=None, failing_since=None)
        return after if after == one else replace(after, updated_at=now)

    return _changed(call, webhook_id, change)


def rotate(call: Call, webhook_id: str) -> Webhook:
    """A new secret; the one before signs for a day more. Raises NotFound."""
    now, secret = call.services.clock.now_ms(), _new_secret(call)

    def change(one: Webhook) -> Webhook:
        kept = [old for old in one.old_secrets if old.until > now]
        old = (OldSecret(one.secret, now + OLD_SECRET_SIGNS), *kept)[:_SECRETS_KEPT]
        return replace(one, secret=secret, old_secrets=old, updated_at=now)

    return _changed(call, webhook_id, change)


def delete_webhook(call: Call, webhook_id: str) -> None:
    """Raises NotFound."""
    call.services.webhooks.delete(own_webhook(call, webhook_id).id)


def send_test(call: Call, webhook_id: str) -> tuple[Delivery, bool]:
    """(a message whatever the webhook wants to be told, whether it is new).

    Raises NotFound, Conflict, IdempotencyKeyReused, RateLimited.
    """
    webhook, key = _enabled(call, webhook_id), call.key()
    admit_unless_made(call, key)
    if key.repeatable:
        call.services.artifacts.use_key(key.id, key.fingerprint)
    now = call.services.clock.now_ms()
    delivery = Delivery(
        id=key.id,
        webhook_id=webhook.id,
        org_id=webhook.org_id,
        news=News.TEST,
        run_id=None,
        body=body_of(News.TEST, now, {"org_id": webhook.org_id}),
        created_at=now,
        next_at=now,
    )
    standing = call.services.teller.add(delivery)
    return standing, standing is delivery or not key.repeatable


def replay(call: Call, webhook_id: str, delivery_id: str) -> Delivery:
    """Sent again under its id, with the secret of now. Raises NotFound, Conflict, RateLimited."""
    webhook, services = _enabled(call, webhook_id), call.services
    if _shown(call, services.deliveries.get(webhook.id, delivery_id)) is None:
        raise NotFound
    admit(call)
    for _ in range(_TRIES):
        delivery = services.deliveries.get(webhook.id, delivery_id)
        if delivery is None:
            raise NotFound
        now = services.clock.now_ms()
        again = replace(
            delivery,
            status=DeliveryStatus.PENDING,
            tries=0,
            next_at=now,
            version=delivery.version + 1,
        )
        if services.deliveries.save(again, now + services.teller.patience):
            services.teller.call(again)
            return again
    raise Conflict("The delivery is being changed by others")


def deliveries(
    call: Call, webhook_id: str, status: str | None, limit: int
) -> tuple[list[Delivery], str | None]:
    """A page of those of thirty days, newest first, and where the next begins."""
    webhook, store = own_webhook(call, webhook_id), call.services.deliveries
    found: list[Delivery] = []
    position = call.position
    for _ in range(EXAMINED_AT_MOST // _PAGE):
        page, position = store.page(webhook.id, position, _PAGE)
        shown = [one for one in page if _shown(call, one) is not None]
        kept = [one for one in shown if status in (None, one.status)]
        room = limit - len(found)
        found += kept[:room]
        if len(shown) < len(page):
            position = None
        if len(kept) > room or (len(kept) == room and position is not None):
            return found, store.position_of(found[-1])
        if position is None:
            break
    return found, position


def webhook_view(webhook: Webhook, *, secret: bool = False) -> Json:
    view: Json = {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "workflows": None if webhook.workflows is None else list(webhook.workflows),
        "status": "enabled" if webhook.is_enabled else "disabled",
        "created_at": time(webhook.created_at),
        "description": webhook.description,
        "disabled_reason": webhook.disabled,
        "disabled_at": time(webhook.disabled_at),
        "updated_at": time(webhook.updated_at),
        "created_by": webhook.created_by,
    }
    return view | {"secret": webhook.secret} if secret else view


def delivery_view(delivery: Delivery) -> Json:
    return {
        "id": delivery.id,
        "event": delivery.news,
        "run_id": delivery.run_id,
        "status": delivery.status,
        "attempts": [
            {
                "at": time(one.at),
                "status_code": one.status_code,
                "duration_ms": one.duration_ms,
                "error": one.error,
            }
            for one in delivery.attempts
        ],
        "next_attempt_at": time(delivery.next_at),
        "created_at": time(delivery.created_at),
    }


def _check_url(call: Call, url: str) -> None:
    problem = url_problem(url)
    if problem is not None and url != (call.services.settings.webhook_receiver or None):
        raise ValidationFailed.of("body.url", problem)


def _new_secret(call: Call) -> str:
    return SECRET_PREFIX + base64.b64encode(call.services.ids.secret()).decode()


def _once(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _enabled(call: Call, webhook_id: str) -> Webhook:
    webhook = own_webhook(call, webhook_id)
    if not webhook.is_enabled:
        raise Conflict("Webhook is disabled")
    return webhook


def _shown(call: Call, delivery: Delivery | None) -> Delivery | None:
    oldest = call.services.clock.now_ms() - SHOWN_FOR
    return delivery if delivery is not None and delivery.created_at >= oldest else None


def _changed(call: Call, webhook_id: str, change: Callable[[Webhook], Webhook]) -> Webhook:
    for _ in range(_TRIES):
        before = own_webhook(call, webhook_id)
        after = change(before)
        if after == before:
            return before
        after = replace(after, version=before.version + 1)
        if call.services.webhooks.save(after):
            return after
    raise Conflict("The webhook is being changed by others")
