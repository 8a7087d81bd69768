"""Judges a history when nothing is left to happen: ends, bounds, money, artifacts, and what people
were told.
"""

import json
from collections import Counter
from itertools import pairwise

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.usage_text import usage_from
from shared.engine.account import run_usage
from shared.engine.creation import keyed_id
from shared.records.run import WORKER, Run, Status
from shared.runs.codes import EventCode, FailureCode
from shared.runs.outputs import output_of
from shared.runs.timing import HOUR
from tests.faults.model import Asked
from tests.faults.people import People
from tests.faults.scenarios import DIAGNOSIS, ORG
from tests.faults.world import World

SETTLING = HOUR
"""How long after the last fault or deed a run that waits for nobody may take: lease, sweep, ring
and backoff fit in it.
"""


def judge(world: World, people: People) -> None:
    """Add every violation of a drained history to its watcher's."""
    for run in world.watcher.runs.values():
        _judge_end(world, people, run)
        _judge_money(world, run)
        _judge_artifacts(world, run)
    _judge_calls(world)
    _judge_answers(world, people)


def _judge_end(world: World, people: People, run: Run) -> None:
    """Long because it is a list of promises about an end."""
    require, scenario, last = world.watcher.require, world.scenario, run.history[-1]
    require(run.is_terminal, "every run ends", lambda: f"it is {run.status} for ever")
    errors = sum(one.outcome.startswith(("error", "lost")) for one in world.model.asked)
    faults = sum(fault.attempts for fault in world.calls.faults) + errors + world.platform.overdue
    if last.code == FailureCode.DEADLINE_EXCEEDED:
        waited = (
            scenario.deadline is not None
            or scenario.dispatch == "manual"
            or scenario.flag_off is not None
        )
        require(
            waited, "an automatic run ends long before its deadline", "only its deadline ended it"
        )
    claims = sum(
        entry.to is Status.RUNNING and before.to is Status.QUEUED
        for before, entry in pairwise(run.history)
    )
    granted = run.max_attempts + sum(
        entry.code in (EventCode.CONTINUATION, EventCode.NEXT) for entry in run.history
    )
    ended = run.workflow != DIAGNOSIS or claims <= granted
    require(
        ended,
        "every run ends when its attempts are spent",
        f"{claims} starts, {run.max_attempts} attempts",
    )
    retried = any(entry.code == EventCode.RETRY for entry in run.history)
    if scenario.settles and (faults == 0 or (faults < scenario.max_attempts and not retried)):
        done = run.status is Status.SUCCEEDED
        require(
            done,
            "fewer faults than attempts do not fail a run",
            lambda: f"{last} after {world.calls.faults}",
        )
        quiet = max(people.last_deed_at, world.calls.last_fault_at)
        require(
            last.at <= quiet + SETTLING,
            "a run settles soon",
            lambda: f"{(last.at - quiet) // 1_000} s after the last fault",
        )
    if scenario.settles and faults == 0:
        least = 2 if retried else 1
        require(
            run.attempt <= least,
            "what the SDK or a guard deals with costs no attempt",
            f"{run.attempt} were spent",
        )


def _judge_money(world: World, run: Run) -> None:
    """What a run shows to have cost: every stored answer once, nothing that was not billed, and
    nothing billed goes unseen.
    """
    asked = [one for one in world.model.asked if one.process.notes["pk"] == keys.thing_pk(run.id)]
    paid = [one for one in asked if one.paid]
    stored = _stored_costs(world, run)
    shown = run_usage(world.payloads, run)
    least, billed = sum(stored), sum(one.cost for one in asked)
    require = world.watcher.require
    require(
        least <= shown.cost <= billed,
        "usage is what was paid",
        f"shows {shown.cost}, stored {least}, billed {billed}",
    )
    require(
        billed <= shown.cost + shown.uncertain,
        "nothing billed goes unseen",
        f"billed {billed}, shows {shown.cost} and {shown.uncertain} uncertain",
    )
    is_plain = not world.calls.faults and len(stored) == len(asked)
    require(
        not is_plain or (shown.lost_calls, shown.uncertain) == (0, 0),
        "usage is what was paid",
        f"every answer is stored, and {shown.lost_calls} calls are called lost",
    )
    whole = shown.calls - shown.lost_calls
    require(
        len(stored) <= whole <= len(paid),
        "usage is what was paid",
        f"{whole} answered calls, {len(stored)} stored, {len(paid)} paid",
    )
    limit = run.attributes.get("max_cost")
    require(limit is None or least <= limit, "a budget holds", f"{least} of {limit}")
    bad = sum(entry.code == FailureCode.VALIDATION_ERROR for entry in run.history)
    require(
        bad <= len(paid),
        "a retry does not meet the same bad answer",
        f"{bad} times bad, {len(paid)} answers",
    )


def _stored_costs(world: World, run: Run) -> list[int]:
    """What each stored answer of a run cost, in micro-dollars.

    An entry that leads to another is none.
    """
    ledger = [
        item
        for key, item in world.dynamo.items.items()
        if key[0] == keys.thing_pk(run.id) and key[1].startswith(keys.LEDGER)
    ]
    return [
        usage.cost
        for item in ledger
        if not item.keys().isdisjoint({"b", "z", "s"})
        and (usage := usage_from(item.get("u", {}).get("S"))).calls
    ]


def _judge_calls(world: World) -> None:
    require = world.watcher.require
    asked = Counter((id(one.process), one.sha256) for one in world.model.asked)
    require(
        all(count == 1 for count in asked.values()),
        "the model is asked once an attempt",
        f"{max(asked.values(), default=0)} times",
    )
    again: list[Asked] = [one for one in world.model.asked if one.paid and one.stored_before]
    require(
        not again, "a stored answer is never bought again", lambda: f"{again[0].process.name} did"
    )


def _judge_artifacts(world: World, run: Run) -> None:
    """What the run names: every document's bytes are its hash's; a diagnosis's last write named it,
    and its output says the same.
    """
    require = world.watcher.require
    found = world.artifacts.get_many(ORG, run.artifacts)
    require(
        [one.id for one in found] == list(run.artifacts),
        "what a run names exists",
        f"{run.artifacts}",
    )
    documents = {
        one.id: world.artifacts.read(one) for one in found
    }  # raises where the bytes are not the hash's
    require(
        all(one.size_bytes == len(documents[one.id]) for one in found),
        "an artifact is its record's",
        f"{run.artifacts}",
    )
    if (
        run.workflow == DIAGNOSIS
        and run.status is Status.SUCCEEDED
        and run.history[-1].actor == WORKER
    ):
        named = run.history[-1].artifacts
        output = (
            {"artifact_id": named[0], "diagnosis": json.loads(documents[named[0]])}
            if len(named) == 1
            else None
        )
        stands = output_of(run, lambda ref: json.loads(world.payloads.get(run, ref)))
        require(
            output == stands, "a success names its artifact, and its output is that", f"{named}"
        )


def _judge_answers(world: World, people: People) -> None:
    """What clients were told: one key, one run; an accepted run exists; a cancel that was confirmed
    stays.
    """
    require = world.watcher.require
    made = [
        answer for answer in people.answers if answer.act.what.startswith("create") and answer.run
    ]
    for answer in made:
        run = answer.run
        assert run is not None
        stands = world.runs.get(run.id)
        require(
            stands is not None and stands.input == run.input,
            "an accepted run stays",
            f"{run.id} is gone or another",
        )
        if answer.act.key:
            require(
                run.id == keyed_id(ORG, answer.act.who, answer.act.key),
                "same key, same run",
                f"{run.id}",
            )
    for act, inputs in _inputs(people).items():
        require(len(inputs) == 1, "same key, same run", f"{act} led to {inputs}")
    _judge_promises(world, people)


def _inputs(people: People) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for answer in people.answers:
        if answer.act.what.startswith("create") and answer.run and answer.act.key:
            found.setdefault((answer.act.who, answer.act.key), set()).add(
                f"{answer.run.id} {answer.run.input.sha256}"
            )
    return found


def _judge_promises(world: World, people: People) -> None:
    require = world.watcher.require
    for answer in people.answers:
        what, run = answer.act.what, answer.run
        if what == "cancel" and run is not None:
            stands = world.runs.get(run.id)
            require(
                stands and stands.status is Status.CANCELLED,
                "a cancel that was confirmed wins",
                f"{stands and stands.status}",
            )
        if what == "create" and run is not None and not answer.act.key:
            require(
                answer.new, "a new run is answered as new", f"{run.id} was answered as a replay"
            )
