"""shared.ports.Clock and Ids."""

import uuid

import pytest

from shared.adapters.clock import RandomIds, SystemClock
from shared.ports import Clock, Ids
from tests.fakes.world import SequentialIds, VirtualClock


@pytest.fixture(params=[VirtualClock, SystemClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    return request.param()  # type: ignore[no-any-return]


@pytest.fixture(params=[SequentialIds, RandomIds])
def ids(request: pytest.FixtureRequest) -> Ids:
    return request.param()  # type: ignore[no-any-return]


def test_a_clock_tells_milliseconds_and_sleeping_moves_it(clock: Clock) -> None:
    before = clock.now_ms()
    assert 1_600_000_000_000 < before < 4_000_000_000_000
    clock.sleep(0.002)
    assert before + 2 <= clock.now_ms() < before + 5_000


def test_unique_is_a_uuid_of_version_7_in_canonical_text(ids: Ids) -> None:
    made = [ids.unique() for _ in range(100)]
    assert len(set(made)) == 100
    for text in made:
        value = uuid.UUID(text)
        assert (str(value), value.version, value.variant) == (text, 7, uuid.RFC_4122)


def test_later_ids_sort_later_to_the_millisecond(ids: Ids) -> None:
    assert uuid.UUID(ids.unique()).int >> 80 <= uuid.UUID(ids.unique()).int >> 80


def test_ops_are_short_different_and_fit_into_a_history_entry(ids: Ids) -> None:
    made = [ids.op() for _ in range(100)]
    assert len(set(made)) == 100
    assert all(0 < len(op) <= 8 and not set(op) & set("|#,") for op in made)
