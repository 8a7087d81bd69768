"""`runs create`: a diagnosis, an orchestration, an analysis."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from studio_runs_client.cli import outcome
from studio_runs_client.cli.session import AsJson, Session, session
from studio_runs_client.cli.shown import show_run
from studio_runs_client.cli.watching import follow

app = typer.Typer(help="Create a run.", no_args_is_help=True, rich_markup_mode=None)
Tag = Annotated[list[str] | None, typer.Option("--tag", help="May be given several times.")]
Cost = Annotated[float | None, typer.Option("--max-cost", help="Dollars that the run may spend.")]
Attempts = Annotated[int | None, typer.Option("--max-attempts", min=1, max=10)]
Key = Annotated[str | None, typer.Option("--key", help="Idempotency-Key: repeats are one run.")]
Watch = Annotated[bool, typer.Option("--watch", "-w", help="Follow it to its end.")]


@app.command()
def diagnosis(
    context: typer.Context,
    patient: Annotated[str, typer.Argument(help="The patient's id.")],
    question: Annotated[str | None, typer.Option(help="What the diagnosis shall answer.")] = None,
    focus: Annotated[str | None, typer.Option(help="What to look at first.")] = None,
    config: Annotated[
        str | None, typer.Option(help="The whole input_config as JSON, or @FILE.")
    ] = None,
    manual: Annotated[bool, typer.Option(help="Not before it is executed.")] = False,
    tag: Tag = None,
    max_cost: Cost = None,
    max_attempts: Attempts = None,
    key: Key = None,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """A diagnosis run of a patient."""
    asked = {"question": question, "focus": focus}
    wanted = {**_object(config, "--config"), **{k: v for k, v in asked.items() if v is not None}}
    told = session(context, as_json)
    with told.client as client:
        run = client.diagnoses.create(
            patient,
            wanted,
            dispatch="manual" if manual else None,
            tags=tag,
            max_cost_usd=max_cost,
            max_attempts=max_attempts,
            key=key,
        )
        raise typer.Exit(ended(told, client, run.id, watch=watch))


@app.command()
def orchestration(
    context: typer.Context,
    profile: Annotated[str, typer.Argument(help="Its profile, see `runs profiles`.")],
    intake: Annotated[
        str | None, typer.Option(help="What shall be built: a text, or @FILE.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The project's name.")] = None,
    auto: Annotated[bool, typer.Option(help="Through all phases without waiting.")] = False,
    tag: Tag = None,
    max_cost: Cost = None,
    key: Key = None,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """An orchestration under a profile."""
    told = session(context, as_json)
    with told.client as client:
        run = client.runs.create(
            profile,
            intake=None if intake is None else _text(intake),
            project_name=name,
            auto_advance=auto or None,
            tags=tag,
            max_cost_usd=max_cost,
            key=key,
        )
        raise typer.Exit(ended(told, client, run.id, watch=watch))


@app.command()
def analysis(
    context: typer.Context,
    project: Annotated[str, typer.Argument(help="The project's id.")],
    version: Annotated[
        int | None, typer.Option(help="Of its input; else the latest final.")
    ] = None,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """The analysis of a project's input."""
    told = session(context, as_json)
    with told.client as client:
        run = client.projects.generate(project, input_version=version)
        raise typer.Exit(ended(told, client, run.id, watch=watch))


def ended(told: Session, client: Any, run_id: str, *, watch: bool) -> int:
    """Show a run as it is, or follow it; the exit code."""
    if watch:
        return follow(told, client, run_id)
    run = client.runs.get(run_id)
    if told.as_json:
        told.json(run)
    else:
        show_run(told, run)
    return outcome.OK


def _object(text: str | None, option: str) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        value = json.loads(_text(text))
    except ValueError:
        raise typer.BadParameter("is not JSON", param_hint=option) from None
    if not isinstance(value, dict):
        raise typer.BadParameter("is not a JSON object", param_hint=option)
    return value


def _text(given: str) -> str:
    """A text, or what stands in a file: `@FILE`, `@-` for standard input."""
    if not given.startswith("@"):
        return given
    return sys.stdin.read() if given == "@-" else Path(given[1:]).read_text("utf-8")
