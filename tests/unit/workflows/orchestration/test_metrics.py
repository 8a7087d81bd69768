"""Metrics: phases and agents add up to what was spent, and scores say what the checks said.

Long because the document is checked field by field.
"""

from dataclasses import replace

import pytest

from shared.errors import TransientFailure
from shared.records.money import TokenUsage, Usage
from shared.records.run import (
    SWEEPER,
    WORKER,
    Actor,
    HistoryEntry,
    Run,
    Status,
)
from shared.runs.prices import PRICES
from shared.workflows.definitions import DIAGNOSIS, ORCHESTRATION
from shared.workflows.orchestration.metrics import record_refs, run_metrics
from shared.workflows.orchestration.profiles import profile
from shared.workflows.orchestration.spending import agent_spending
from tests.fakes.world import MORNING
from tests.support.samples import CLINICIAN, a_run, a_run_that_is, a_step
from tests.unit.workflows.orchestration.studio import (
    INTAKE,
    PROFILE,
    Json,
    Studio,
    phase_of,
)

PHASES = ORCHESTRATION.steps
CONTRACT = {
    "total_duration_seconds", "total_token_usage", "total_cost_usd", "phases_metrics",
    "agents_metrics", "governance_score",
    "governance_violations", "hygiene_score", "artifacts_total", "errors_count", "projection",
}  # fmt: skip
PHASE = {
    "phase", "duration_seconds", "token_usage", "cost_usd", "agents_executed",
    "artifacts_generated", "governance_passed",
    "governance_warnings",
}  # fmt: skip


@pytest.fixture
def studio() -> Studio:
    return Studio()


def summed(rows: list[Json]) -> tuple[int, int, int]:
    tokens = [row["token_usage"] for row in rows]
    return (
        sum(t["input"] for t in tokens),
        sum(t["output"] for t in tokens),
        sum(round(row["cost_usd"] * 1e6) for row in rows),
    )


def adds_up(metrics: Json, usage: Usage) -> bool:
    whole = (usage.tokens.input_tokens, usage.tokens.output_tokens, usage.cost)
    total = (*metrics["total_token_usage"].values(), round(metrics["total_cost_usd"] * 1e6))
    return summed(metrics["phases_metrics"]) == summed(metrics["agents_metrics"]) == total == whole


def test_the_response_is_the_contracts(studio: Studio) -> None:
    metrics = studio.metrics(studio.work(studio.start(auto_advance=True)))
    assert set(metrics) == CONTRACT
    assert all(set(row) == PHASE for row in metrics["phases_metrics"])
    assert [row["phase"] for row in metrics["phases_metrics"]] == list(PHASES)
    assert metrics["artifacts_total"] == 21
    assert (metrics["governance_score"], metrics["hygiene_score"], metrics["errors_count"]) == (
        1.0,
        1.0,
        0,
    )
    assert metrics["projection"] == {"cost_usd": 0.0, "seconds": 0.0}
    assert metrics["governance_violations"] == []


def test_a_run_that_has_not_begun_has_spent_nothing_and_no_score(studio: Studio) -> None:
    metrics = studio.metrics(studio.start())
    assert metrics["total_duration_seconds"] == metrics["total_cost_usd"] == 0
    assert (metrics["governance_score"], metrics["hygiene_score"], metrics["agents_metrics"]) == (
        None,
        None,
        [],
    )
    assert metrics["projection"] == {"cost_usd": None, "seconds": None}
    assert [row["governance_passed"] for row in metrics["phases_metrics"]] == [None] * 6


@pytest.mark.parametrize("name", ["analytics_forecast_app", "rest_api_service"])
def test_phases_and_agents_add_up_to_what_the_model_served(studio: Studio, name: str) -> None:
    run = studio.work(studio.start(profile=name, auto_advance=True))
    metrics = studio.metrics(run)
    assert adds_up(metrics, run.usage)
    assert [(row["agent_id"], row["phases"]) for row in metrics["agents_metrics"]] == [
        (agent, [phase.phase]) for phase in profile(name).phases for agent in phase.agent_ids
    ]
    assert [row["artifacts_generated"] for row in metrics["agents_metrics"]] == [
        len(agent.files) for phase in profile(name).phases for agent in phase.agents
    ]
    assert [row["duration_seconds"] for row in metrics["phases_metrics"]] == [
        10.0 * len(phase.agents) for phase in profile(name).phases
    ]


def test_what_bad_answers_and_held_rounds_cost_is_their_phases(studio: Studio) -> None:
    run = studio.next(studio.start(f"{INTAKE} [[offline: break architecture]]"))
    planning = phase_of(studio.metrics(run), "planning")
    run = studio.next(run)
    assert run.status is Status.WAITING
    studio.model.script(studio.model.says("bad"))
    failed = studio.next(run)
    spent = failed.usage.cost - round(planning["cost_usd"] * 1e6)
    assert round(phase_of(studio.metrics(failed), "architecture")["cost_usd"] * 1e6) == spent
    assert adds_up(studio.metrics(failed), failed.usage)
    run = studio.next(studio.work(studio.commands.retry(failed, "somebody")))
    metrics = studio.metrics(run)
    assert phase_of(metrics, "planning") == planning
    assert phase_of(metrics, "architecture")["duration_seconds"] == 30.0
    assert adds_up(metrics, run.usage)
    assert metrics["errors_count"] == 2


@pytest.mark.parametrize("spoiled", ["passing", "bad"])
def test_an_answer_that_is_used_again_is_in_its_phase_once(studio: Studio, spoiled: str) -> None:
    """Of two agents the second one fails, so the next claim finds what the first one said in the
    ledger.
    """
    run = studio.start()
    while set(run.steps) != {"planning", "architecture", "data"}:
        run = studio.next(run)
    studio.model.script(
        studio.model.composed,
        TransientFailure("LLM_ERROR", "Busy.")
        if spoiled == "passing"
        else studio.model.says("bad"),
    )
    run = studio.next(run)
    run = studio.work_until_settled(
        studio.commands.retry(run, "somebody") if spoiled == "bad" else run
    )
    assert (run.status, run.usage.reused_calls) == (Status.WAITING, 1)
    assert adds_up(studio.metrics(run), run.usage)
    finished = studio.next(studio.next(run))
    assert adds_up(studio.metrics(finished), finished.usage)


def test_an_accepted_phase_keeps_what_it_cost(studio: Studio) -> None:
    held = studio.next(studio.start(f"{INTAKE} [[offline: break planning]]"))
    before = phase_of(studio.metrics(held), "planning")
    accepted = studio.metrics(studio.next(held, skip=True))
    after = phase_of(accepted, "planning")
    assert (after["cost_usd"], after["token_usage"], after["duration_seconds"]) == (
        before["cost_usd"],
        before["token_usage"],
        10.0,
    )
    assert (before["governance_passed"], after["governance_passed"]) == (False, False)
    assert after["artifacts_generated"] == accepted["artifacts_total"] == 1


def test_failed_checks_show_in_score_violations_and_warnings(studio: Studio) -> None:
    held = studio.next(
        studio.start(f"{INTAKE} [[offline: leak planning]] [[offline: warn planning]]")
    )
    metrics = studio.metrics(held)
    weights = {check.check: check.weight for check in profile(PROFILE).phase("planning").checks}
    lost = weights["no_credentials"] + weights["no_placeholders"]
    assert metrics["governance_score"] == round(1 - lost / sum(weights.values()), 4)
    assert metrics["hygiene_score"] == 0.5
    assert metrics["governance_violations"] == [
        {
            "rule": "no_credentials",
            "artifact_id": held.artifacts[0],
            "blocking": True,
            "message": "planning/PRD.md has what looks like an AWS access key (line 20)",
        },
        {
            "rule": "no_placeholders",
            "artifact_id": held.artifacts[0],
            "blocking": False,
            "message": "planning/PRD.md has what looks like a TODO (line 22)",
        },
    ]
    assert phase_of(metrics, "planning")["governance_warnings"] == [
        "planning/PRD.md has what looks like a TODO (line 22)"
    ]
    assert phase_of(metrics, "planning")["agents_executed"] == ["planner"]


def test_late_usage_belongs_to_the_phase_that_was_being_done(studio: Studio) -> None:
    run = studio.next(studio.start())
    late = Usage("m", calls=1, tokens=TokenUsage(100, 10), cost=77)
    records = {phase: studio.read(run, ref) for phase, ref in record_refs(run).items()}
    metrics = run_metrics(run, run.usage + late, records)
    assert (
        phase_of(metrics, "architecture")["cost_usd"],
        phase_of(metrics, "planning")["cost_usd"],
    ) == (0.000077, run.usage.cost / 1e6)
    assert adds_up(metrics, run.usage + late)


# --- agents ---------------------------------------------------------------------------------------


def a_record(**tokens: int) -> Json:
    plain = {"model": "claude-sonnet-4-5", "at": MORNING, "files": 1}
    return {
        "agents": [
            {"agent_id": name, "tokens": {"output_tokens": n}, **plain}
            for name, n in tokens.items()
        ]
    }


def test_what_was_not_kept_is_shared_like_what_was() -> None:
    spent = {"qa": Usage(tokens=TokenUsage(11, 40), cost=100)}
    found = agent_spending(spent, {"qa": a_record(one=10, two=30)}, {"qa": ["one", "two"]}, PRICES)
    assert [(a.agent_id, a.tokens.input_tokens, a.tokens.output_tokens, a.cost) for a in found] == [
        ("one", 6, 10, 25),
        ("two", 5, 30, 75),
    ]


def test_before_anything_was_kept_it_is_shared_evenly() -> None:
    found = agent_spending(
        {"qa": Usage(tokens=TokenUsage(3), cost=5)}, {}, {"qa": ["one", "two"]}, PRICES
    )
    assert [(a.agent_id, a.tokens.input_tokens, a.cost, a.files) for a in found] == [
        ("one", 2, 3, 0),
        ("two", 1, 2, 0),
    ]


def test_an_agent_of_two_phases_is_one_row() -> None:
    spent = {"data": Usage(cost=1), "qa": Usage(cost=2)}
    (found,) = agent_spending(spent, {}, {"data": ["one"], "qa": ["one"]}, PRICES)
    assert (found.phases, found.cost) == (("data", "qa"), 3)


# --- other workflows ------------------------------------------------------------------------------


def a_diagnosis() -> Run:
    """One whose worker died after the model call, so that it was taken up again; 30 of its 80
    micro-dollars bought a lost answer.
    """
    plot: list[tuple[int, Actor, Status, str | None, str | None, tuple[str, ...]]] = [
        (0, CLINICIAN, Status.QUEUED, None, None, ()),
        (5, CLINICIAN, Status.QUEUED, None, "ARTIFACT_ATTACHED", ("attached",)),
        (10, WORKER, Status.RUNNING, None, None, ()),
        (11, WORKER, Status.RUNNING, "build_context", None, ()),
        (31, WORKER, Status.RUNNING, "call_model", None, ()),
        (331, SWEEPER, Status.QUEUED, None, "LEASE_LOST", ()),
        (332, WORKER, Status.RUNNING, None, None, ()),
        (333, WORKER, Status.RUNNING, "validate", None, ()),
        (335, WORKER, Status.SUCCEEDED, "persist", None, ("made",)),
    ]
    history = tuple(
        HistoryEntry(MORNING + second * 1_000, actor, to, f"op{second}", 1, step, code, artifacts)
        for second, actor, to, step, code, artifacts in plot
    )
    steps = {name: a_step() for name in DIAGNOSIS.steps}
    steps["call_model"] = replace(
        steps["call_model"], usage=Usage("m", 1, 0, 0, TokenUsage(500, 50), cost=50)
    )
    usage = Usage("m", 2, 0, 0, TokenUsage(900, 90), cost=80)
    return a_run_that_is(
        Status.SUCCEEDED, history=history, steps=steps, usage=usage, completed_at=history[-1].at
    )


def test_other_workflows_show_their_steps_and_no_scores() -> None:
    run = a_diagnosis()
    assert record_refs(run) == {}
    metrics = run_metrics(run, run.usage, {})
    rows = [
        (
            row["phase"],
            row["duration_seconds"],
            row["cost_usd"],
            row["artifacts_generated"],
            row["governance_passed"],
        )
        for row in metrics["phases_metrics"]
    ]
    assert rows == [
        ("build_context", 1.0, 0.0, 0, None),
        ("call_model", 20.0, 0.00008, 0, None),
        ("validate", 301.0, 0.0, 0, None),
        ("persist", 2.0, 0.0, 1, None),
    ]
    assert (
        metrics["phases_metrics"][1]["token_usage"]
        == metrics["total_token_usage"]
        == {"input": 900, "output": 90}
    )
    assert (
        metrics["governance_score"],
        metrics["hygiene_score"],
        metrics["governance_violations"],
    ) == (None, None, [])
    assert (metrics["agents_metrics"], metrics["artifacts_total"], metrics["errors_count"]) == (
        [],
        2,
        1,
    )
    assert metrics["total_duration_seconds"] == 325.0


def test_a_person_who_took_a_run_is_no_worker() -> None:
    taken = HistoryEntry(MORNING + 1_000, CLINICIAN, Status.RUNNING, "take", 1)
    ended = HistoryEntry(MORNING + 9_000, CLINICIAN, Status.SUCCEEDED, "end", 1)
    run = a_run_that_is(
        Status.SUCCEEDED, history=(*a_run().history, taken, ended), completed_at=ended.at
    )
    metrics = run_metrics(run, run.usage, {})
    assert {row["duration_seconds"] for row in metrics["phases_metrics"]} == {0.0}
    assert metrics["total_duration_seconds"] == 8.0


def test_a_workflow_learns_from_earlier_runs_of_its_own() -> None:
    earlier = a_diagnosis()
    metrics = run_metrics(a_run(2), Usage(), {}, [earlier])
    assert metrics["projection"] == {"cost_usd": 0.00008, "seconds": 324.0}
