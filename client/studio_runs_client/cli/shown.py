"""How a run looks on a screen: a record of its facts, a table of its steps, what it cost."""

from typing import Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from studio_runs_client.cli.session import Session

COLOURS = {
    "queued": "cyan",
    "running": "blue",
    "waiting": "yellow",
    "succeeded": "green",
    "failed": "red",
    "cancelled": "magenta",
}


def coloured(status: Any) -> str:
    """A status in Rich's markup."""
    return f"[{COLOURS.get(str(status), 'white')}]{escape(str(status))}[/]"


def money(dollars: float | None) -> str:
    return "" if dollars is None else f"${dollars:.6f}"


def show_run(screen: Session, run: Any) -> None:
    """The whole run."""
    facts = {
        "run": run.id,
        "workflow": run.workflow,
        "subject": f"{run.subject.type} {run.subject.id}",
        "created": run.created_at,
        "started": run.started_at,
        "completed": run.completed_at,
        "deadline": None if run.completed_at else run.deadline_at,
        "attempt": f"{run.attempt} of {run.max_attempts}",
        "blocked by": run.blocked_by,
        "tags": run.tags,
        "artifacts": run.artifacts_count or None,
    }
    screen.screen.print(f"[bold]{'status':<16}[/bold] {coloured(run.status)}")
    for name, value in facts.items():
        screen.say(name, value)
    for warning in run.warnings or []:
        screen.say("warning", warning)
    screen.screen.print(steps(run))
    show_error(screen, run)
    show_output(screen, run)
    screen.screen.print(cost(run))


def steps(run: Any) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("step", "status", "seconds", "cost"):
        table.add_column(name)
    for step in run.steps:
        spent = money(step.usage.cost_usd) if step.usage else ""
        table.add_row(str(step.name), coloured(step.status), _seconds(step), spent)
    return table


def live(run: Any) -> Group:
    """What `watch` keeps on the screen."""
    head = Text.from_markup(f"{run.workflow} {run.id}  {coloured(run.status)}")
    if run.blocked_by:
        head.append(f"  ({run.blocked_by})")
    return Group(head, steps(run), Text(cost(run)))


def cost(run: Any) -> str:
    usage = run.usage
    calls = f"{usage.calls} calls" + (
        f", {usage.reused_calls} reused" if usage.reused_calls else ""
    )
    uncertain = f", at most {money(usage.uncertain_usd)} more" if usage.uncertain_usd else ""
    tokens = f"{usage.input_tokens} tokens in, {usage.output_tokens} out"
    return f"{money(usage.cost_usd)}{uncertain}; {calls}; {tokens}; {usage.model or 'no model yet'}"


def show_error(screen: Session, run: Any) -> None:
    if run.error_info is not None:
        screen.say("error", f"{run.error_info.code}: {run.error_info.message}")
        for one in run.error_info.validation_errors:
            screen.say("", one)


def show_output(screen: Session, run: Any) -> None:
    """The diagnosis, or the summary of what else the run made."""
    output = plain_output(run)
    made = output.get("diagnosis")
    diagnosis: dict[str, Any] = made if isinstance(made, dict) else output
    screen.say("summary", diagnosis.get("summary"))
    for name in ("findings", "recommendations", "opportunities"):
        for number, one in enumerate(diagnosis.get(name) or [], 1):
            said = one.get("title", one) if isinstance(one, dict) else one
            screen.say(name if number == 1 else "", f"{number}. {said}")
    screen.say("risk", diagnosis.get("risk_level"))
    screen.say("confidence", diagnosis.get("confidence_score"))


def plain_output(run: Any) -> dict[str, Any]:
    output = run.output
    if output is None:
        return {}
    return dict(output) if isinstance(output, dict) else dict(output.model_dump(mode="json"))


def _seconds(step: Any) -> str:
    if step.started_at is None or step.completed_at is None:
        return ""
    return f"{(step.completed_at - step.started_at).total_seconds():.2f}"
