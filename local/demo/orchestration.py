"""The demo of an orchestration: six phases, advanced one at a time as a person would, then
artifacts and metrics.
"""

import tempfile

from studio_runs_client.cli import outcome

from local.demo.terminal import Terminal

INTAKE = """"Build a demand forecasting app for a chain of 40 bakeries. Every evening it forecasts
tomorrow's sales per shop and product from three years of tills, weather and school
holidays, so that managers bake enough and throw away less. Managers see the forecast on
a tablet, may correct it with a reason, and headquarters see how good forecasts and
corrections were."""
PROFILE = "analytics_forecast_app"
_PHASES_AT_MOST = 12


def play_orchestration(terminal: Terminal, intake: str | None) -> int:
    """The exit code of the run's outcome."""
    words = ("--intake", intake or INTAKE, "--name", "Bakery forecast", "--tag", "demo")
    terminal.type("member", "create", "orchestration", PROFILE, *words)
    with terminal.client("member") as client:
        run = client.runs.list(workflow="orchestration").first()
    if run is None:
        return outcome.REFUSED
    ended = outcome.WAITING
    for _ in range(_PHASES_AT_MOST):
        if ended != outcome.WAITING:
            break
        ended = terminal.type("member", "next", run.id, "--watch")
    terminal.type("member", "artifacts", run.id)
    with tempfile.TemporaryDirectory() as folder:
        terminal.type("member", "download", run.id, "--to", folder)
    terminal.type("member", "metrics", run.id)
    return ended
