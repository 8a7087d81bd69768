"""Judges a history when nothing is left to happen: ends, bounds, money, artifacts, and what people were told."""

import json
from collections import Counter
from typing import Any

from shared.engine.creation import keyed_id
from shared.http.views import Viewer
from shared.runs.records import WORKER, Run, Status
from shared.runs.timing import HOUR
from tests.faults.expressions import Item
from tests.faults.model import Asked
from tests.faults.people import People
from tests.faults.scenarios import DIAGNOSIS
from tests.faults.stored import has_ended, history, number, run_id
from tests.faults.world import ORG, World

SETTLING = HOUR
"""How long after the last fault or deed a run that waits for nobody may take: lease, sweep, ring and backoff fit in it."""


def judge(world: World, people: People) -> None:
    """Add every violation of a drained history to its watcher's."""
    for run in world.watcher.runs.values():
        _judge_end(world, people, run)
        decoded = world.runs.get(run_id(run))
        assert decoded is not None
        _judge_money(world, decoded)
        _judge_artifacts(world, decoded)
    _judge_calls(world)
    _judge_answers(world, people)


def _judge_end(world: World, people: People, run: Item) -> None:
    require, scenario = world.watcher.require, world.scenario
    require(has_ended(run), "every run ends", lambda: f"it is {run['st']['S']} for ever")
    last = history(run)[-1]
    faults = sum(fault.attempts for fault in world.calls.faults) + sum(one.outcome.startswith("error") for one in world.model.asked)
    if last.code == "DEADLINE_EXCEEDED":
        waited = scenario.deadline is not None or scenario.dispatch == "manual" or scenario.flag_off is not None
        require(waited, "an automatic run ends long before its deadline", "only its deadline ended it")
    if scenario.settles and (faults == 0 or (faults < scenario.max_attempts and not _was_retried(run))):
        require(run["st"]["S"] == "s", "fewer faults than attempts do not fail a run", lambda: f"{last} after {world.calls.faults}")
        quiet = max(people.last_deed_at, world.calls.last_fault_at)
        require(last.at <= quiet + SETTLING, "a run settles soon", lambda: f"{(last.at - quiet) // 1_000} s after the last fault")
    if scenario.settles and faults == 0:
        spent = number(run, "attempt")
        least = 2 if _was_retried(run) else 1
        require(spent <= least, "what the SDK or a guard deals with costs no attempt", f"{spent} were spent")


def _was_retried(run: Item) -> bool:
    return any(entry.code == "RETRY" for entry in history(run))


def _judge_money(world: World, run: Run) -> None:
    """What a run shows to have cost: every stored answer once, and nothing that was not paid."""
    paid = [asked for asked in world.model.asked if asked.paid and asked.process.notes["pk"] == world.pk(run.id)]
    stored = _ledger(world, run)
    shown = Viewer(world.payloads, world.runs).usage(run)
    costs = {asked.usage.input_tokens: 2 * asked.usage.input_tokens + 10 * asked.usage.output_tokens for asked in paid}
    least, most = sum(entry["cost"] for entry in stored), sum(costs.values())
    require = world.watcher.require
    require(least <= shown.cost <= most, "usage is what was paid", f"shows {shown.cost}, stored {least}, paid {most}")
    bad = sum(entry.code == "VALIDATION_ERROR" for entry in run.history)
    require(bad <= len(paid), "a retry does not meet the same bad answer", f"{bad} times bad, {len(paid)} answers")
    require(len(stored) <= shown.calls <= len(paid), "usage is what was paid", f"{shown.calls} calls, {len(stored)} stored, {len(paid)} paid")
    limit = run.attributes.get("max_cost")
    require(limit is None or least <= limit, "a budget holds", f"{least} of {limit}")


def _ledger(world: World, run: Run) -> list[Any]:
    """The stored answers of a run."""
    return [world.answer(key) for key in world.dynamo.items if key[0] == world.pk(run.id) and key[1].startswith("L#")]


def _judge_calls(world: World) -> None:
    require = world.watcher.require
    asked = Counter((id(one.process), one.sha256) for one in world.model.asked)
    require(all(count == 1 for count in asked.values()), "the model is asked once an attempt", f"{max(asked.values(), default=0)} times")
    again: list[Asked] = [one for one in world.model.asked if one.paid and one.stored_before]
    require(not again, "a stored answer is never bought again", lambda: f"{again[0].process.name} did")


def _judge_artifacts(world: World, run: Run) -> None:
    """What the run names: every document's bytes are its hash's; a diagnosis's last write named it, and its output says the same."""
    require = world.watcher.require
    found = world.artifacts.get_many(ORG, run.artifacts)
    require([one.id for one in found] == list(run.artifacts), "what a run names exists", f"{run.artifacts}")
    documents = {one.id: world.artifacts.read(one) for one in found}  # raises where the bytes are not the hash's
    require(all(one.size_bytes == len(documents[one.id]) for one in found), "an artifact is its record's", f"{run.artifacts}")
    if run.workflow == DIAGNOSIS and run.status is Status.SUCCEEDED and run.history[-1].actor == WORKER:
        assert run.output is not None
        named = run.history[-1].artifacts
        output = {"artifact_id": named[0], "diagnosis": json.loads(documents[named[0]])} if len(named) == 1 else None
        stands = json.loads(world.payloads.get(run, run.output))
        require(output == stands, "a success names its artifact, and its output is that", f"{named}")


def _judge_answers(world: World, people: People) -> None:
    """What clients were told: one key, one run; an accepted run exists; a cancel that was confirmed stays."""
    require = world.watcher.require
    made = [answer for answer in people.answers if answer.act.what.startswith("create") and answer.run]
    for answer in made:
        run = answer.run
        assert run is not None
        stands = world.runs.get(run.id)
        require(stands is not None and stands.input == run.input, "an accepted run stays", f"{run.id} is gone or another")
        if answer.act.key:
            require(run.id == keyed_id(ORG, answer.act.who, answer.act.key), "same key, same run", f"{run.id}")
    for act, inputs in _inputs(people).items():
        require(len(inputs) == 1, "same key, same run", f"{act} led to {inputs}")
    _judge_promises(world, people)


def _inputs(people: People) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for answer in people.answers:
        if answer.act.what.startswith("create") and answer.run and answer.act.key:
            found.setdefault((answer.act.who, answer.act.key), set()).add(f"{answer.run.id} {answer.run.input.sha256}")
    return found


def _judge_promises(world: World, people: People) -> None:
    require = world.watcher.require
    for answer in people.answers:
        what, run = answer.act.what, answer.run
        if what == "cancel" and run is not None:
            stands = world.runs.get(run.id)
            require(stands and stands.status is Status.CANCELLED, "a cancel that was confirmed wins", f"{stands and stands.status}")
        if what == "create" and run is not None and not answer.act.key:
            require(answer.new, "a new run is answered as new", f"{run.id} was answered as a replay")
