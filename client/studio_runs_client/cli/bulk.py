"""`runs bulk`: one action on many runs, with its progress."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from studio_runs_client import models
from studio_runs_client.cli import outcome
from studio_runs_client.cli.session import AsJson, Listed, Session, session

app = typer.Typer(help="Cancel or retry many runs.", no_args_is_help=True, rich_markup_mode=None)
BulkId = Annotated[str, typer.Argument(metavar="BULK", help="The bulk's id.")]
Statuses = Annotated[list[Listed] | None, typer.Option(help="In this status.")]
Codes = Annotated[list[models.FailureCode] | None, typer.Option(help="That failed with this code.")]
Workflow = Annotated[models.Workflow | None, typer.Option(help="Of this workflow.")]
Profile = Annotated[str | None, typer.Option(help="Under this profile.")]
Tag = Annotated[str | None, typer.Option(help="That bear this tag.")]
Time = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])]
DryRun = Annotated[bool, typer.Option(help="Count, and do nothing.")]
Limit = Annotated[int | None, typer.Option(min=1, max=10_000, help="How many at most.")]
Detach = Annotated[bool, typer.Option(help="Do not wait for its end.")]


@app.command()
def retry(
    context: typer.Context,
    workflow: Workflow = None,
    profile: Profile = None,
    status: Statuses = None,
    code: Codes = None,
    tag: Tag = None,
    after: Time = None,
    before: Time = None,
    refresh: Annotated[bool, typer.Option(help="With the records as they are now.")] = False,
    dry_run: DryRun = False,
    limit: Limit = None,
    detach: Detach = False,
    as_json: AsJson = False,
) -> None:
    """Retry every failed run that the filter finds, oldest first."""
    wanted = _filter(workflow, profile, status or [Listed.failed], code, tag, after, before)
    asked = {"dry_run": dry_run or None, "limit": limit, "refresh": refresh or None}
    _played(session(context, as_json), "retry", wanted, asked, detach=detach)


@app.command()
def cancel(
    context: typer.Context,
    workflow: Workflow = None,
    profile: Profile = None,
    status: Statuses = None,
    tag: Tag = None,
    after: Time = None,
    before: Time = None,
    dry_run: DryRun = False,
    limit: Limit = None,
    detach: Detach = False,
    as_json: AsJson = False,
) -> None:
    """Cancel every open run that the filter finds, oldest first."""
    wanted = _filter(workflow, profile, status, None, tag, after, before)
    asked = {"dry_run": dry_run or None, "limit": limit}
    _played(session(context, as_json), "cancel", wanted, asked, detach=detach)


@app.command()
def show(context: typer.Context, bulk_id: BulkId, as_json: AsJson = False) -> None:
    """How far a bulk is."""
    told = session(context, as_json)
    with told.client as client:
        _shown(told, client.bulk.get(bulk_id))


@app.command()
def watch(context: typer.Context, bulk_id: BulkId, as_json: AsJson = False) -> None:
    """Follow a bulk to its end."""
    told = session(context, as_json)
    with told.client as client:
        _followed(told, client, client.bulk.get(bulk_id))


@app.command()
def stop(context: typer.Context, bulk_id: BulkId, as_json: AsJson = False) -> None:
    """End a bulk; what it has done stays done."""
    told = session(context, as_json)
    with told.client as client:
        _shown(told, client.bulk.cancel(bulk_id))


def _filter(
    workflow: Any, profile: Any, status: Any, code: Any, tag: Any, after: Any, before: Any
) -> dict[str, Any]:
    found = {
        "workflow": workflow and workflow.value,
        "profile": profile,
        "status": [one.value for one in status or []],
        "code": [one.value for one in code or []],
        "tag": tag,
        "created_after": after and f"{after.isoformat()}Z",
        "created_before": before and f"{before.isoformat()}Z",
    }
    return {name: value for name, value in found.items() if value}


def _played(
    told: Session, action: str, wanted: dict[str, Any], asked: dict[str, Any], *, detach: bool
) -> None:
    with told.client as client:
        bulk = client.bulk.create(action, wanted, **asked)
        if detach:
            _shown(told, bulk)
        else:
            _followed(told, client, bulk)


def _followed(told: Session, client: Any, bulk: models.Bulk) -> None:
    if told.as_json or not told.screen.is_terminal:
        bulk = client.bulk.wait(bulk.id)
    else:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=told.screen) as progress:
            task = progress.add_task(str(bulk.action), total=None)

            def heard(seen: models.Bulk) -> None:
                counts = seen.counts
                ended = counts.done + counts.skipped + counts.failed
                progress.update(task, completed=ended, total=max(counts.matched, 1))

            bulk = client.bulk.wait(bulk.id, told=heard)
    _shown(told, bulk)
    if bulk.counts.failed:
        raise typer.Exit(outcome.FAILED)
    if bulk.status == "cancelled":
        raise typer.Exit(outcome.CANCELLED)


def _shown(told: Session, bulk: models.Bulk) -> None:
    if told.as_json:
        told.json(bulk)
        return
    told.say("bulk", bulk.id)
    told.say("status", bulk.status)
    counts = bulk.counts
    told.say(
        "counts",
        f"{counts.matched} matched, {counts.done} done, "
        f"{counts.skipped} skipped, {counts.failed} failed",
    )
