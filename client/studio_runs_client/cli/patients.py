"""`runs patients`: erasing one."""

from typing import Annotated

import typer

from studio_runs_client.cli.session import AsJson, session
from studio_runs_client.cli.shown import coloured

app = typer.Typer(help="Patients.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def patients() -> None:
    """Patients."""


@app.command()
def erase(
    context: typer.Context,
    patient_id: Annotated[str, typer.Argument(help="The patient's id.")],
    confirm: Annotated[
        str, typer.Option(prompt="The patient's id once more", help="The id once more.")
    ],
    as_json: AsJson = False,
) -> None:
    """Erase everything of a patient, for good; what stays is told by the run's receipt."""
    if confirm.lower() != patient_id.lower():
        raise typer.BadParameter("is not the patient's id", param_hint="--confirm")
    told = session(context, as_json)
    with told.client as client:
        run = client.patients.erase(patient_id)
    if told.as_json:
        return told.json(run)
    return told.say(run.id, coloured(run.status))
