"""Following a run: steps and cost live on a terminal, a line an event elsewhere, JSON lines with
--json.
"""

import time
from typing import Any

from rich.live import Live

from studio_runs_client.cli import outcome
from studio_runs_client.cli.session import Session
from studio_runs_client.cli.shown import live, show_run
from studio_runs_client.client import Client
from studio_runs_client.streaming import TERMINAL


def follow(session: Session, client: Client, run_id: str) -> int:
    """Until the run has ended or waits for a person; the exit code of its outcome."""
    run = client.runs.get(run_id)
    if session.as_json:
        run = _followed(client, run, lambda event, _: session.line(event))
        session.line(run)
    elif session.screen.is_terminal:
        with Live(live(run), console=session.screen, refresh_per_second=4) as display:
            run = _followed(client, run, lambda _, seen: display.update(live(seen)))
            display.update(live(run))
        show_run(session, run)
    else:
        begun = time.monotonic()
        run = _followed(client, run, lambda event, _: _printed(session, event, begun))
        show_run(session, run)
    return outcome.of_run(run)


def _followed(client: Client, run: Any, told: Any) -> Any:
    """The run at its end; `told` hears every event with the run as it was seen after it."""
    for event in client.runs.stream(run.id):
        last = event.to in TERMINAL or event.to == "waiting"
        if last or event.step or event.to != run.status:
            run = client.runs.get(run.id)
        told(event, run)
        if event.to == "waiting" and run.status == "waiting" and event.at >= run.updated_at:
            return run
    return client.runs.get(run.id)


def _printed(session: Session, event: Any, begun: float) -> None:
    what = event.step or event.code or ""
    spent = f"{time.monotonic() - begun:7.2f} s"
    session.screen.print(
        f"{spent}  {event.to!s:<10} {what!s:<24} attempt {event.attempt}", markup=False
    )
