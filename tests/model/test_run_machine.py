"""The model-based test, on the in-memory store and on DynamoDB's: both against the reference, and
against each other.

STUDIO_MODEL_EXAMPLES asks for more histories than the few of a plain test run.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from shared.errors import GuardFailed
from shared.ports import DueRun, Only, Page, RunStore, Scope, Unreadable
from shared.records.run import Run
from shared.runs.changes import Change
from tests.fakes.run_store import InMemoryRunStore
from tests.model.machine import RunMachine
from tests.support.aws import Clients, Deployment, in_process_aws

EXAMPLES = int(os.environ.get("STUDIO_MODEL_EXAMPLES", "0"))
T = TypeVar("T")
_clients: list[Clients] = []


@pytest.fixture(scope="module", autouse=True)
def aws() -> Iterator[None]:
    """One AWS for all examples; a table each."""
    with ExitStack() as stack:
        _clients.append(stack.enter_context(in_process_aws()))
        yield
        _clients.clear()


class InMemoryMachine(RunMachine):
    def make_store(self) -> RunStore:
        return InMemoryRunStore()


class TwinMachine(RunMachine):
    def make_store(self) -> RunStore:
        self.deployment = Deployment(_clients[0])
        return Twins(InMemoryRunStore(), self.deployment.runs)

    def teardown(self) -> None:
        if hasattr(self, "deployment"):
            self.deployment.delete()


class Twins:
    """Two run stores that must answer every call alike."""

    def __init__(self, one: RunStore, other: RunStore) -> None:
        self._one, self._other = one, other

    def _both(self, name: str, *arguments: Any, **named: Any) -> Any:
        one, other = (
            _outcome(getattr(store, name), *arguments, **named)
            for store in (self._one, self._other)
        )
        assert one == other
        if isinstance(one, tuple):
            raise GuardFailed(one[1])
        return one

    def create(self, run: Run) -> Run | None:
        return self._both("create", run)  # type: ignore[no-any-return]

    def get(self, run_id: str) -> Run | None:
        return self._both("get", run_id)  # type: ignore[no-any-return]

    def apply(self, change: Change) -> Run:
        return self._both("apply", change)  # type: ignore[no-any-return]

    def erase(self, run: Run, skeleton: Run) -> bool:
        return self._both("erase", run, skeleton)  # type: ignore[no-any-return]

    def page(
        self,
        scope: Scope,
        position: str | None,
        limit: int,
        *,
        newest_first: bool = True,
        only: Only | None = None,
    ) -> Page:
        order = {"newest_first": newest_first, "only": only}
        return self._both("page", scope, position, limit, **order)  # type: ignore[no-any-return]

    def places(
        self, scope: Scope, position: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        one, other = (store.places(scope, position, limit) for store in (self._one, self._other))
        assert one == other
        return one

    def at(self, positions: Sequence[str], *, only: Only | None = None) -> list[Run | Unreadable]:
        return self._both("at", positions, only=only)  # type: ignore[no-any-return]

    def position_of(self, row: Run | Unreadable) -> str:
        return self._both("position_of", row)  # type: ignore[no-any-return]

    def before(self, created_at: int) -> str:
        return self._both("before", created_at)  # type: ignore[no-any-return]

    def due(
        self, shard: int, gate: str | None, until: int, position: str | None, limit: int
    ) -> tuple[list[DueRun], str | None]:
        one, other = (
            store.due(shard, gate, until, None, 1_000)[0] for store in (self._one, self._other)
        )
        assert one == other
        return one, None

    def postpone(self, due: DueRun, to: int) -> bool:
        return self._both("postpone", due, to)  # type: ignore[no-any-return]


def _outcome(call: Any, *arguments: Any, **named: Any) -> Any:
    try:
        return call(*arguments, **named)
    except GuardFailed as exc:
        return (GuardFailed, exc.current)


def _thorough(few: int) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    return settings(
        max_examples=EXAMPLES or few,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=checks,
    )


TestInMemory = InMemoryMachine.TestCase
TestInMemory.settings = _thorough(200)
TestTwins = TwinMachine.TestCase
TestTwins.settings = _thorough(10)
