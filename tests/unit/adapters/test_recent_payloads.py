"""What this process wrote or read is not read again; all else is the store behind it."""

import pytest

from shared.adapters.recent_payloads import LARGEST, REMEMBERED, RecentPayloads
from shared.errors import PayloadMissing
from shared.records.run import PayloadRef
from shared.runs.canonical import sha256_hex
from tests.fakes.blobs import InMemoryPayloadStore
from tests.support.samples import a_run

RUN = a_run()


class CountedStore(InMemoryPayloadStore):
    reads = 0

    def get(self, run, ref):  # type: ignore[no-untyped-def]
        self.reads += 1
        return super().get(run, ref)


def test_what_was_written_or_read_is_not_read_again() -> None:
    store = CountedStore()
    mine, others = RecentPayloads(store), RecentPayloads(store)
    ref = mine.put(RUN, b"answer")
    assert [mine.get(RUN, ref), mine.get(RUN, ref), store.reads] == [b"answer", b"answer", 0]
    assert [others.get(RUN, ref), others.get(RUN, ref), store.reads] == [b"answer", b"answer", 1]


def test_another_run_with_the_same_bytes_has_them_only_if_its_own_store_says_so() -> None:
    recent = RecentPayloads(InMemoryPayloadStore())
    ref = recent.put(RUN, b"answer")
    for other in (a_run(2, gen=RUN.gen), a_run(1, gen="another")):
        with pytest.raises(PayloadMissing):
            recent.get(other, ref)


def test_little_is_kept_and_nothing_large() -> None:
    store = CountedStore()
    recent = RecentPayloads(store)
    large = recent.put(RUN, b"x" * (LARGEST + 1))
    recent.get(RUN, large)
    assert store.reads == 1
    refs = [recent.put(RUN, b"%d" % number) for number in range(REMEMBERED + 1)]
    recent.get(RUN, refs[-1])
    assert store.reads == 1
    recent.get(RUN, refs[0])
    assert store.reads == 2


def test_what_is_missing_is_missing() -> None:
    with pytest.raises(PayloadMissing):
        RecentPayloads(InMemoryPayloadStore()).get(RUN, PayloadRef(sha256_hex(b"no"), 2))
