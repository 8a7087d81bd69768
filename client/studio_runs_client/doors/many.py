"""Many runs at once, and being told: bulk and webhooks."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from studio_runs_client import models
from studio_runs_client.doors.door import Door, given, read
from studio_runs_client.pages import Pages

_PAUSE_SECONDS = 2.0


class Bulks(Door):
    def create(
        self,
        action: str,
        filter: dict[str, Any],
        *,
        dry_run: bool | None = None,
        limit: int | None = None,
        refresh: bool | None = None,
        key: str | None = None,
    ) -> models.Bulk:
        """`cancel` or `retry` every run that the filter (as of `runs.list`, and `code`) finds."""
        body = given(action=action, filter=filter, dry_run=dry_run, limit=limit, refresh=refresh)
        return read(models.Bulk, self._post("/bulk", body, key=key, keyed=True).data["bulk"])

    def get(self, bulk_id: str) -> models.Bulk:
        return read(models.Bulk, self._get(f"/bulk/{bulk_id}")["bulk"])

    def cancel(self, bulk_id: str) -> models.Bulk:
        return read(models.Bulk, self._post(f"/bulk/{bulk_id}/cancel").data["bulk"])

    def wait(
        self,
        bulk_id: str,
        *,
        told: Callable[[models.Bulk], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> models.Bulk:
        """The bulk when it is done; `told` hears how far it is."""
        while True:
            bulk = self.get(bulk_id)
            told(bulk)
            if bulk.status in ("succeeded", "cancelled"):
                return bulk
            sleep(_PAUSE_SECONDS)


class Webhooks(Door):
    def create(
        self,
        url: str,
        events: Sequence[str],
        *,
        workflows: Sequence[str] | None = None,
        description: str | None = None,
        key: str | None = None,
    ) -> models.NewWebhook:
        """With its secret, which is not shown again."""
        body = given(
            url=url,
            events=list(events),
            workflows=None if workflows is None else list(workflows),
            description=description,
        )
        answer = self._post("/webhooks", body, key=key, keyed=True)
        return read(models.NewWebhook, answer.data["webhook"])

    def list(self) -> Pages[models.Webhook]:
        return self._pages(models.Webhook, "/webhooks", "webhooks")

    def get(self, webhook_id: str) -> models.Webhook:
        return read(models.Webhook, self._get(f"/webhooks/{webhook_id}")["webhook"])

    def change(self, webhook_id: str, **fields: Any) -> models.Webhook:
        """Of url, events, workflows and status, those given."""
        answer = self._transport.call("PATCH", f"/webhooks/{webhook_id}", json=given(**fields))
        return read(models.Webhook, answer.data["webhook"])

    def delete(self, webhook_id: str) -> None:
        self._transport.call("DELETE", f"/webhooks/{webhook_id}")

    def rotate(self, webhook_id: str) -> models.NewWebhook:
        """A new secret; the old one is good for another day."""
        answer = self._post(f"/webhooks/{webhook_id}/rotate")
        return read(models.NewWebhook, answer.data["webhook"])

    def test(self, webhook_id: str) -> models.Delivery:
        return read(models.Delivery, self._post(f"/webhooks/{webhook_id}/test").data["delivery"])

    def deliveries(self, webhook_id: str, *, status: str | None = None) -> Pages[models.Delivery]:
        path = f"/webhooks/{webhook_id}/deliveries"
        return self._pages(models.Delivery, path, "deliveries", {"status": status})

    def replay(self, webhook_id: str, delivery_id: str) -> models.Delivery:
        """Send it again, under the same webhook-id."""
        answer = self._post(f"/webhooks/{webhook_id}/deliveries/{delivery_id}/replay")
        return read(models.Delivery, answer.data["delivery"])
