"""A provider that lets nobody in: it costs no run an attempt, touches each twice, and its end is no
herd.
"""

import json

import pytest

from shared.errors import EntryRefused, PermanentFailure, RefusedBecause, TransientFailure
from shared.records.gate import Reason
from shared.records.run import Status
from shared.runs.model import ModelAnswer
from shared.runs.timing import DAY, HOUR, MINUTE, SECOND
from tests.support.engine_world import EngineWorld, codes


class Outage:
    """A world whose model refuses every call while it lasts, with a worker that takes
    every ring.
    """

    def __init__(self, world: EngineWorld) -> None:
        self.world = world
        self.refusal: Exception | None = None
        self.refused = 0
        self._taken = 0
        real = world.model.answer

        def answer(*args: object, **kwargs: object) -> ModelAnswer:
            if self.refusal is not None:
                self.refused += 1
                raise self.refusal
            return real(*args, **kwargs)  # type: ignore[arg-type]

        world.model.answer = answer  # type: ignore[method-assign]

    def deliver(self) -> None:
        """Everything that waits in the queue now, rings and probes."""
        world = self.world
        rings, self._taken = world.doorbell.rings[self._taken :], len(world.doorbell.rings)
        probes, world.doorbell.probes = world.doorbell.probes, []
        for gate in probes:
            world.worker.probe(gate)
        for ring in rings:
            world.worker.execute(ring.run_id, lambda: 600_000)

    def pass_minutes(self, minutes: int) -> None:
        """A sweep a minute, and what it rings for."""
        for _ in range(minutes):
            self.world.clock.advance(MINUTE)
            self.world.sweeper.sweep()
            self.deliver()


@pytest.fixture
def outage(world: EngineWorld) -> Outage:
    return Outage(world)


@pytest.mark.rule("R-PROVIDER-1")
@pytest.mark.parametrize(
    ("reason", "retry_after"),
    [
        (RefusedBecause.OVERLOADED, None),
        (RefusedBecause.OVERLOADED, 2.0),
        (RefusedBecause.RATE_LIMITED, 3.0),
        (RefusedBecause.SPEND_LIMIT, None),
    ],
)
def test_an_hour_of_refusals_costs_fifty_runs_nothing(
    outage: Outage, reason: RefusedBecause, retry_after: float | None
) -> None:
    world = outage.world
    runs = [world.create() for _ in range(50)]
    outage.refusal = EntryRefused(reason, retry_after=retry_after)
    outage.deliver()
    outage.pass_minutes(60)
    waiting = [world.now(run) for run in runs]
    assert {run.status for run in waiting} == {Status.QUEUED}
    assert {run.attempt - 1 + run.claim_cost for run in waiting} <= {0}
    assert all(Reason(reason.value.upper()) in codes(run) for run in waiting)
    assert outage.refused <= 100
    grown = [run.version - 1 for run in waiting]
    assert max(grown) <= 4
    outage.refusal = None
    outage.pass_minutes(12)
    ended = [world.now(run) for run in runs]
    assert {run.status for run in ended} == {Status.SUCCEEDED}
    assert {run.attempt for run in ended} == {1}
    # Beside its own claim, checkpoints and completion.
    plain = world.work(world.create()).version
    assert max(run.version - plain for run in ended) <= 4


def test_a_refused_run_is_parked_in_the_write_that_ends_its_claim(outage: Outage) -> None:
    world = outage.world
    run = world.create()
    outage.refusal = EntryRefused(RefusedBecause.OVERLOADED, retry_after=2.0)
    parked = world.work(run)
    assert (parked.status, parked.gate, parked.claim_cost) == (
        Status.QUEUED,
        world.lookout.gate,
        0,
    )
    assert [entry.code for entry in parked.history[-2:]] == [None, Reason.PROVIDER_OVERLOADED]
    assert world.total_usage(run).calls == 0
    assert world.total_usage(run).uncertain == 0


def test_a_worker_that_looks_at_a_closed_gate_claims_nothing(outage: Outage) -> None:
    world = outage.world
    first, second = world.create(), world.create()
    outage.refusal = EntryRefused(RefusedBecause.OVERLOADED)
    world.work(first)
    parked = world.work(second)
    assert (parked.fence, parked.gate, outage.refused) == (0, world.lookout.gate, 1)


def test_a_gate_that_another_worker_closed_is_seen_within_seconds(outage: Outage) -> None:
    world = outage.world
    other = world.another_lookout()
    assert not world.lookout.may_be_shut()
    other.refused(EntryRefused(RefusedBecause.OVERLOADED))
    world.clock.advance(5 * SECOND)
    assert world.lookout.may_be_shut()


def test_a_spend_limit_waits_for_people_and_an_overload_does_not(outage: Outage) -> None:
    world = outage.world
    for reason, bound in ((RefusedBecause.OVERLOADED, DAY), (RefusedBecause.SPEND_LIMIT, 30 * DAY)):
        run = world.create()
        outage.refusal = EntryRefused(reason)
        parked = world.work(run)
        assert parked.deadline_at - parked.created_at >= bound
        assert parked.deadline_at - parked.created_at < bound + HOUR
        outage.refusal = None
        outage.pass_minutes(15)


def test_one_probe_a_minute_is_asked_for_and_one_token_of_it(outage: Outage) -> None:
    world = outage.world
    outage.refusal = EntryRefused(RefusedBecause.SPEND_LIMIT)
    world.work(world.create())
    before = outage.refused
    outage.pass_minutes(10)
    assert outage.refused - before == 10
    outage.refusal = None
    outage.pass_minutes(1)
    probe = world.model.calls[0].request
    assert (probe.max_output_tokens, probe.schema) == (1, {})


@pytest.mark.parametrize(
    ("result", "opens"),
    [
        (PermanentFailure("LLM_ERROR", "no key"), True),
        (TransientFailure("LLM_ERROR", "broken"), False),
    ],
)
def test_a_probe_that_was_let_in_opens_the_gate_whatever_came_of_it(
    outage: Outage, result: Exception, opens: bool
) -> None:
    world = outage.world
    outage.refusal = EntryRefused(RefusedBecause.SPEND_LIMIT)
    run = world.create()
    world.work(run)
    outage.refusal = result
    world.clock.advance(MINUTE)
    world.sweeper.sweep()
    world.worker.probe(world.doorbell.probes.pop())
    assert (world.providers.get(world.lookout.gate).reason is None) is opens


def test_two_probes_at_once_are_one(outage: Outage) -> None:
    world = outage.world
    outage.refusal = EntryRefused(RefusedBecause.SPEND_LIMIT)
    world.work(world.create())
    world.clock.advance(MINUTE)
    before = outage.refused
    world.lookout.probe(world.lookout.gate)
    world.another_lookout().probe(world.lookout.gate)
    assert outage.refused == before + 1


def test_neither_gate_nor_probe_names_a_patient(
    outage: Outage, capsys: pytest.CaptureFixture[str]
) -> None:
    world = outage.world
    outage.refusal = EntryRefused(RefusedBecause.OVERLOADED)
    run = world.create()
    world.work(run)
    for line in capsys.readouterr().out.splitlines():
        assert run.subject.id not in json.dumps(line)
