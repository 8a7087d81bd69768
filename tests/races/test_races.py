"""True races: thirty-two at once at one run, against servers that serve them at once.

Exactly one wins, in every round.

A plain test run does a few rounds where a server is installed; `make races` installs them and does
many.
"""

from collections import Counter

import pytest

from shared.adapters.dynamodb.care_store import DynamoCareStore
from shared.adapters.dynamodb.items import Item
from shared.adapters.dynamodb.run_codec import run_item
from shared.adapters.dynamodb.table import Table
from shared.adapters.payload_store import AwsPayloadStore
from shared.adapters.s3 import Bucket
from shared.engine.creation import Key, NewRun
from shared.errors import Conflict, GuardFailed
from shared.records.care import Assignment
from shared.records.money import LedgerEntry, Usage
from shared.records.run import (
    Dispatch,
    Status,
    StepRecord,
    Subject,
)
from shared.runs import transitions
from shared.runs.changes import Change
from shared.runs.codes import EventCode
from shared.runs.timing import HOUR, MINUTE
from tests.fakes.world import MORNING
from tests.races.racing import ROUNDS, STARTERS, Field
from tests.races.servers import servers
from tests.support.engine_world import PLENTY, EngineWorld, codes
from tests.support.samples import CLINICIAN, ORG, PATIENT, REF, a_run, a_run_that_is, run_id

pytestmark = pytest.mark.races
if not servers():
    pytest.skip(
        "no server that serves at once is installed: `make races` does it", allow_module_level=True
    )
ROUND = pytest.mark.parametrize("number", range(ROUNDS))


@ROUND
def test_one_claim_wins(world: EngineWorld, field: Field, number: int) -> None:
    run = a_run()
    world.runs.create(run)
    won = field.race(
        lambda n: world.runs.apply(transitions.claim(run.id, MORNING, MORNING + HOUR, f"op-{n}")),
        GuardFailed,
    )
    after = world.now(run)
    assert won == [after]
    assert (after.fence, after.attempt, after.version) == (1, 1, 2)


@ROUND
def test_one_create_wins_and_all_see_the_same_run(
    world: EngineWorld, field: Field, number: int
) -> None:
    new = NewRun("diagnosis", ORG, Subject("patient", PATIENT), CLINICIAN, {"why": "a cough"})
    made = field.race(lambda n: world.creator.create(new, Key(run_id(7), "ab" * 32)))
    assert len(made) == STARTERS
    assert [is_new for _, is_new in made].count(True) == 1
    assert {run.gen for run, _ in made} == {world.now(made[0][0]).gen}
    assert len(world.doorbell.rings) == 1
    assert world.read(made[0][0], made[0][0].input) == {"why": "a cough"}


@ROUND
def test_one_execute_is_accepted(world: EngineWorld, field: Field, number: int) -> None:
    run = a_run(dispatch=Dispatch.MANUAL)
    world.runs.create(run)
    accepted = field.race(lambda n: world.commands.execute(run, f"person-{n}"), Conflict)
    assert len(accepted) == 1
    assert codes(world.now(run)).count(EventCode.EXECUTE_ASKED) == 1


@ROUND
def test_a_run_ends_once_completed_or_cancelled(
    world: EngineWorld, field: Field, number: int
) -> None:
    """Half of them cancel; half are the worker's success, as if it had been sent so often."""
    run = a_run_that_is(Status.RUNNING)
    world.runs.create(run)

    def complete(n: int) -> Change:
        return transitions.complete(
            run,
            MORNING,
            f"op-{n}",
            "persist",
            StepRecord(),
            output=REF,
            usage=Usage(),
            artifacts=(run_id(60),),
        )

    def end(n: int) -> object:
        return world.runs.apply(complete(n)) if n % 2 else world.commands.cancel(run, f"person-{n}")

    won = field.race(end, Conflict, GuardFailed)
    after = world.now(run)
    assert won == [after]
    assert after.version == run.version + 1
    assert (after.output is None) == (after.status is Status.CANCELLED)


@ROUND
def test_one_next_advances(world: EngineWorld, field: Field, number: int) -> None:
    run = a_run_that_is(Status.WAITING)
    world.runs.create(run)
    won = field.race(
        lambda n: world.commands.advance(run, f"person-{n}", f"op-{n}", skip_validation=False),
        Conflict,
    )
    assert won == [world.now(run)]
    assert codes(won[0]).count(EventCode.NEXT) == 1


@ROUND
def test_the_same_next_sent_by_all_is_one_next(
    world: EngineWorld, field: Field, number: int
) -> None:
    run = a_run_that_is(Status.WAITING)
    world.runs.create(run)
    seen = field.race(
        lambda n: world.commands.advance(run, CLINICIAN, "the-same", skip_validation=False)
    )
    assert seen == [world.now(run)] * STARTERS
    assert codes(seen[0]).count(EventCode.NEXT) == 1


@ROUND
def test_one_retry_is_granted(world: EngineWorld, field: Field, number: int) -> None:
    run = a_run_that_is(Status.FAILED)
    world.runs.create(run)
    assert len(field.race(lambda n: world.commands.retry(run, f"person-{n}"), Conflict)) == 1
    assert world.now(run).max_attempts == max(run.max_attempts, run.attempt + 1)


@ROUND
def test_one_person_takes_it_or_the_worker_does(
    world: EngineWorld, field: Field, number: int
) -> None:
    run = a_run()
    world.runs.create(run)

    def start(n: int) -> object:
        claim = transitions.claim(run.id, MORNING, MORNING + HOUR, f"op-{n}")
        return world.runs.apply(claim) if n % 2 else world.commands.take(run, f"person-{n}")

    won = field.race(start, Conflict, GuardFailed)
    assert won == [world.now(run)]
    assert won[0].fence == 1


@ROUND
def test_all_attach_and_none_is_lost(world: EngineWorld, field: Field, number: int) -> None:
    run = a_run()
    world.runs.create(run)
    attached = field.race(lambda n: world.commands.attach(run, CLINICIAN, run_id(100 + n)))
    after = world.now(run)
    assert len(attached) == STARTERS
    assert sorted(after.artifacts) == [run_id(100 + n) for n in range(STARTERS)]
    assert after.version == 1 + STARTERS


@ROUND
def test_one_sweeper_rings_and_one_breaks_the_lease(
    world: EngineWorld, field: Field, number: int
) -> None:
    queued, lost = a_run(1), a_run_that_is(Status.RUNNING, 2, lease_until=MORNING + MINUTE)
    for run in (queued, lost):
        world.runs.create(run)
    world.clock.advance(MINUTE)
    field.race(lambda n: world.sweeper.sweep())
    assert Counter(ring.run_id for ring in world.doorbell.rings) == {queued.id: 1, lost.id: 1}
    assert codes(world.now(lost)).count(EventCode.LEASE_LOST) == 1


@ROUND
def test_one_message_delivered_to_all_is_one_execution(
    world: EngineWorld, field: Field, number: int
) -> None:
    run = world.create("letter")
    field.race(lambda n: world.work(run, PLENTY))
    done = world.now(run)
    assert (done.status, done.fence, done.version) == (Status.SUCCEEDED, 1, 5)
    assert len(world.model.calls) == len(done.artifacts) == 1


@ROUND
def test_one_answer_stands(table: Table, field: Field, number: int) -> None:
    payloads, run = AwsPayloadStore(table, Bucket(None, "none")), a_run()
    standing = field.race(
        lambda n: payloads.put_answer(
            run, "call_model#0#aa", f"answer {n}".encode(), LedgerEntry(Usage(calls=1))
        )
    )
    assert set(standing) == {payloads.get_answer(run, "call_model#0#aa")}
    assert [entry.usage.calls for entry in payloads.purchases(run).values()] == [1]


@ROUND
def test_one_assignment_stands(table: Table, field: Field, number: int) -> None:
    care = DynamoCareStore(table, Bucket(None, "none"))
    given = field.race(lambda n: care.assign(ORG, Assignment(PATIENT, CLINICIAN, MORNING + n)))
    assert len(set(given)) == 1


def test_reading_before_writing_would_be_caught(
    world: EngineWorld, table: Table, field: Field
) -> None:
    """These races can be lost: in two steps instead of one statement, several win."""
    run, running = a_run(), a_run_that_is(Status.RUNNING)

    def write(item: Item) -> None:
        table._client.put_item(TableName=table._name, Item=item)

    def read_then_write(n: int) -> bool:
        is_free = world.now(run).status is Status.QUEUED
        write(run_item(running))
        return is_free

    most = 0
    for _ in range(20):
        write(run_item(run))
        most = max(most, field.race(read_then_write).count(True))
    assert most > 1
