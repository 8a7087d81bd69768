"""shared.ports.Quota: N requests at once and in a minute, per person; for the real one, whoever
comes in between.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.adapters.dynamodb.quota import DynamoQuota
from shared.adapters.dynamodb.table import Table
from shared.errors import RateLimited
from shared.ports import Quota
from shared.runs.timing import MINUTE, SECOND
from tests.contract.worlds import RealAdapters, World
from tests.fakes.world import VirtualClock
from tests.support.intercepted import intercepted
from tests.support.samples import ADMIN, CLINICIAN, ORG, OTHER_ORG

pytestmark = pytest.mark.rule("R-QUOTA-1")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def admitted(quota: Quota, times: int, org_id: str = ORG, person: str = CLINICIAN) -> int:
    """How many of so many requests at this moment get a token."""
    return sum(wait_of(quota, org_id, person) == 0 for _ in range(times))


def wait_of(quota: Quota, org_id: str = ORG, person: str = CLINICIAN) -> int:
    """Seconds that a request is told to wait; 0 for one that got its token."""
    try:
        quota.admit(org_id, person)
    except RateLimited as refused:
        return refused.retry_after_seconds
    return 0


@pytest.mark.parametrize("per_minute", [1, 2, 3, 7, 60, 450])
@pytest.mark.one_in(4)
def test_so_many_at_once_and_in_every_minute(
    world: World, clock: VirtualClock, per_minute: int
) -> None:
    quota = world.quota(clock, per_minute)
    assert admitted(quota, per_minute + 2) == per_minute
    clock.advance(MINUTE)
    assert admitted(quota, per_minute + 2) == per_minute


@pytest.mark.parametrize("per_minute", [1, 3, 7])
def test_after_the_seconds_it_names_there_is_a_token_and_before_none(
    world: World, clock: VirtualClock, per_minute: int
) -> None:
    quota = world.quota(clock, per_minute)
    admitted(quota, per_minute)
    seconds = wait_of(quota)
    assert seconds == -(-MINUTE // per_minute // SECOND)
    clock.advance((seconds - 1) * SECOND)
    assert wait_of(quota) == 1
    clock.advance(SECOND)
    assert admitted(quota, 2) == 1


def test_everybody_has_their_own(world: World, clock: VirtualClock) -> None:
    quota = world.quota(clock, 1)
    assert admitted(quota, 2) == 1
    assert (admitted(quota, 2, person=ADMIN), admitted(quota, 2, org_id=OTHER_ORG)) == (1, 1)


def test_no_quota_admits_everybody(world: World, clock: VirtualClock) -> None:
    assert admitted(world.quota(clock, 0), 100) == 100


@pytest.mark.parametrize("write", range(3))
def test_whoever_comes_in_between_takes_a_token_of_the_same_bucket(
    real: RealAdapters, clock: VirtualClock, write: int
) -> None:
    """Just before the given write of ours a colleague with the same token takes one: together they
    get no more than there are.
    """
    others = DynamoQuota(real.table, clock, 3)
    came = others_before(write, others)

    def update_item(call: Any, **arguments: Any) -> Any:
        next(came)
        return call(**arguments)

    quota = DynamoQuota(
        Table(intercepted(real.clients.dynamodb, update_item=update_item), real.name), clock, 3
    )
    assert admitted(quota, 4) == 2


def others_before(write: int, others: DynamoQuota) -> Iterator[None]:
    for number in range(100):
        if number == write:
            assert wait_of(others) == 0
        yield


def test_no_quota_writes_nothing(real: RealAdapters, clock: VirtualClock) -> None:
    def update_item(call: Any, **arguments: Any) -> Any:
        raise AssertionError(arguments)

    quota = DynamoQuota(
        Table(intercepted(real.clients.dynamodb, update_item=update_item), real.name), clock, 0
    )
    assert admitted(quota, 100) == 100
