"""What a run shows of its phases: their times and who works in them, tokens and cost by phase and
agent, scores, and what is to come.

Pure: from the run, the records that its phases left, and earlier runs. A workflow without phases
shows its steps in their place.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.records.money import TokenUsage, Usage
from shared.records.run import (
    PayloadRef,
    Run,
    Status,
    StepRecord,
)
from shared.runs.accounts import current_artifacts, current_ids, span_ms, spent_by_step, worked_ms
from shared.runs.prices import PRICES, PriceTable
from shared.runs.timeline import current_step, failures, step_times
from shared.runs.transitions import pending
from shared.workflows.definitions import ORCHESTRATION, definition_of
from shared.workflows.orchestration.projection import project
from shared.workflows.orchestration.scores import Record, governance_score, hygiene_score
from shared.workflows.orchestration.spending import AgentSpending, agent_spending

Json = dict[str, Any]


def total_duration_seconds(run: Run) -> float:
    """From the first start to the end, or to what last happened; 0 before the first start."""
    return span_ms(run) / 1_000


def phase_views(run: Run) -> list[Json]:
    """The phases in order, each as far as it got; `agent_ids` are those who worked in
    it, or will.
    """
    steps = ORCHESTRATION.steps
    times, current = step_times(run, steps), current_step(run, steps)
    views = []
    for name in steps:
        began, ended = times[name].started_at, times[name].completed_at
        left = _left(run, name)
        views.append(
            {
                "phase": name,
                "status": Status.SUCCEEDED
                if name in run.steps
                else run.status
                if name == current
                else Status.QUEUED,
                "started_at": _time(began),
                "completed_at": _time(ended),
                "duration_seconds": (ended - began) / 1_000
                if began is not None and ended is not None
                else None,
                "agent_ids": list(left.metrics.get("agents", ())) if left else _planned(run, name),
                "artifacts_count": left.metrics.get("files", 0) if left else 0,
            }
        )
    return views


def record_refs(run: Run) -> dict[str, PayloadRef]:
    """Where the records of an orchestration's phases are; of a phase that was held back, what it is
    held with.
    """
    if run.workflow != ORCHESTRATION.name:
        return {}
    left = {name: _left(run, name) for name in ORCHESTRATION.steps}
    return {name: record.result for name, record in left.items() if record and record.result}


def run_metrics(
    run: Run,
    usage: Usage,
    records: Mapping[str, Record],
    earlier: Sequence[Run] = (),
    prices: PriceTable = PRICES,
) -> Json:
    """GET /runs/{runId}/metrics.

    `usage`: all that the run has spent; `records`: what record_refs names, read; `earlier`: runs to
    learn from, of which those of its kind that succeeded count.
    """
    steps, gated = definition_of(run.workflow).steps, run.workflow == ORCHESTRATION.name
    finished_with = {
        name: _usage(records[name]["usage_after"]) for name in records if name in run.steps
    }
    spent, worked = spent_by_step(run, steps, usage, finished_with), worked_ms(run, steps)
    agents = agent_spending(spent, records, {name: _planned(run, name) for name in steps}, prices)
    scored = [records[name] for name in steps if name in records]
    made = current_artifacts(run)
    return {
        "total_duration_seconds": total_duration_seconds(run),
        "total_token_usage": _tokens(usage.tokens),
        "total_cost_usd": _dollars(usage.cost),
        "phases_metrics": [
            _phase(name, spent[name], worked[name], len(made.get(name, ())), records.get(name))
            for name in steps
        ],
        "agents_metrics": [_agent(agent) for agent in agents],
        "governance_score": governance_score(scored) if gated else None,
        "governance_violations": [
            _violation(finding) for record in scored for finding in record["findings"]
        ],
        "hygiene_score": hygiene_score(scored) if gated else None,
        "artifacts_total": len(current_ids(run)),
        "errors_count": len(failures(run)),
        "projection": project(run, steps, spent, worked, earlier),
    }


def _phase(name: str, spent: Usage, worked: int, artifacts: int, record: Record | None) -> Json:
    return {
        "phase": name,
        "duration_seconds": worked / 1_000,
        "token_usage": _tokens(spent.tokens),
        "cost_usd": _dollars(spent.cost),
        "agents_executed": [agent["agent_id"] for agent in record["agents"]] if record else [],
        "artifacts_generated": artifacts,
        "governance_passed": record["governance_passed"] if record else None,
        "governance_warnings": list(record["warnings"]) if record else [],
    }


def _agent(agent: AgentSpending) -> Json:
    return {
        "agent_id": agent.agent_id,
        "phases": list(agent.phases),
        "token_usage": _tokens(agent.tokens),
        "cost_usd": _dollars(agent.cost),
        "artifacts_generated": agent.files,
    }


def _violation(finding: Mapping[str, Any]) -> Json:
    return {part: finding[part] for part in ("rule", "artifact_id", "blocking", "message")}


def _left(run: Run, name: str) -> StepRecord | None:
    """What the phase left: its record, or what it is held back with."""
    return run.steps.get(name) or run.steps.get(pending(name))


def _planned(run: Run, name: str) -> list[str]:
    """Who is to work in a phase; nobody where the workflow has no agents or the profile is gone."""
    if run.workflow != ORCHESTRATION.name:
        return []
    # Only here, because profiles are slow to build.
    from shared.workflows.orchestration.profiles import UnknownProfile, profile

    try:
        return list(profile(run.attributes.get("profile", "")).phase(name).agent_ids)
    except UnknownProfile:
        return []


def _usage(fields: Mapping[str, Any]) -> Usage:
    return Usage(**{**fields, "tokens": TokenUsage(**fields["tokens"])})


def _tokens(tokens: TokenUsage) -> Json:
    return {"input": tokens.input_tokens, "output": tokens.output_tokens}


def _dollars(micro: int) -> float:
    return micro / 1_000_000


def _time(ms: int | None) -> str | None:
    if ms is None:
        return None
    return (
        datetime.fromtimestamp(ms / 1_000, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )
