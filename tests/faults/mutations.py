"""Deliberately broken engines: each takes one guard away, and the search has to find it.

That shows the search can see.

A mutation replaces one production function or fragment while histories are played; nothing else
changes.

Long because every broken engine stands here, to be compared with the guards.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any
from unittest.mock import patch

from shared.adapters.aws_errors import translated
from shared.adapters.dynamodb import expressions, run_codec, run_store
from shared.adapters.dynamodb.expressions import FRAGMENTS, Expression
from shared.adapters.dynamodb.gate_store import DynamoGateStore
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.adapters.payload_store import AwsPayloadStore
from shared.engine import ledger as ledgers
from shared.engine.account import Account
from shared.engine.execution import Execution
from shared.engine.ledger import Ledger
from shared.engine.sweeper import Sweeper
from shared.errors import GuardFailed
from shared.http import waiting
from shared.http.doors import artifacts
from shared.ports import DueRun, Unreadable
from shared.records.artifact import Artifact
from shared.records.money import LedgerEntry, Usage
from shared.records.run import PayloadRef, Run, Status, Subject
from shared.runs import changes, transitions
from shared.runs.canonical import sha256_hex
from shared.runs.changes import Change
from shared.workflows.steps import BoughtAnswer
from tests.faults.histories import Outcome, play
from tests.faults.scenarios import PATIENT
from tests.faults.search import singles, sleepers

Patches = Callable[[ExitStack], None]
Names = Callable[[], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Mutation:
    """`breaks` takes a guard away, so that `rule` falls; `where` are the histories that are
    searched, in order.
    """

    guard: str
    rule: str
    breaks: Patches
    where: Names

    @contextmanager
    def applied(self) -> Iterator[None]:
        with ExitStack() as stack:
            self.breaks(stack)
            yield


def hunt(mutation: Mutation, at_most: int, known: str | None = None) -> tuple[Outcome | None, int]:
    """The first history in which the broken engine breaks the rule, and how many it took.

    `known`: one to try before all others.
    """
    found = _first(mutation, [known]) if known else None
    if found is not None:
        return found, 1
    names = list(islice(mutation.where(), at_most))  # by the honest engine's calls
    found = _first(mutation, names)
    return found, len(names) if found is None else names.index(found.name) + 1


def _first(mutation: Mutation, names: Iterable[str]) -> Outcome | None:
    with mutation.applied():
        for name in names:
            outcome = play(name)
            if mutation.rule in {violation.rule for violation in outcome.violations}:
                return outcome
    return None


# --- where to look --------------------------------------------------------------------------------


def _every_single(*lifecycles: str) -> Names:
    return lambda: chain.from_iterable(singles(lifecycle) for lifecycle in lifecycles)


def _every_sleeper(lifecycle: str) -> Names:
    return lambda: sleepers(lifecycle)


def _seeds(profile: str) -> Names:
    return lambda: (f"{profile}/{seed}" for seed in range(1_000_000))


# --- what is broken -------------------------------------------------------------------------------


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
    raise GuardFailed(run_codec.run_from(item) if item is not None else None)


def _repeatable(change: Change, e: Expression, *, moves_due: bool = False) -> str:
    """The condition, but that a write in the history keeps its own repetition out."""
    honest = _honest_condition(change, e, moves_due=moves_due)
    return re.sub(r"NOT (contains\([^)]*\))", r"(NOT \1 OR \1)", honest)


def _placed_anywhere(change: Change, e: Expression, *, moves_due: bool = False) -> str:
    """The condition, but that the run may stand later in the index than it becomes due."""
    return _honest_condition(change, e, moves_due=True)


def _not_moving(change: Change, e: Expression, *, moves_due: bool = False) -> str:
    """The update, but that a run which becomes due earlier stays where it stands in the index."""
    return _honest_update(change, e, moves_due=False)


def _postponed_blindly(store: DynamoRunStore, due: DueRun, to: int) -> bool:
    """The sweeper's move, whatever was written since it looked."""
    return _honest_postpone(store, DueRun(Unreadable(due.run_id), due.at), to)


def _in_line(run_id: str, due: int | None, gate: str | None) -> dict[str, Any]:
    """What is parked at a gate stays among those that are rung for."""
    return _honest_index(run_id, due, None)


def _claimable_at_a_gate(stack: ExitStack) -> None:
    allowed = {Status.RUNNING: changes.FORBIDDEN[Status.RUNNING] - {"gate"}}
    stack.enter_context(patch.dict(changes.FORBIDDEN, allowed))


def _whatever_it_holds(item: Any) -> Any:
    """An item is read, and what cannot be read is an error of whoever asked."""
    return run_codec.run_from(item)


def _as_it_was_admitted(
    call: Any, run: Run, until: Callable[[Run], bool], again: Callable[..., Run]
) -> Run:
    """The answer after a wait, with no second look at who may have it."""
    waited: Run = call.services.reader.wait(run, call.wait_seconds, until)
    return waited


def _of_anybody(call: Any, artifact_id: str) -> tuple[Artifact, Run]:
    """An artifact that passes for the patient's of the run."""
    found, maker = _honest_artifact(call, artifact_id)
    return found, replace(maker, subject=Subject("patient", PATIENT))


_honest_update, _honest_postpone = expressions.update, DynamoRunStore.postpone
_honest_artifact: Callable[..., tuple[Artifact, Run]] = vars(artifacts)["visible_artifact"]
_honest_condition = expressions.condition
_honest_apply = DynamoRunStore.apply
_honest_lose_lease = transitions.lose_lease
_honest_index = run_codec.due_values


def _trusting(store: DynamoRunStore, change: Change) -> Run:
    """Whoever recognises its own write takes the run as it stands for its own."""
    run = _honest_apply(store, change)
    last = run.history[-1] if change.entry is None else replace(run.history[-1], op=change.entry.op)
    return replace(run, history=(*run.history[:-1], last))


def _staying(run_id: str, due: int | None, gate: str | None) -> dict[str, Any]:
    """What has ended keeps its place in the index of open runs."""
    return {} if due is None else _honest_index(run_id, due, gate)


def _unlisted(run_id: str, due: int | None, gate: str | None) -> dict[str, Any]:
    """What is open gets no place."""
    return _honest_index(run_id, due, gate) if due is None else {}


def _index(values: Callable[..., dict[str, Any]]) -> Patches:
    return _both(
        _instead(run_codec, "due_values", values), _instead(expressions, "due_values", values)
    )


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


def _unkept(
    ledger: Ledger, run: Run, key: str, bought: BoughtAnswer, usage: Usage
) -> tuple[BoughtAnswer, bool]:
    return bought, True


def _overwriting(table: Table, item: Any) -> None:
    with translated():
        table._client.put_item(TableName=table._name, Item=item)


HOPEFUL_SWEEPER = Mutation(
    "", "", _instead(transitions, "lose_lease", _hopeful), _every_single("once")
)
"""No mutation of a guard: it shows what `attempts_left` is for."""

_BOUGHT, _STORED_FIRST = (
    "a stored answer is never bought again",
    "an answer is stored before it is used",
)
_FENCED, _DUE = "no write by a fenced worker takes effect", "only what is due is claimed"
_FREE, _INDEX = (
    "what the SDK or a guard deals with costs no attempt",
    "the OPEN index holds the open runs",
)
_PLACED = "nobody stands later in the index than when something is due"

MUTATIONS: Mapping[str, Mutation] = {
    "version": Mutation(
        "version",
        "execute is accepted once a queued spell",
        _without("version"),
        _every_single("executed"),
    ),
    "version at a gate": Mutation(
        "version",
        "a decision applies to what was decided on",
        _without("version"),
        _every_sleeper("contested"),
    ),
    "status": Mutation(
        "status",
        "every move is a transition",
        _both(
            _instead(expressions, "_statuses", _any_status),
            _instead(run_store, "condition", _placed_anywhere),
        ),
        _every_single("cancelled"),
    ),
    "fence": Mutation("fence", _FENCED, _without("fence"), _every_sleeper("lifecycle")),
    "still wanted": Mutation(
        "fence",
        _BOUGHT,
        _instead(Execution, "_still_wanted", lambda self: None),
        _every_sleeper("lifecycle"),
    ),
    "lease": Mutation(
        "lease",
        "only a lease that ran out is broken",
        _both(_without("lease_over_by"), _without("version")),
        _every_sleeper("lifecycle"),
    ),
    "operation": Mutation(
        "operation id",
        _FREE,
        _instead(run_store, "_recognise", _forgetful),
        _every_single("lifecycle"),
    ),
    "repetition": Mutation(
        "operation id",
        "a write is applied once",
        _instead(run_store, "condition", _repeatable),
        _every_single("lifecycle"),
    ),
    "trust": Mutation(
        "operation id",
        _FENCED,
        _instead(DynamoRunStore, "apply", _trusting),
        _every_sleeper("lifecycle"),
    ),
    "available": Mutation(
        "available_at", _DUE, _without("available_by"), _every_single("released")
    ),
    "due index": Mutation(
        "n <= due",
        _PLACED,
        _instead(run_store, "condition", _placed_anywhere),
        _seeds("random"),
    ),
    "due index stays": Mutation(
        "n <= due", _PLACED, _instead(run_store, "update", _not_moving), _seeds("random")
    ),
    "due index postponed": Mutation(
        "n <= due",
        _PLACED,
        _instead(DynamoRunStore, "postpone", _postponed_blindly),
        _seeds("random"),
    ),
    "dispatch": Mutation("dispatch", _DUE, _without("dispatch"), _every_single("redriven")),
    "gate unknown": Mutation(
        "gate",
        "a run is parked at a gate that is in use",
        _instead(DynamoGateStore, "note", lambda self, gate, now: None),
        _every_single("switched"),
    ),
    "gate in line": Mutation(
        "gate",
        "a run stands in the index where its gate says",
        _index(_in_line),
        _every_single("switched"),
    ),
    "gate passed": Mutation("gate", _DUE, _claimable_at_a_gate, _every_single("switched")),
    "unreadable": Mutation(
        "unreadable item",
        "a sweep does what is due",
        _instead(run_store, "readable", _whatever_it_holds),
        _every_single("strangers"),
    ),
    "deadline": Mutation(
        "deadline of a claim",
        "what cannot be read is left alone",
        _without("deadline_after"),
        _every_single("strangers"),
    ),
    "workflow": Mutation(
        "workflow",
        "what cannot be read is left alone",
        _without("workflows"),
        _every_single("strangers"),
    ),
    "second look": Mutation(
        "second look",
        "nobody sees what came after the right was gone",
        _instead(waiting, "waited_until", _as_it_was_admitted),
        _every_single("doors"),
    ),
    "subject": Mutation(
        "subject of an artifact",
        "a run names what is of its own subject",
        _instead(artifacts, "visible_artifact", _of_anybody),
        _every_single("doors"),
    ),
    "free starts": Mutation(
        "claim_cost",
        "every run ends when its attempts are spent",
        _changed("claim", _without_cost),
        _every_single("once"),
    ),
    "dear continuation": Mutation(
        "claim_cost", _FREE, _changed("continue_later", _with_cost), _every_single("lifecycle")
    ),
    "attempts left": Mutation(
        "claim_cost",
        "attempts are bounded",
        _both(_without("attempts_left"), HOPEFUL_SWEEPER.breaks),
        _every_single("once"),
    ),
    "ring": Mutation(
        "ring_after", "a ring is won once an interval", _without("ring_due_by"), _seeds("random")
    ),
    "rung again": Mutation(
        "ring_after",
        "a run settles soon",
        _instead(Sweeper, "ring", lambda self, run: False),
        _every_single("lifecycle"),
    ),
    "open left": Mutation("OPEN entry", _INDEX, _index(_staying), _every_single("lifecycle")),
    "open entered": Mutation("OPEN entry", _INDEX, _index(_unlisted), _every_single("lifecycle")),
    "open entered again": Mutation(
        "OPEN entry",
        _INDEX,
        _instead(expressions, "due_values", _unlisted),
        _every_single("retried"),
    ),
    "ledger write": Mutation(
        "ledger write", _STORED_FIRST, _instead(Ledger, "keep", _unkept), _every_single("lifecycle")
    ),
    "ledger lookup": Mutation(
        "ledger write",
        _BOUGHT,
        _instead(Ledger, "find", lambda self, run, key: None),
        _every_single("lifecycle"),
    ),
    "ledger carried over": Mutation(
        "ledger write",
        _BOUGHT,
        _instead(Account, "carry_over", lambda self, run: None),
        _every_single("refused"),
    ),
    "asked": Mutation(
        "asked entry",
        "nothing billed goes unseen",
        _instead(Ledger, "note_asked", lambda self, run, key, request, highest: LedgerEntry()),
        _every_single("lifecycle"),
    ),
    "settled for nothing": Mutation(
        "asked entry",
        "nothing billed goes unseen",
        _instead(Ledger, "lost", lambda self, request, heard, highest: Usage()),
        _seeds("random"),
    ),
    "counted twice": Mutation(
        "asked entry",
        "usage is what was paid",
        _instead(ledgers, "_is_answered", lambda key, entries: False),
        _every_single("lifecycle"),
    ),
    "create-only": Mutation(
        "create-only",
        "what was created is never overwritten",
        _instead(Table, "put_new", _overwriting),
        _every_single("lifecycle"),
    ),
    "payload": Mutation(
        "payload",
        "what a run names exists",
        _instead(AwsPayloadStore, "put", _unwritten),
        _every_single("lifecycle"),
    ),
}
"""By name: a broken engine for every guard that DESIGN names, and some more."""
