"""A run as JSON: the fields that every door shows.

Doors add their words in `doors`. Knows no key or table.

Long because all that every door shows of a run stands in one place.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.access.policy import Role
from shared.engine.account import usage_by_step
from shared.errors import SPOILT
from shared.http.authorize import is_staff
from shared.http.call import Call
from shared.observability import log_bug
from shared.ports import Only, PayloadStore, Unreadable
from shared.records.money import Usage
from shared.records.run import (
    Dispatch,
    Engine,
    PayloadRef,
    Run,
    Status,
)
from shared.runs.codes import EventCode, FailureCode, safe_text
from shared.runs.outputs import output_of
from shared.runs.skeleton import NO_PAYLOAD
from shared.runs.timeline import (
    Event,
    StepTimes,
    current_step,
    events,
    failures,
    first_started_at,
    is_done,
    reached_step,
    step_times,
    told_code,
)
from shared.runs.why import blocked_by
from shared.workflows.definitions import ORCHESTRATION, definition_of

Json = dict[str, Any]
Keep = Callable[[list[Unreadable]], list[Unreadable]]
UNREADABLE = "unreadable"


def time(ms: int | None) -> str | None:
    """RFC 3339 in UTC with milliseconds."""
    if ms is None:
        return None
    return (
        datetime.fromtimestamp(ms / 1_000, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def usage_view(usage: Usage) -> Json:
    t = usage.tokens
    return {
        "model": usage.model,
        "calls": usage.calls,
        "lost_calls": usage.lost_calls,
        "reused_calls": usage.reused_calls,
        "input_tokens": t.input_tokens,
        "output_tokens": t.output_tokens,
        "thinking_tokens": t.thinking_tokens,
        "cache_read_tokens": t.cache_read_tokens,
        "cache_write_tokens": t.cache_write_tokens,
        "cost_usd": usage.cost / 1_000_000,
        "uncertain_usd": usage.uncertain / 1_000_000,
        "saved_usd": usage.saved / 1_000_000,
    }


def seconds(start: int | None, end: int | None) -> float | None:
    """From one moment (ms) to another; None unless there are both."""
    return None if start is None or end is None else (end - start) / 1_000


def unreadable_row(run_id: str) -> Json:
    """All that is told of a run that this version cannot read."""
    return {"id": run_id, "status": UNREADABLE}


def run_row(call: Call, run: Run) -> Json:
    """A run in a list: nothing that needs another read."""
    auto, read = run.dispatch is not Dispatch.MANUAL, run.record
    return {
        "id": run.id,
        "workflow": run.workflow,
        "org_id": run.org_id,
        "status": run.status,
        "subject": {"type": run.subject.type, "id": run.subject.id},
        "created_by": run.created_by,
        "created_at": time(run.created_at),
        "updated_at": time(run.updated_at),
        "started_at": time(run.started_at),
        "first_started_at": time(first_started_at(run)),
        "completed_at": time(run.completed_at),
        "deadline_at": time(run.deadline_at),
        "duration_seconds": seconds(first_started_at(run), run.completed_at),
        "dispatch": Dispatch.AUTO if auto else Dispatch.MANUAL,
        "attempt": run.attempt,
        "max_attempts": run.max_attempts,
        "available_at": time(run.available_at) if run.status is Status.QUEUED else None,
        "start_at": time(run.start_at),
        "current_step": reached_step(run, definition_of(run.workflow).steps),
        "artifact_id": run.made_artifact,
        "artifacts_count": len(run.artifacts),
        "tags": list(run.tags),
        "metadata": dict(run.metadata),
        "blocked_by": blocked_by(run, call.services.clock.now_ms()),
        "erased_at": time(run.erased_at),
        "warnings": list(run.warnings),
        "record": read
        and {"version": read.version, "sha256": read.sha256, "read_at": time(read.read_at)},
        "error_info": _error_info(run, {}),
        "usage": usage_view(run.usage),
    }


class Viewer:
    """Whole runs, with what stands beside them. `payloads` is read, never written."""

    def __init__(self, payloads: PayloadStore) -> None:
        self._payloads = payloads

    def details(self, run: Run, *, is_staff: bool, show_raw: bool) -> Json:
        """What a list leaves out.

        `is_staff`: all but patients, who see no input and not what a person wrote on ending the
        run; `show_raw`: the creator and admins.
        """
        detail = self.read(run, run.error_detail) or {}
        if not show_raw:
            detail = {k: v for k, v in detail.items() if k != "raw_response"}
        if not (is_staff or isinstance(run.history[-1].actor, Engine)):
            detail = {}
        usage, by_step = usage_by_step(self._payloads, run)
        return {
            "steps": step_views(run, by_step),
            "input": self.read(run, run.input) if is_staff else None,
            "output": output_of(run, lambda ref: self.read(run, ref)),
            "error_info": _error_info(run, detail),
            "errors": [] if run.erased_at else [_failure(event) for event in failures(run)],
            "usage": usage_view(usage),
        }

    def read(self, run: Run, ref: PayloadRef | None) -> Any:
        """A payload of the run as JSON, None for none."""
        if ref is None or ref == NO_PAYLOAD:
            return None
        return json.loads(self._payloads.get(run, ref))


def run_view(call: Call, run: Run) -> Json:
    """The fields that every door shows; patients see no input and no raw words of the model."""
    caller = call.caller
    show_raw = caller.has(Role.ADMIN) or caller.user_id == run.created_by
    return run_row(call, run) | Viewer(call.services.payloads).details(
        run, is_staff=is_staff(caller), show_raw=show_raw and is_staff(caller)
    )


def current_phase(run: Run) -> str | None:
    """The first phase that is not finished; the last one of a run that is."""
    return current_step(run, ORCHESTRATION.steps) or ORCHESTRATION.steps[-1]


def step_views(run: Run, spent: Mapping[str, Usage]) -> list[Json]:
    """The workflow's steps in order, each as far as it got, with all that it has cost."""
    names = definition_of(run.workflow).steps
    times, reached = step_times(run, names), reached_step(run, names)
    unfinished = {name: run.status if name == reached else Status.QUEUED for name in names}
    return [
        _step(
            run,
            name,
            times[name],
            Status.SUCCEEDED if is_done(run, name, names) else unfinished[name],
            spent.get(name),
        )
        for name in names
    ]


def _step(run: Run, name: str, times: StepTimes, status: Status, spent: Usage | None) -> Json:
    """What a step left stands in it also where it is to be done again."""
    record = run.steps.get(name) or run.spoiled.get(name)
    failed = times.error if status is not Status.SUCCEEDED and not run.erased_at else None
    return {
        "name": name,
        "status": status,
        "started_at": time(times.started_at),
        "completed_at": time(times.completed_at),
        "duration_seconds": seconds(times.started_at, times.completed_at),
        "attempt": times.attempt,
        "usage": usage_view(spent) if spent else None,
        "metrics": dict(record.metrics) if record else {},
        "error": {"code": failed, "message": safe_text(failed)} if failed else None,
    }


def _error_info(run: Run, detail: Mapping[str, Any]) -> Json | None:
    if run.error_code is None or run.erased_at is not None:
        return None
    entry = next((event.entry for event in reversed(failures(run))), run.history[-1])
    code = told_code(entry) or FailureCode.EXECUTION_ERROR
    info = {
        "code": code,
        "message": detail.get("message") or safe_text(code),
        "step": entry.step,
        "at": time(entry.at),
        "validation_errors": detail.get("validation_errors") or [],
    }
    return info | {
        name: value for name, value in detail.items() if name not in info and value is not None
    }


def _failure(event: Event) -> Json:
    """A worker that was lost is none of the contract's own failure codes, so it is "anything else",
    in its own words.
    """
    entry = event.entry
    told = told_code(entry)
    code = told if told and told != EventCode.LEASE_LOST else FailureCode.EXECUTION_ERROR
    return {
        "at": time(entry.at),
        "attempt": event.attempt,
        "step": entry.step,
        "code": code,
        "message": safe_text(told or code),
    }


def receipt_view(run: Run, usage: Json) -> Json:
    """What a cancelled run had spent when it was cancelled, and what it has spent as far as is
    known now.
    """
    ended = events(run)[-1]
    return {
        "cancelled_at": time(ended.entry.at),
        "was": ended.before,
        "usage_at_cancel": usage_view(run.usage),
        "usage": usage,
    }


def event_view(event: Event) -> Json:
    entry = event.entry
    return {
        "seq": event.seq,
        "at": time(entry.at),
        "actor": entry.actor.value if isinstance(entry.actor, Engine) else entry.actor,
        "attempt": event.attempt,
        "from": event.before,
        "to": entry.to,
        "step": entry.step,
        "code": told_code(entry),
        "artifacts": list(entry.artifacts),
    }


def event_views(run: Run, after: int = 0) -> list[Json]:
    return [event_view(event) for event in events(run) if event.seq > after]


def in_status(runs: Sequence[Run], statuses: Sequence[str] | None) -> list[Run]:
    """The runs in one of the statuses, or all."""
    return [run for run in runs if not statuses or run.status in statuses]


def if_wanted(statuses: Sequence[str] | None, keep: Keep = list) -> Keep | None:
    """Which runs that this version cannot read a list shows that was asked for these statuses."""
    return keep if not statuses or UNREADABLE in statuses else None


def only_of(statuses: Sequence[str] | None, workflow: str | None = None) -> Only | None:
    """What a list that is filtered so holds at most; None for all. A run that this version cannot
    read may look like anything.
    """
    is_all = not statuses and workflow is None
    return None if is_all or UNREADABLE in (statuses or ()) else Only(statuses, workflow)


def rows_of(found: Sequence[Run | Unreadable], row: Callable[[Run], Json]) -> list[Json]:
    """A list's entries as JSON, `row` those that can be read."""
    return [as_row(one, row) for one in found]


def as_row(one: Run | Unreadable, row: Callable[[Run], Json]) -> Json:
    """A run as `row` shows it, or its id alone: one bad item must not fail the others' page."""
    if isinstance(one, Unreadable):
        return unreadable_row(one.id)
    try:
        return row(one)
    except SPOILT as exc:
        log_bug("row_unreadable", exc, run_id=one.id)
        return unreadable_row(one.id)
