"""BulkStore: made once a request, written under its version, found until it is settled."""

from dataclasses import replace
from typing import Any

import pytest

from shared.errors import IdempotencyKeyReused
from shared.records.bulk import Bulk, BulkAction, BulkStatus
from tests.contract.worlds import World
from tests.fakes.world import MORNING
from tests.support.samples import CLINICIAN, ORG, a_run, run_id

pytestmark = pytest.mark.rule("R-BULK-1")


def _bulk(**fields: Any) -> Bulk:
    plain = Bulk(
        run_id(900), ORG, CLINICIAN, ("clinician", "member"), MORNING, BulkAction.RETRY,
        {"status": ["failed"], "tag": "ward"}, 10, "ab" * 32,
    )  # fmt: skip
    return replace(plain, **fields)


def test_it_is_made_once_and_read_as_it_was_written(world: World) -> None:
    bulk = _bulk(chunk=(run_id(1), run_id(2)), position="00ff", matched=2, dry_run=True)
    assert world.bulks.create(bulk, MORNING) is None
    assert world.bulks.create(bulk, MORNING) == bulk
    assert world.bulks.get(bulk.id) == bulk
    assert world.bulks.get(run_id(901)) is None


def test_another_request_under_its_key_is_refused(world: World) -> None:
    world.bulks.create(_bulk(), MORNING)
    with pytest.raises(IdempotencyKeyReused):
        world.bulks.create(_bulk(fingerprint="cd" * 32), MORNING)
    world.runs.create(a_run(1))
    with pytest.raises(IdempotencyKeyReused):
        world.bulks.create(_bulk(id=run_id(1)), MORNING)
    assert world.bulks.get(run_id(1)) is None


def test_who_writes_under_an_old_version_loses(world: World) -> None:
    world.bulks.create(_bulk(), MORNING)
    after = _bulk(status=BulkStatus.RUNNING, matched=3, version=1)
    assert world.bulks.save(after, MORNING)
    assert not world.bulks.save(_bulk(matched=9, version=1), MORNING)
    assert world.bulks.get(after.id) == after


def test_it_is_due_until_it_is_settled(world: World) -> None:
    world.bulks.create(_bulk(), MORNING + 5)
    assert world.bulks.due(MORNING + 4, 10) == []
    assert world.bulks.due(MORNING + 5, 10) == [_bulk()]
    pending = _bulk(status=BulkStatus.CANCELLED, chunk=(run_id(1),), version=1)
    assert world.bulks.save(pending, MORNING + 9)
    assert world.bulks.due(MORNING + 8, 10) == []
    assert world.bulks.due(MORNING + 9, 10) == [pending]
    assert world.bulks.save(replace(pending, chunk=(), version=2), MORNING)
    assert world.bulks.due(MORNING + 99, 10) == []
