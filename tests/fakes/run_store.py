"""Runs in memory. Interprets a Change by itself, in its own words, so that the DynamoDB expressions have something to agree with."""

from collections.abc import Iterator
from dataclasses import replace
from threading import RLock
from typing import Any
from uuid import UUID

from shared.errors import GuardFailed, RunUnreadable
from shared.ports import Page, Scope, Unreadable
from shared.runs.changes import Change, Guard, check_state
from shared.runs.records import OPEN, Run
from tests.fakes.things import Things


class InMemoryRunStore:
    """Implements shared.ports.RunStore: every call is atomic under one lock."""

    def __init__(self, things: Things | None = None) -> None:
        self._lock = RLock()
        self._things = things or Things()
        self._runs: dict[str, Run] = {}
        self._spoilt: set[str] = set()

    def create(self, run: Run) -> Run | None:
        check_state({name: getattr(run, name) for name in Run.__slots__})
        with self._lock:
            self._things.claim(run.id, "run")
            existing = self._runs.get(run.id)
            if existing is None:
                self._runs[run.id] = run
            return existing

    def plant(self, run: Run) -> None:
        """Put a run as it is, legal or not."""
        self._runs[run.id] = run

    def spoil(self, run: Run) -> None:
        """Make it one that nobody can read."""
        self._spoilt.add(run.id)

    def get(self, run_id: str) -> Run | None:
        with self._lock:
            return self._read(run_id)

    def _read(self, run_id: str) -> Run | None:
        if run_id in self._spoilt:
            raise RunUnreadable
        return self._runs.get(run_id)

    def apply(self, change: Change) -> Run:
        with self._lock:
            run = self._read(change.run_id)
            if run is None:
                raise GuardFailed(None)
            if not (_holds(change.guard, run) and _stays_legal(change, run)):
                if change.entry is not None and any(entry.op == change.entry.op for entry in run.history):
                    return run
                raise GuardFailed(run)
            self._runs[run.id] = _changed(change, run)
            return self._runs[run.id]

    def page(self, scope: Scope, position: str | None, limit: int) -> Page:
        with self._lock:
            listed = sorted((run for run in self._runs.values() if _belongs(run, scope)), key=self.position_of, reverse=True)
        rest = [run for run in listed if position is None or self.position_of(run) < position]
        return Page(rest[:limit], self.position_of(rest[limit - 1]) if len(rest) > limit else None)

    def position_of(self, run: Run) -> str:
        return f"{self._moment(run.created_at)}{UUID(run.id).hex}"

    def before(self, created_at: int) -> str:
        return f"{self._moment(created_at)}{0:032x}"

    @staticmethod
    def _moment(created_at: int) -> str:
        return f"{created_at:016x}"

    def open_runs(self, turn: int = 0) -> Iterator[Run | Unreadable]:
        with self._lock:
            found = [run for run in self._runs.values() if run.status in OPEN]
        first = turn % max(1, len(found))
        return iter([Unreadable(run.id) if run.id in self._spoilt else run for run in (*found[first:], *found[:first])])


def _holds(guard: Guard, run: Run) -> bool:
    asked = (
        run.status in guard.statuses,
        guard.fence in (None, run.fence),
        guard.version in (None, len(run.history)),
        guard.dispatch in (None, run.dispatch),
        not guard.attempts_left or run.attempt < run.max_attempts or run.claim_cost == 0,
        _reached(run.available_at, guard.available_by),
        _reached(run.lease_until, guard.lease_over_by),
        _reached(run.ring_after, guard.ring_due_by),
        _reached(run.deadline_at, guard.deadline_over_by),
        _reached(run.gate_until, guard.gate_over_by),
    )
    return all(asked)


def _reached(moment: int | None, by: int | None) -> bool:
    return by is None or (moment is not None and moment <= by)


def _stays_legal(change: Change, run: Run) -> bool:
    present = {name for name in Run.__slots__ if getattr(run, name) is not None}
    return change.must_have() <= present and present.isdisjoint(change.must_lack())


def _changed(change: Change, run: Run) -> Run:
    values: dict[str, Any] = dict(change.set)
    for name, added in change.add.items():
        values[name] = getattr(run, name) + (getattr(run, added) if isinstance(added, str) else added)
    if change.step is not None:
        held = {**run.steps, **run.spoiled, change.step[0]: change.step[1]}
        values["steps"] = {name: record for name, record in held.items() if not record.spoiled}
        values["spoiled"] = {name: record for name, record in held.items() if record.spoiled}
    if change.entry is not None:
        values["history"] = (*run.history, change.entry)
    return replace(run, **values)


def _belongs(run: Run, scope: Scope) -> bool:
    keys = {
        "subject": f"{run.subject.type}#{run.subject.id}",
        "creator": run.created_by,
        "organisation": scope.key,
        "rare": run.status.value,
    }
    return run.org_id == scope.org_id and keys[scope.kind] == scope.key and (scope.kind != "rare" or scope.key in ("failed", "cancelled"))
