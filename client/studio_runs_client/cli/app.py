"""The application: the options that stand before a command's name, and every family of commands."""

import sys
from typing import Annotated, Any

import typer

from studio_runs_client.cli import (
    budgets,
    bulk,
    creating,
    inspecting,
    moving,
    outcome,
    patients,
    service,
    webhooks,
)
from studio_runs_client.cli.session import Session
from studio_runs_client.errors import StudioRunsError

app = typer.Typer(
    name="runs",
    help="Studio Runs: durable runs of LLM workflows.",
    epilog=outcome.HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for family in (inspecting, moving, service):
    family.register(app)
app.add_typer(creating.app, name="create")
app.add_typer(bulk.app, name="bulk")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(budgets.app, name="budgets")
app.add_typer(patients.app, name="patients")


@app.callback()
def options(
    context: typer.Context,
    url: Annotated[
        str, typer.Option(envvar="STUDIO_RUNS_URL", help="Where the service is.")
    ] = "http://127.0.0.1:3000",
    token: Annotated[
        str | None,
        typer.Option(envvar="STUDIO_RUNS_TOKEN", help="A token.", show_envvar=True),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(envvar="STUDIO_RUNS_USER", help="A demo user of a local stack."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer JSON.")] = False,
) -> None:
    """Studio Runs: durable runs of LLM workflows."""
    context.obj = Session(url, token, user, as_json)


def play(arguments: list[str]) -> int:
    """One command; its exit code. Whatever goes wrong is a sentence, never a traceback."""
    try:
        code = app(arguments, prog_name="runs", standalone_mode=False)
        return code if isinstance(code, int) else outcome.OK
    except typer.Exit as exc:
        return exc.exit_code
    except StudioRunsError as exc:
        return outcome.of_error(exc, as_json="--json" in arguments)
    except (typer.Abort, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)
        return outcome.INTERRUPTED
    except _wrong_usage() as exc:
        exc.show()
        return int(exc.exit_code)
    except OSError as exc:
        named = f": {exc.filename}" if exc.filename else ""
        print(f"runs: {exc.strerror or exc}{named}", file=sys.stderr)
        return outcome.USAGE


def _wrong_usage() -> type[Any]:
    """The base of what the command line's framework raises; it is public by its subclasses only."""
    bases = [one for one in typer.BadParameter.__mro__ if one.__name__ == "ClickException"]
    return bases[0]
