"""The organisation and the service: stats, pauses, profiles, health."""

from datetime import datetime
from typing import Annotated

import typer

from studio_runs_client import models
from studio_runs_client.cli.session import AsJson, Session, session
from studio_runs_client.cli.shown import money

Workflow = Annotated[models.Workflow, typer.Argument(help="The workflow.")]


def stats(
    context: typer.Context,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])] = None,
    workflow: Annotated[models.Workflow | None, typer.Option(help="Of this workflow.")] = None,
    as_json: AsJson = False,
) -> None:
    """Runs and cost by UTC day, and what is open now."""
    told = session(context, as_json)
    with told.client as client:
        found = client.service.stats(
            first.date() if first else None,
            last.date() if last else None,
            workflow=workflow and workflow.value,
        )
    if told.as_json:
        return told.json(found)
    rows = [
        (day.date, day.created, day.succeeded, day.failed, day.cancelled, money(day.cost_usd))
        for day in found.days
    ]
    told.table(("day", "created", "succeeded", "failed", "cancelled", "cost"), rows)
    told.say(
        "open",
        f"{found.open.queued} queued, {found.open.running} running, {found.open.waiting} waiting",
    )
    return told.say("by reason", found.open.by_reason)


def pause(
    context: typer.Context,
    workflow: Workflow,
    reason: Annotated[str | None, typer.Option(help="Shown to everybody.")] = None,
    as_json: AsJson = False,
) -> None:
    """Pause a workflow: its runs are accepted and wait; what runs, runs to its end."""
    told = session(context, as_json)
    with told.client as client:
        paused = {*client.service.organisation().paused_workflows, workflow.value}
        fields = {"paused_workflows": sorted(map(str, paused)), "pause_reason": reason}
        _shown(told, client.service.change_organisation(**fields))


def resume(context: typer.Context, workflow: Workflow, as_json: AsJson = False) -> None:
    """Let a paused workflow go on."""
    told = session(context, as_json)
    with told.client as client:
        paused = {str(one) for one in client.service.organisation().paused_workflows}
        left = sorted(paused - {workflow.value})
        _shown(told, client.service.change_organisation(paused_workflows=left))


def organisation(context: typer.Context, as_json: AsJson = False) -> None:
    """The organisation's settings."""
    told = session(context, as_json)
    with told.client as client:
        _shown(told, client.service.organisation())


def profiles(context: typer.Context, as_json: AsJson = False) -> None:
    """The kinds of orchestration."""
    told = session(context, as_json)
    with told.client as client:
        found = client.service.profiles()
    if told.as_json:
        return told.json(found)
    return told.table(
        ("name", "title", "description"), [(p.name, p.title, p.description) for p in found]
    )


def health(context: typer.Context, as_json: AsJson = False) -> None:
    """Whether the service answers."""
    told = session(context, as_json)
    with told.client as client:
        found = client.service.health()
    if told.as_json:
        return told.json(found)
    return told.say(
        found.status, f"version {found.version}, worker {'on' if found.worker_enabled else 'off'}"
    )


def register(app: typer.Typer) -> None:
    for command in (stats, pause, resume, organisation, profiles, health):
        app.command()(command)


def _shown(told: Session, found: models.OrganisationSettings) -> None:
    if told.as_json:
        told.json(found)
        return
    told.say("organisation", found.id)
    told.say("paused", found.paused_workflows)
    told.say("reason", found.pause_reason)
    told.say("retention days", found.retention_days)
