"""Moving runs: cancel, retry, clone, next, execute."""

import json
from typing import Annotated, Any

import typer

from studio_runs_client.cli.creating import Attempts, Cost, Key, Watch, ended
from studio_runs_client.cli.session import AsJson, RunId, session
from studio_runs_client.cli.shown import coloured, money
from studio_runs_client.cli.watching import follow


def cancel(context: typer.Context, run_id: RunId, as_json: AsJson = False) -> None:
    """End an open run, whoever works on it, and say what it had spent."""
    told = session(context, as_json)
    with told.client as client:
        done = client.runs.cancel(run_id)
    if told.as_json:
        return told.json(done)
    told.screen.print(f"{coloured(done.run.status)} (was {done.receipt.was})")
    return told.say("spent", money(done.receipt.usage.cost_usd))


def retry(
    context: typer.Context,
    run_id: RunId,
    max_cost: Cost = None,
    max_attempts: Attempts = None,
    refresh: Annotated[
        bool, typer.Option(help="Begin again, with the record as it is now.")
    ] = False,
    key: Key = None,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """At least one more attempt for a failed run."""
    told = session(context, as_json)
    with told.client as client:
        client.runs.retry(
            run_id,
            max_cost_usd=max_cost,
            max_attempts=max_attempts,
            refresh=refresh or None,
            key=key,
        )
        raise typer.Exit(ended(told, client, run_id, watch=watch))


def clone(
    context: typer.Context,
    run_id: RunId,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Replace a field; JSON, or a text."),
    ] = None,
    key: Key = None,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """A new run like that one."""
    overrides = dict(_override(one) for one in change or [])
    told = session(context, as_json)
    with told.client as client:
        made = client.runs.clone(run_id, key=key, **overrides)
        raise typer.Exit(ended(told, client, made.id, watch=watch))


def next_phase(
    context: typer.Context,
    run_id: RunId,
    skip_validation: Annotated[bool, typer.Option(help="Accept the phase as it is.")] = False,
    key: Key = None,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Execute the phase that an orchestration waits before."""
    told = session(context, as_json)
    with told.client as client:
        moved = client.runs.next(run_id, skip_validation=skip_validation or None, key=key)
        if watch:
            raise typer.Exit(follow(told, client, run_id))
    told.json(moved) if told.as_json else told.screen.print(moved.message, markup=False)


def execute(
    context: typer.Context, run_id: RunId, watch: Watch = False, as_json: AsJson = False
) -> None:
    """Start a manual diagnosis run, or one that waits after a failed attempt."""
    told = session(context, as_json)
    with told.client as client:
        client.diagnoses.execute(run_id)
        raise typer.Exit(ended(told, client, run_id, watch=watch))


def register(app: typer.Typer) -> None:
    app.command("next")(next_phase)
    for command in (cancel, retry, clone, execute):
        app.command()(command)


def _override(given: str) -> tuple[str, Any]:
    name, is_given, value = given.partition("=")
    if not is_given or not name.isidentifier():
        raise typer.BadParameter(f"{given!r} is not FIELD=VALUE", param_hint="--set")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
