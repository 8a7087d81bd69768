"""Deliberately broken engines: each takes one guard away, and the search has to find it. That shows the search can see.

A mutation replaces one production function or fragment while histories are played; nothing else changes.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any
from unittest.mock import patch

from shared.adapters.aws_errors import translated
from shared.adapters.dynamodb import expressions, items, run_store
from shared.adapters.dynamodb.expressions import FRAGMENTS, Expression
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.adapters.payload_store import AwsPayloadStore
from shared.engine.account import Account
from shared.engine.execution import Execution
from shared.engine.ledger import Ledger
from shared.engine.sweeper import Sweeper
from shared.errors import GuardFailed
from shared.runs import transitions
from shared.runs.canonical import sha256_hex
from shared.runs.changes import Change
from shared.runs.records import PayloadRef, Run, Status, Usage
from shared.workflows.steps import BoughtAnswer
from tests.faults.histories import Outcome, play
from tests.faults.search import singles, sleepers

Patches = Callable[[ExitStack], None]
Names = Callable[[], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Mutation:
    """`breaks` takes a guard away, so that `rule` falls; `where` are the histories that are searched, in order."""

    guard: str
    rule: str
    breaks: Patches
    where: Names

    @contextmanager
    def applied(self) -> Iterator[None]:
        with ExitStack() as stack:
            self.breaks(stack)
            yield


def hunt(mutation: Mutation, at_most: int) -> tuple[Outcome | None, int]:
    """The first history in which the broken engine breaks the rule, and how many it took."""
    names = list(islice(mutation.where(), at_most))
    with mutation.applied():
        for number, name in enumerate(names, 1):
            outcome = play(name)
            if mutation.rule in {violation.rule for violation in outcome.violations}:
                return outcome, number
    return None, len(names)


# --- where to look ------------------------------------------------------------------------------------------------


def _every_single(*lifecycles: str) -> Names:
    return lambda: chain.from_iterable(singles(lifecycle) for lifecycle in lifecycles)


def _every_sleeper(lifecycle: str) -> Names:
    return lambda: sleepers(lifecycle)


def _seeds(profile: str) -> Names:
    return lambda: (f"{profile}/{seed}" for seed in range(1_000_000))


# --- what is broken -----------------------------------------------------------------------------------------------


def _without(field: str) -> Patches:
    """The guard asks nothing of that field."""
    return lambda stack: stack.enter_context(patch.dict(FRAGMENTS, {field: _anything}))


def _anything(_: Any, e: Expression) -> str:
    return f"attribute_exists({e.name('st')})"


def _instead(target: Any, name: str, new: Any) -> Patches:
    return lambda stack: stack.enter_context(patch.object(target, name, new))


def _both(*parts: Patches) -> Patches:
    def breaks(stack: ExitStack) -> None:
        for part in parts:
            part(stack)

    return breaks


def _changed(name: str, change: Callable[[Change], Change]) -> Patches:
    """A transition whose change is another."""
    honest = getattr(transitions, name)
    return _instead(transitions, name, lambda *args, **kwargs: change(honest(*args, **kwargs)))


def _forgetful(change: Change, item: Any) -> Run:
    raise GuardFailed(items.run_from(item) if item is not None else None)


def _repeatable(change: Change, e: Expression) -> str:
    """The condition, but that a write in the history keeps its own repetition out."""
    return re.sub(r"NOT (contains\([^)]*\))", r"(NOT \1 OR \1)", _honest_condition(change, e))


_honest_condition = expressions.condition
_honest_apply = DynamoRunStore.apply
_honest_lose_lease = transitions.lose_lease
_honest_index = items.index_values


def _trusting(store: DynamoRunStore, change: Change) -> Run:
    """Whoever recognises its own write takes the run as it stands for its own."""
    run = _honest_apply(store, change)
    last = run.history[-1] if change.entry is None else replace(run.history[-1], op=change.entry.op)
    return replace(run, history=(*run.history[:-1], last))


def _unindexed(kept: Collection[Status]) -> Callable[..., dict[str, Any]]:
    """The OPEN entry stays as it is in all but these statuses."""

    def index_values(run_id: str, org_id: str | None, status: Status) -> dict[str, Any]:
        values = _honest_index(run_id, org_id, status)
        return values if status in kept else {name: value for name, value in values.items() if name != "q"}

    return index_values


def _index(values: Callable[..., dict[str, Any]]) -> Patches:
    return _both(_instead(items, "index_values", values), _instead(expressions, "index_values", values))


def _hopeful(run: Run, now: int, op: str) -> Change:
    """A lost lease goes back to the queue, however many attempts it has had."""
    return _honest_lose_lease(replace(run, max_attempts=run.attempt + 1), now, op)


def _unwritten(store: AwsPayloadStore, run: Run, data: bytes) -> PayloadRef:
    return PayloadRef(sha256_hex(data), len(data))


def _any_status(_: Any, e: Expression) -> str:
    return _anything(None, e)


def _without_cost(claim: Change) -> Change:
    return replace(claim, add={"fence": 1})


def _with_cost(continuation: Change) -> Change:
    return replace(continuation, set={**continuation.set, "claim_cost": 1})


def _unkept(ledger: Ledger, run: Run, key: str, bought: BoughtAnswer, usage: Usage) -> BoughtAnswer:
    return bought


def _overwriting(table: Table, item: Any) -> None:
    with translated():
        table._client.put_item(TableName=table._name, Item=item)


HOPEFUL_SWEEPER = Mutation("", "", _instead(transitions, "lose_lease", _hopeful), _every_single("once"))
"""No mutation of a guard: it shows what `attempts_left` is for."""

_BOUGHT, _STORED_FIRST = "a stored answer is never bought again", "an answer is stored before it is used"
_FENCED, _DUE = "no write by a fenced worker takes effect", "only what is due is claimed"
_FREE, _INDEX = "what the SDK or a guard deals with costs no attempt", "the OPEN index holds the open runs"
_OPEN, _ALL = {Status.QUEUED, Status.RUNNING, Status.WAITING}, set(Status)

MUTATIONS: Mapping[str, Mutation] = {
    "version": Mutation("version", "execute is accepted once a queued spell", _without("version"), _every_single("executed")),
    "version at a gate": Mutation("version", "a decision applies to what was decided on", _without("version"), _every_sleeper("contested")),
    "status": Mutation("status", "every move is a transition", _instead(expressions, "_statuses", _any_status), _every_single("cancelled")),
    "fence": Mutation("fence", _FENCED, _without("fence"), _every_sleeper("lifecycle")),
    "still wanted": Mutation("fence", _BOUGHT, _instead(Execution, "_still_wanted", lambda self: None), _every_sleeper("lifecycle")),
    "lease": Mutation("lease", "only a lease that ran out is broken", _without("lease_over_by"), _every_sleeper("lifecycle")),
    "operation": Mutation("operation id", _FREE, _instead(run_store, "_recognise", _forgetful), _every_single("lifecycle")),
    "repetition": Mutation(
        "operation id", "a write is applied once", _instead(run_store, "condition", _repeatable), _every_single("lifecycle")
    ),
    "trust": Mutation("operation id", _FENCED, _instead(DynamoRunStore, "apply", _trusting), _every_sleeper("lifecycle")),
    "available": Mutation("available_at", _DUE, _without("available_by"), _every_single("released")),
    "dispatch": Mutation("dispatch", _DUE, _without("dispatch"), _every_single("switched")),
    "free starts": Mutation(
        "claim_cost", "every run ends when its attempts are spent", _changed("claim", _without_cost), _every_single("once")
    ),
    "dear continuation": Mutation("claim_cost", _FREE, _changed("continue_later", _with_cost), _every_single("lifecycle")),
    "attempts left": Mutation(
        "claim_cost", "attempts are bounded", _both(_without("attempts_left"), HOPEFUL_SWEEPER.breaks), _every_single("once")
    ),
    "ring": Mutation("ring_after", "a ring is won once an interval", _without("ring_due_by"), _seeds("random")),
    "rung again": Mutation(
        "ring_after", "a run settles soon", _instead(Sweeper, "_queued", lambda self, run, now, op: None), _every_single("lifecycle")
    ),
    "open left": Mutation("OPEN entry", _INDEX, _index(_unindexed(_OPEN)), _every_single("lifecycle")),
    "open entered": Mutation("OPEN entry", _INDEX, _index(_unindexed(_ALL - {Status.QUEUED})), _every_single("lifecycle")),
    "open entered again": Mutation(
        "OPEN entry", _INDEX, _instead(expressions, "index_values", _unindexed(_ALL - {Status.QUEUED})), _every_single("retried")
    ),
    "ledger write": Mutation("ledger write", _STORED_FIRST, _instead(Ledger, "keep", _unkept), _every_single("lifecycle")),
    "ledger lookup": Mutation("ledger write", _BOUGHT, _instead(Ledger, "find", lambda self, run, key: None), _every_single("lifecycle")),
    "ledger carried over": Mutation(
        "ledger write", _BOUGHT, _instead(Account, "carry_over", lambda self, run: None), _every_single("refused")
    ),
    "create-only": Mutation(
        "create-only", "what was created is never overwritten", _instead(Table, "put_new", _overwriting), _every_single("lifecycle")
    ),
    "payload": Mutation("payload", "what a run names exists", _instead(AwsPayloadStore, "put", _unwritten), _every_single("lifecycle")),
}
"""By name: a broken engine for every guard that DESIGN names, and some more."""
