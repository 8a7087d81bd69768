"""Looking at runs: list, show, watch, why, compare, events, metrics, artifacts, download."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from studio_runs_client import models
from studio_runs_client.cli import outcome
from studio_runs_client.cli.session import AsJson, Listed, RunId, session
from studio_runs_client.cli.shown import coloured, money, show_run
from studio_runs_client.cli.watching import follow

Time = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])]


def list_runs(
    context: typer.Context,
    workflow: Annotated[models.Workflow | None, typer.Option(help="Of this workflow.")] = None,
    profile: Annotated[str | None, typer.Option(help="Under this profile.")] = None,
    status: Annotated[
        list[Listed] | None, typer.Option(help="In this status; may be given several times.")
    ] = None,
    tag: Annotated[str | None, typer.Option(help="That bear this tag.")] = None,
    after: Time = None,
    before: Time = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Runs, newest first. Times are UTC."""
    told = session(context, as_json)
    with told.client as client:
        rows = client.runs.list(
            workflow=workflow,
            profile=profile,
            status=[one.value for one in status or []] or None,
            tag=tag,
            created_after=_utc(after),
            created_before=_utc(before),
            limit=min(limit, 100),
        )
        found = list(islice(rows, limit))
    if told.as_json:
        return told.json(found)
    columns = ("id", "workflow", "status", "created", "step", "attempt", "cost", "tags")
    return told.table(columns, [_row(run) for run in found])


def show(context: typer.Context, run_id: RunId, as_json: AsJson = False) -> None:
    """One run: steps, error, output, cost."""
    told = session(context, as_json)
    with told.client as client:
        run = client.runs.get(run_id)
    told.json(run) if told.as_json else show_run(told, run)


def watch(context: typer.Context, run_id: RunId, as_json: AsJson = False) -> None:
    """Follow a run until it has ended or waits for a person; exits by its outcome."""
    told = session(context, as_json)
    with told.client as client:
        raise typer.Exit(follow(told, client, run_id))


def wait(
    context: typer.Context,
    run_id: RunId,
    timeout: Annotated[float | None, typer.Option(help="Seconds.")] = None,
    as_json: AsJson = False,
) -> None:
    """Wait silently until a run has ended or waits for a person; exits by its outcome."""
    told = session(context, as_json)
    with told.client as client:
        run = client.runs.wait(run_id, timeout=timeout, settled=True)
    told.json(run) if told.as_json else told.screen.print(coloured(run.status))
    raise typer.Exit(outcome.of_run(run))


def events(
    context: typer.Context,
    run_id: RunId,
    after: Annotated[int, typer.Option(min=0, help="Only events with a higher seq.")] = 0,
    as_json: AsJson = False,
) -> None:
    """A run's history, oldest first."""
    told = session(context, as_json)
    with told.client as client:
        found = list(client.runs.events(run_id, after=after))
    if told.as_json:
        return told.json(found)
    columns = ("seq", "at", "actor", "attempt", "from", "to", "step", "code")
    rows = [(e.seq, e.at, e.actor, e.attempt, e.from_, e.to, e.step, e.code) for e in found]
    return told.table(columns, rows)


def why(context: typer.Context, run_id: RunId, as_json: AsJson = False) -> None:
    """What a run waits for, and until when."""
    told = session(context, as_json)
    with told.client as client:
        said = client.runs.why(run_id)
    if told.as_json:
        return told.json(said)
    told.screen.print(f"{coloured(said.status)}  {said.blocked_by or ''}")
    rows = [(one.reason, one.since, one.until, one.detail) for one in said.waiting_for]
    told.table(("waits for", "since", "until", "detail"), rows)
    told.say("looked at again", said.looked_at_again_at)
    return told.say("ends by", said.ends_by)


def compare(
    context: typer.Context,
    a: Annotated[str, typer.Argument(help="A run's id.")],
    b: Annotated[str, typer.Argument(help="Another's.")],
    as_json: AsJson = False,
) -> None:
    """What differs between two runs."""
    told = session(context, as_json)
    with told.client as client:
        said = client.runs.compare(a, b)
    if told.as_json:
        return told.json(said)
    for name in ("input", "pack", "output"):
        patches = getattr(said, name)
        told.screen.print(f"[bold]{name}[/bold]: {_counted(patches)}")
        for patch in patches or []:
            told.screen.print(
                f"  {patch.op} {patch.path} {getattr(patch, 'value', '')!s:.120}", markup=False
            )
    return told.say("usage", said.model_dump(mode="json")["usage"])


def metrics(context: typer.Context, run_id: RunId, as_json: AsJson = False) -> None:
    """Tokens, cost, time and governance by phase."""
    told = session(context, as_json)
    with told.client as client:
        found = client.runs.metrics(run_id)
    if told.as_json:
        return told.json(found)
    rows = [
        (
            p.phase,
            p.duration_seconds,
            p.token_usage.input,
            p.token_usage.output,
            money(p.cost_usd),
            p.governance_passed,
        )
        for p in found.phases_metrics
    ]
    told.table(("phase", "seconds", "tokens in", "out", "cost", "governance"), rows)
    told.say("total", f"{money(found.total_cost_usd)} in {found.total_duration_seconds} s")
    return told.say("governance", found.governance_score)


def artifacts(
    context: typer.Context,
    run_id: RunId,
    phase: Annotated[str | None, typer.Option(help="Of this phase or step.")] = None,
    as_json: AsJson = False,
) -> None:
    """What a run made and what was attached to it."""
    told = session(context, as_json)
    with told.client as client:
        found = list(client.runs.artifacts(run_id, phase=phase))
    if told.as_json:
        return told.json(found)
    rows = [_artifact(one) for one in found]
    return told.table(("id", "type", "name", "phase", "bytes"), rows)


def download(
    context: typer.Context,
    run_id: RunId,
    artifact: Annotated[str | None, typer.Argument(help="One artifact's id; else all.")] = None,
    to: Annotated[Path, typer.Option(help="Into this folder.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Download artifacts, each checked against its sha256."""
    told = session(context, as_json)
    with told.client as client:
        held = [one for one in client.runs.artifacts(run_id) if isinstance(one, models.ArtifactRow)]
        wanted = [one for one in held if artifact in (None, one.id)]
        if artifact is not None and not wanted:
            raise typer.BadParameter(f"the run has no artifact {artifact}", param_hint="ARTIFACT")
        saved = [(one, client.runs.save(run_id, one, to)) for one in wanted]
    if told.as_json:
        return told.json(
            [{"id": one.id, "path": str(path), "sha256": one.sha256} for one, path in saved]
        )
    return told.table(
        ("file", "bytes", "sha256"), [(path, one.size_bytes, one.sha256) for one, path in saved]
    )


def register(app: typer.Typer) -> None:
    app.command("list")(list_runs)
    for command in (show, watch, wait, events, why, compare, metrics, artifacts, download):
        app.command()(command)


def _counted(patches: list[Any] | None) -> str:
    return "not shown" if patches is None else f"{len(patches)} differences"


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _row(run: Any) -> tuple[Any, ...]:
    if isinstance(run, models.UnreadableRun):
        return (run.id, "", run.status, None, None, None, "", None)
    return (
        run.id,
        run.workflow,
        coloured(run.status),
        run.created_at,
        run.current_step,
        f"{run.attempt}/{run.max_attempts}",
        money(run.usage.cost_usd),
        run.tags,
    )


def _artifact(one: Any) -> tuple[Any, ...]:
    if isinstance(one, models.UnavailableArtifact):
        return (one.id, "", "not available", "", None)
    return (
        one.id,
        one.artifact_type,
        one.path or one.artifact_name,
        one.phase or "",
        one.size_bytes,
    )
