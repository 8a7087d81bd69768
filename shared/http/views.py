"""A run as JSON: the fields that every door shows. Doors add their words in `doors`. Knows no key, table or rule of access."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.engine.account import run_usage
from shared.ports import Artifact, PayloadStore
from shared.runs.codes import EventCode, FailureCode, safe_text
from shared.runs.records import Dispatch, Engine, PayloadRef, Run, Status, Usage
from shared.runs.timeline import Event, StepTimes, events, failures, is_done, reached_step, step_times
from shared.workflows.definitions import DEFINITIONS

Json = dict[str, Any]


def time(ms: int | None) -> str | None:
    """RFC 3339 in UTC with milliseconds."""
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def usage_view(usage: Usage) -> Json:
    t = usage.tokens
    return {
        "model": usage.model,
        "calls": usage.calls,
        "reused_calls": usage.reused_calls,
        "input_tokens": t.input_tokens,
        "output_tokens": t.output_tokens,
        "cache_read_tokens": t.cache_read_tokens,
        "cache_write_tokens": t.cache_write_tokens,
        "cost_usd": usage.cost / 1_000_000,
        "saved_usd": usage.saved / 1_000_000,
    }


def run_row(run: Run) -> Json:
    """A run in a list: nothing that needs another read."""
    auto = run.dispatch is not Dispatch.MANUAL
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
        "completed_at": time(run.completed_at),
        "deadline_at": time(run.deadline_at),
        "dispatch": Dispatch.AUTO if auto else Dispatch.MANUAL,
        "attempt": run.attempt,
        "max_attempts": run.max_attempts,
        "available_at": time(run.available_at) if run.status is Status.QUEUED else None,
        "current_step": reached_step(run, DEFINITIONS[run.workflow].steps),
        "artifact_id": made_artifact(run),
        "artifacts_count": len(run.artifacts),
        "tags": list(run.tags),
        "metadata": dict(run.metadata),
        "error_info": _error_info(run, {}),
        "usage": usage_view(run.usage),
    }


def made_artifact(run: Run) -> str | None:
    """The artifact that the run's success named, if it named one."""
    last = run.history[-1]
    return last.artifacts[0] if last.to is Status.SUCCEEDED and last.artifacts else None


class Viewer:
    """Whole runs, with what stands beside them. `payloads` is read, never written."""

    def __init__(self, payloads: PayloadStore) -> None:
        self._payloads = payloads

    def run(self, run: Run, *, show_input: bool, show_raw: bool) -> Json:
        """Every field of the contract. `show_input`: for all but patients; `show_raw`: the creator and admins."""
        detail = self.read(run, run.error_detail) or {}
        if not show_raw:
            detail = {k: v for k, v in detail.items() if k != "raw_response"}
        return run_row(run) | {
            "steps": step_views(run),
            "input": self.read(run, run.input) if show_input else None,
            "output": self.read(run, run.output),
            "error_info": _error_info(run, detail),
            "errors": [_failure(event) for event in failures(run)],
            "usage": usage_view(run_usage(self._payloads, run)),
        }

    def read(self, run: Run, ref: PayloadRef | None) -> Any:
        """A payload of the run as JSON, None for none."""
        return None if ref is None else json.loads(self._payloads.get(run, ref))


def step_views(run: Run) -> list[Json]:
    """The workflow's steps in order, each as far as it got."""
    names = DEFINITIONS[run.workflow].steps
    times, reached = step_times(run, names), reached_step(run, names)
    unfinished = {name: run.status if name == reached else Status.QUEUED for name in names}
    return [_step(run, name, times[name], Status.SUCCEEDED if is_done(run, name, names) else unfinished[name]) for name in names]


def _step(run: Run, name: str, times: StepTimes, status: Status) -> Json:
    """What a step left stands in it also where it is to be done again: it was paid for."""
    record = run.steps.get(name) or run.spoiled.get(name)
    failed = times.error if status is not Status.SUCCEEDED else None
    return {
        "name": name,
        "status": status,
        "started_at": time(times.started_at),
        "completed_at": time(times.completed_at),
        "attempt": times.attempt,
        "usage": usage_view(record.usage) if record and record.usage else None,
        "metrics": dict(record.metrics) if record else {},
        "error": {"code": failed, "message": safe_text(failed)} if failed else None,
    }


def _error_info(run: Run, detail: Mapping[str, Any]) -> Json | None:
    if run.error_code is None:
        return None
    entry = failures(run)[-1].entry
    info = {
        "code": run.error_code,
        "message": detail.get("message") or safe_text(run.error_code),
        "step": entry.step,
        "at": time(entry.at),
        "validation_errors": detail.get("validation_errors") or [],
    }
    return info | {name: value for name, value in detail.items() if name not in info and value is not None}


def _failure(event: Event) -> Json:
    """A worker that was lost is none of the contract's own failure codes, so it is "anything else", in its own words."""
    entry = event.entry
    known = entry.code if entry.code != EventCode.LEASE_LOST else None
    code = known or FailureCode.EXECUTION_ERROR
    return {"at": time(entry.at), "attempt": event.attempt, "step": entry.step, "code": code, "message": safe_text(entry.code or code)}


def receipt_view(run: Run, usage: Json) -> Json:
    """What a cancelled run had spent when it was cancelled, and what it has spent as far as is known now."""
    ended = events(run)[-1]
    return {"cancelled_at": time(ended.entry.at), "was": ended.before, "usage_at_cancel": usage_view(run.usage), "usage": usage}


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
        "code": entry.code,
        "artifacts": list(entry.artifacts),
    }


def event_views(run: Run, after: int = 0) -> list[Json]:
    return [event_view(event) for event in events(run) if event.seq > after]


def artifact_row(artifact: Artifact, order: int | None) -> Json:
    """An artifact in a list; `order` is its place in the run, from 1."""
    return {
        "id": artifact.id,
        "artifact_type": artifact.artifact_type,
        "artifact_name": artifact.artifact_name,
        "phase": artifact.phase,
        "path": artifact.path,
        "description": artifact.description,
        "storage_path": artifact.storage_path,
        "content_type": artifact.content_type,
        "size_bytes": artifact.size_bytes,
        "sha256": artifact.sha256,
        "sequence_order": order,
        "created_at": time(artifact.created_at),
    }


def artifact_view(artifact: Artifact, order: int | None, data: bytes) -> Json:
    """An artifact with its content: JSON as JSON, anything else as text."""
    content = json.loads(data) if artifact.content_type == "application/json" else data.decode("utf-8", "replace")
    return artifact_row(artifact, order) | {"artifact_data": content}


def rows(runs: Sequence[Run]) -> list[Json]:
    return [run_row(run) for run in runs]
