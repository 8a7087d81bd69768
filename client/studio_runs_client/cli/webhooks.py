"""`runs webhooks`: who is told of what, and what was delivered."""

from itertools import islice
from typing import Annotated

import typer

from studio_runs_client import models
from studio_runs_client.cli.session import AsJson, Session, session

app = typer.Typer(help="Who is told of what.", no_args_is_help=True, rich_markup_mode=None)
WebhookId = Annotated[str, typer.Argument(metavar="WEBHOOK", help="The webhook's id.")]
Events = Annotated[
    list[models.WebhookEvent] | None, typer.Option("--event", help="May be given several times.")
]
Workflows = Annotated[
    list[models.Workflow] | None, typer.Option("--workflow", help="Of these only.")
]


@app.command("list")
def list_webhooks(context: typer.Context, as_json: AsJson = False) -> None:
    """All webhooks."""
    told = session(context, as_json)
    with told.client as client:
        found = list(client.webhooks.list())
    if told.as_json:
        return told.json(found)
    rows = [(one.id, one.status, one.url, one.events, one.workflows) for one in found]
    return told.table(("id", "status", "url", "events", "workflows"), rows)


@app.command()
def create(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="An https URL.")],
    event: Events = None,
    workflow: Workflows = None,
    description: Annotated[str | None, typer.Option(help="For people.")] = None,
    as_json: AsJson = False,
) -> None:
    """A new webhook. Its secret is shown now and not again."""
    told = session(context, as_json)
    with told.client as client:
        made = client.webhooks.create(
            url,
            [one.value for one in event or []] or ["*"],
            workflows=[one.value for one in workflow or []] or None,
            description=description,
        )
    _shown(told, made)


@app.command()
def show(context: typer.Context, webhook_id: WebhookId, as_json: AsJson = False) -> None:
    """One webhook."""
    told = session(context, as_json)
    with told.client as client:
        _shown(told, client.webhooks.get(webhook_id))


@app.command()
def change(
    context: typer.Context,
    webhook_id: WebhookId,
    url: Annotated[str | None, typer.Option(help="Another URL.")] = None,
    event: Events = None,
    workflow: Workflows = None,
    status: Annotated[models.WebhookStatus | None, typer.Option(help="Switch it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given."""
    told = session(context, as_json)
    fields = {
        "url": url,
        "events": [one.value for one in event or []] or None,
        "workflows": [one.value for one in workflow or []] or None,
        "status": status and status.value,
    }
    with told.client as client:
        _shown(told, client.webhooks.change(webhook_id, **fields))


@app.command()
def delete(context: typer.Context, webhook_id: WebhookId, as_json: AsJson = False) -> None:
    """Delete a webhook."""
    told = session(context, as_json)
    with told.client as client:
        client.webhooks.delete(webhook_id)
    if told.as_json:
        told.json({"deleted": webhook_id})


@app.command()
def rotate(context: typer.Context, webhook_id: WebhookId, as_json: AsJson = False) -> None:
    """A new secret; the old one is good for another day."""
    told = session(context, as_json)
    with told.client as client:
        _shown(told, client.webhooks.rotate(webhook_id))


@app.command("test")
def send_test(context: typer.Context, webhook_id: WebhookId, as_json: AsJson = False) -> None:
    """Send a test message."""
    told = session(context, as_json)
    with told.client as client:
        _delivered(told, [client.webhooks.test(webhook_id)])


@app.command()
def deliveries(
    context: typer.Context,
    webhook_id: WebhookId,
    status: Annotated[models.DeliveryStatus | None, typer.Option(help="In this status.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """What was sent, newest first."""
    told = session(context, as_json)
    with told.client as client:
        found = client.webhooks.deliveries(webhook_id, status=status and status.value)
        _delivered(told, list(islice(found, limit)))


@app.command()
def replay(
    context: typer.Context,
    webhook_id: WebhookId,
    delivery_id: Annotated[str, typer.Argument(metavar="DELIVERY", help="The delivery's id.")],
    as_json: AsJson = False,
) -> None:
    """Send a delivery again, under the same id."""
    told = session(context, as_json)
    with told.client as client:
        _delivered(told, [client.webhooks.replay(webhook_id, delivery_id)])


def _shown(told: Session, webhook: models.Webhook | models.NewWebhook) -> None:
    if told.as_json:
        told.json(webhook)
        return
    for name in ("id", "status", "url", "events", "workflows", "description", "secret"):
        told.say(name, getattr(webhook, name, None))


def _delivered(told: Session, found: list[models.Delivery]) -> None:
    if told.as_json:
        told.json(found)
        return
    rows = [
        (one.id, one.event, one.run_id, one.status, len(one.attempts), one.next_attempt_at)
        for one in found
    ]
    told.table(("id", "event", "run", "status", "attempts", "next"), rows)
