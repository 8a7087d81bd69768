"""`runs budgets`: what may be spent."""

from typing import Annotated

import typer

from studio_runs_client import models
from studio_runs_client.cli.session import AsJson, Session, session
from studio_runs_client.cli.shown import money

app = typer.Typer(help="What may be spent.", no_args_is_help=True, rich_markup_mode=None)
Scope = Annotated[str, typer.Argument(help="organisation, workflow:NAME or project:ID.")]


@app.command("list")
def list_budgets(context: typer.Context, as_json: AsJson = False) -> None:
    """All budgets and what is left of them."""
    told = session(context, as_json)
    with told.client as client:
        _shown(told, list(client.budgets.list()))


@app.command("set")
def set_budget(
    context: typer.Context,
    scope: Scope,
    limit: Annotated[float, typer.Argument(min=0, help="Dollars.")],
    period: Annotated[
        models.BudgetPeriod, typer.Option(help="Each month, or ever.")
    ] = models.BudgetPeriod("month"),
    as_json: AsJson = False,
) -> None:
    """Set or change a budget."""
    told = session(context, as_json)
    with told.client as client:
        _shown(told, [client.budgets.set(scope, limit, period.value)])


@app.command()
def delete(context: typer.Context, scope: Scope, as_json: AsJson = False) -> None:
    """Delete a budget; what waited for it goes on."""
    told = session(context, as_json)
    with told.client as client:
        client.budgets.delete(scope)
    if told.as_json:
        told.json({"deleted": scope})


def _shown(told: Session, found: list[models.Budget]) -> None:
    if told.as_json:
        told.json(found)
        return
    rows = [
        (
            one.scope,
            one.period,
            money(one.limit_usd),
            money(one.spent_usd),
            money(one.held_usd),
            money(one.left_usd),
        )
        for one in found
    ]
    told.table(("scope", "period", "limit", "spent", "held", "left"), rows)
