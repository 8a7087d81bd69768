"""What each step of a run made, took and spent, from its history and its records.

Pure; knows no workflow.

A step's record says what its last doing cost. What earlier doings of it cost (a bad answer, a held
gate) is in the run's total only, so it is told apart by what the run had spent when a step was
finished, where the workflow kept that (`after`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from shared.records.money import TokenUsage, Usage
from shared.records.run import WORKER, Run, Status
from shared.runs.codes import EventCode, FailureCode
from shared.runs.timeline import current_step, events
from shared.runs.transitions import pending


def current_artifacts(run: Run) -> dict[str | None, tuple[str, ...]]:
    """Ids by the step that made them, None for what people attached.

    A step done again replaces all that it had made.
    """
    made: dict[str | None, tuple[str, ...]] = {}
    for entry in run.history:
        if entry.step is None:
            made[None] = made.get(None, ()) + entry.artifacts
        elif entry.artifacts or entry.code == FailureCode.CHECKS_FAILED:
            made[entry.step] = entry.artifacts
    return {step: ids for step, ids in made.items() if ids}


def current_ids(run: Run) -> list[str]:
    """The run's artifacts without those that a later round replaced, in the run's order."""
    kept = {name for ids in current_artifacts(run).values() for name in ids}
    return [name for name in run.artifacts if name in kept]


def attached_ids(run: Run) -> list[str]:
    """What people attached, in order."""
    return [
        name
        for entry in run.history
        if entry.code == EventCode.ARTIFACT_ATTACHED
        for name in entry.artifacts
    ]


def worked_ms(run: Run, steps: Sequence[str]) -> dict[str, int]:
    """How long the worker was at each step, all its attempts together, as far as they
    have ended.
    """
    worked = dict.fromkeys(steps, 0)
    done: set[str] = set()
    began: int | None = None
    for event in events(run):
        entry = event.entry
        # A lost lease, a continuation or a cancellation names no step: it ends the one that was
        # next.
        at_work = (
            entry.step
            if entry.step in worked
            else next((name for name in steps if name not in done), None)
        )
        if began is not None and at_work is not None:
            worked[at_work] += entry.at - began
        if entry.step is not None and entry.code is None:
            done.add(entry.step)
        began = entry.at if entry.to is Status.RUNNING and entry.actor == WORKER else None
    return worked


def span_ms(run: Run) -> int:
    """From the first start to the end, or to the last that is known of a run that has not ended; 0
    before the first start.
    """
    starts = [entry.at for entry in run.history if entry.to is Status.RUNNING]
    return (run.completed_at or run.updated_at) - starts[0] if starts else 0


def spent_by_step(
    run: Run, steps: Sequence[str], total: Usage, after: Mapping[str, Usage]
) -> dict[str, Usage]:
    """Each step's part of `total`.

    With `after` (what the run had spent when a step was finished) exact; else what no record tells
    of goes to the last step that spent something, or to the one that comes next.
    """
    spent = dict.fromkeys(steps, Usage())
    known = Usage()
    for name in steps:
        record = run.steps.get(name) or run.spoiled.get(name)
        if name in after:
            spent[name] = minus(after[name], known)
        elif record:
            spent[name] = (record.usage or Usage()) + _held(run, name)
        known += spent[name]
    spenders = [name for name in steps if name not in after and spent[name] != Usage()]
    rest_of = spenders[-1] if spenders else current_step(run, steps) or steps[-1]
    spent[rest_of] += minus(total, known)
    return spent


def _held(run: Run, step: str) -> Usage:
    """What a doing of the step cost that blocking checks held back."""
    record = run.steps.get(pending(step))
    return record.usage or Usage() if record else Usage()


def minus(whole: Usage, part: Usage) -> Usage:
    """What is left of `whole`, nowhere less than nothing."""
    tokens = TokenUsage(
        *(
            max(0, getattr(whole.tokens, f.name) - getattr(part.tokens, f.name))
            for f in fields(TokenUsage)
        )
    )
    counts = ("calls", "reused_calls", "cost", "saved", "lost_calls", "uncertain")
    left = {name: max(0, getattr(whole, name) - getattr(part, name)) for name in counts}
    return replace(whole, tokens=tokens, **left)
