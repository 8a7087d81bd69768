"""What the listener counted equals a recount of all runs after any history, whatever wrote an
entry, and however often its record came.
"""

import random
from collections import Counter
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.stream_records import told
from shared.adapters.dynamodb.table import Table
from shared.engine.listener import Listener
from shared.records.counts import OPEN
from shared.runs.counting import recounted
from tests.fakes.counts_store import InMemoryCountsStore
from tests.fakes.world import VirtualClock
from tests.faults.aws import FakeDynamo
from tests.faults.histories import PROFILES, play
from tests.faults.scenarios import LIFECYCLES
from tests.faults.world import seeded
from tests.support.lambda_stream import Record, Stream
from tools.recount import runs_of

pytestmark = pytest.mark.rule("R-COUNT-1")
DRAWN, FIRST, LAST = 6, "2020-01-01", "2039-12-31"
NAMES = [*LIFECYCLES, *(f"{profile}/{seed}" for profile in PROFILES for seed in range(DRAWN))]


class Written(Stream):
    """The stream of a history's table, and the table as it was left."""

    def __init__(self) -> None:
        self.table: FakeDynamo | None = None
        self._records: list[Record] = []

    @property
    def shard(self) -> str:
        return "shard-0"

    def records(self) -> list[Record]:
        return self._records

    def note(self, key: Any, before: Any, after: Any) -> None:
        pk, sk = key
        images = {"OldImage": before, "NewImage": after}
        self._records.append(
            {
                "dynamodb": {
                    "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
                    "SequenceNumber": str(len(self._records) + 1),
                    **{name: image for name, image in images.items() if image is not None},
                }
            }
        )


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    stream, honest, made = Written(), FakeDynamo._write, FakeDynamo.__init__
    for key, item in seeded()[0].items():
        stream.note(key, None, item)

    def noting(table: FakeDynamo, key: Any, before: Any, after: Any) -> None:
        honest(table, key, before, after)
        stream.note(key, before, after)

    def making(table: FakeDynamo, *args: Any, **kwargs: Any) -> None:
        made(table, *args, **kwargs)
        stream.table = table

    monkeypatch.setattr(FakeDynamo, "_write", noting)
    monkeypatch.setattr(FakeDynamo, "__init__", making)
    return stream


@pytest.mark.parametrize("name", NAMES)
def test_counts_equal_a_recount_after_any_history(written: Written, name: str) -> None:
    assert not play(name).violations
    fake = written.table
    assert fake is not None
    counts = InMemoryCountsStore()
    listener = Listener(DynamoRunStore(Table(fake, "runs")), counts, VirtualClock())
    for records in written.batches(random.Random(name)):
        listener.hear(written.shard, told(records))
    expected = _recounted(fake)
    assert {place: dict(_kept(counts, *place)) for place in expected} == expected
    assert expected


def _recounted(fake: FakeDynamo) -> dict[tuple[str, str], Mapping[str, int]]:
    items = [item for _, item in sorted(fake.items.items())]
    sums: dict[tuple[str, str], Counter[str]] = recounted(
        runs_of(cast(Table, SimpleNamespace(scan=lambda: items)))
    )
    return {
        place: {name: number for name, number in found.items() if number}
        for place, found in sums.items()
    }


def _kept(counts: InMemoryCountsStore, org_id: str, day: str) -> Mapping[str, int]:
    return counts.open(org_id) if day == OPEN else counts.days(org_id, FIRST, LAST).get(day, {})
