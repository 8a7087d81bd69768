"""Runs in memory.

Interprets a Change by itself, in its own words, so that the DynamoDB expressions have something to
agree with.
"""

from collections.abc import Sequence
from dataclasses import replace
from threading import RLock
from typing import Any
from uuid import UUID

from shared.errors import GuardFailed, RunUnreadable
from shared.ports import DueRun, Only, Page, Scope, Unreadable
from shared.records.run import Run
from shared.runs.changes import Change, Guard, check_state
from shared.runs.due import OPEN_SHARDS, due_at
from tests.fakes.things import Things


class InMemoryRunStore:
    """Implements shared.ports.RunStore: every call is atomic under one lock."""

    def __init__(self, things: Things | None = None) -> None:
        self._lock = RLock()
        self._things = things or Things()
        self._runs: dict[str, Run] = {}
        self._spoilt: set[str] = set()
        self._tags: dict[str, set[str]] = {}
        """By which tags' lists each run is found."""
        self._places: dict[str, int] = {}
        """Where the open runs stand in their index."""

    def create(self, run: Run) -> Run | None:
        check_state({name: getattr(run, name) for name in Run.__slots__})
        with self._lock:
            self._things.claim(run.id, "run")
            existing = self._runs.get(run.id)
            if existing is None:
                self.plant(run)
            return existing

    def plant(self, run: Run) -> None:
        """Put a run as it is, legal or not."""
        self._runs[run.id] = run
        self._tags[run.id] = set(run.tags)
        due = due_at(run)
        if due is not None:
            self._places[run.id] = due

    def spoil(self, run: Run) -> None:
        """Make it one that nobody can read."""
        self._spoilt.add(run.id)

    def get(self, run_id: str) -> Run | None:
        with self._lock:
            return self._read(run_id)

    def _read(self, run_id: str) -> Run | None:
        if run_id in self._spoilt:
            raise RunUnreadable(found=self._shown(self._runs[run_id]))
        return self._runs.get(run_id)

    def apply(self, change: Change) -> Run:
        with self._lock:
            run = self._read(change.run_id)
            if run is None:
                raise GuardFailed(None)
            if not (_holds(change.guard, run) and _stays_legal(change, run)):
                if change.entry is not None and any(
                    entry.op == change.entry.op for entry in run.history
                ):
                    return run
                raise GuardFailed(run)
            self._runs[run.id] = changed = _changed(change, run)
            self._place(change, changed)
            return changed

    def erase(self, run: Run, skeleton: Run) -> bool:
        with self._lock:
            held = self._runs[run.id]
            if held.version != run.version or held.erased_at is not None:
                return False
            self._runs[run.id] = skeleton
            return True

    def page(
        self,
        scope: Scope,
        position: str | None,
        limit: int,
        *,
        newest_first: bool = True,
        only: Only | None = None,
    ) -> Page:
        with self._lock:
            listed = sorted(
                (run for run in self._runs.values() if self._is_listed(run, scope)),
                key=self.position_of,
                reverse=newest_first,
            )
        start = 0
        if position is not None:
            held = [self.position_of(run) for run in listed]
            behind = [at < position if newest_first else at > position for at in held]
            start = behind.index(True) if True in behind else len(listed)
        rest = listed[start:]
        return Page(
            [self._shown(run) for run in rest[:limit] if only is None or _may_be(run, only)],
            self.position_of(rest[limit - 1]) if len(rest) > limit else None,
        )

    def places(
        self, scope: Scope, position: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        page = self.page(scope, position, limit)
        return [self.position_of(row) for row in page.rows], page.position

    def at(self, positions: Sequence[str], *, only: Only | None = None) -> list[Run | Unreadable]:
        with self._lock:
            placed = {self.position_of(run): run for run in self._runs.values()}
            found = [placed[at] for at in positions if at in placed]
            return [self._shown(run) for run in found if only is None or _may_be(run, only)]

    def _is_listed(self, run: Run, scope: Scope) -> bool:
        is_tagged = scope.tag is None or scope.tag in self._tags[run.id].intersection(run.tags)
        return is_tagged and _belongs(run, scope)

    def tags_of(self, run_id: str) -> list[str]:
        """By which lists of tags it is found."""
        return sorted(self._tags.get(run_id, ()))

    def untag(self, run_id: str, tag: str) -> None:
        self._tags.get(run_id, set()).discard(tag)

    def position_of(self, row: Run | Unreadable) -> str:
        return f"{self._moment(row.created_at or 0)}{UUID(row.id).hex}"

    def before(self, created_at: int) -> str:
        return f"{self._moment(created_at)}{0:032x}"

    @staticmethod
    def _moment(created_at: int) -> str:
        return f"{created_at:016x}"

    def due(
        self, shard: int, gate: str | None, until: int, position: str | None, limit: int
    ) -> tuple[list[DueRun], str | None]:
        with self._lock:
            found = sorted(
                (f"{self._places[run.id]:016x}|{run.id}", run)
                for run in self._runs.values()
                if run.id in self._places
                and self._places[run.id] <= until
                and (UUID(run.id).bytes[-1] % OPEN_SHARDS, run.gate) == (shard, gate)
            )
            rest = [one for one in found if position is None or one[0] > position]
            page = [DueRun(self._shown(run), self._places[run.id]) for _, run in rest[:limit]]
        return page, rest[limit - 1][0] if len(rest) > limit else None

    def postpone(self, due: DueRun, to: int) -> bool:
        with self._lock:
            held = self._runs[due.run_id]
            same = isinstance(due.run, Unreadable) or due.run.version == held.version
            if not same or self._places.get(due.run_id) != due.at:
                return False
            self._places[due.run_id] = to
            return True

    def _shown(self, run: Run) -> Run | Unreadable:
        if run.id not in self._spoilt:
            return run
        return Unreadable(run.id, run.org_id, run.created_at, run.subject, run.created_by)

    def _place(self, change: Change, run: Run) -> None:
        """Where a run stands in the index of open runs: never later than when something is due to
        it.
        """
        due = due_at(run)
        if due is None:
            self._places.pop(run.id, None)
        elif change.places or change.due is not None:
            held = self._places.get(run.id, due)
            self._places[run.id] = due if change.places else min(held, change.due or due)


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
        guard.parked_at in (None, run.gate),
        guard.deadline_after is None or run.deadline_at > guard.deadline_after,
        guard.workflows is None or run.workflow in guard.workflows,
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
        values[name] = getattr(run, name) + (
            getattr(run, added) if isinstance(added, str) else added
        )
    if change.step is not None or change.again:
        finished = {} if change.step is None else {change.step[0]: change.step[1]}
        held = {**run.steps, **run.spoiled, **finished, **change.again}
        values["steps"] = {name: record for name, record in held.items() if not record.spoiled}
        values["spoiled"] = {name: record for name, record in held.items() if record.spoiled}
    if change.entry is not None:
        values["history"] = (*run.history, change.entry)
    return replace(run, **values)


def _may_be(run: Run, only: Only) -> bool:
    return only.workflow in (None, run.workflow) and (
        not only.statuses or run.status in only.statuses
    )


def _belongs(run: Run, scope: Scope) -> bool:
    keys = {
        "subject": f"{run.subject.type}#{run.subject.id}",
        "creator": run.created_by,
        "organisation": scope.key,
        "rare": run.status.value,
    }
    return (
        run.org_id == scope.org_id
        and keys[scope.kind] == scope.key
        and (scope.kind != "rare" or scope.key in ("failed", "cancelled"))
    )
