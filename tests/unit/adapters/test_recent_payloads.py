"""What this process wrote or read is not read again; all else is the store behind it."""

import pytest

from shared.adapters.recent_payloads import LARGEST, REMEMBERED_BYTES, RecentPayloads
from shared.errors import PayloadMissing
from shared.records.money import LedgerEntry, Usage
from shared.records.run import PayloadRef
from shared.runs.canonical import sha256_hex
from tests.fakes.blobs import InMemoryPayloadStore
from tests.support.samples import a_run

RUN = a_run()
ANSWER = b"answer"


class CountedStore(InMemoryPayloadStore):
    reads = 0

    def get(self, run, ref):  # type: ignore[no-untyped-def]
        self.reads += 1
        return super().get(run, ref)

    asked = 0

    def get_answer(self, run, key):  # type: ignore[no-untyped-def]
        self.asked += 1
        return super().get_answer(run, key)


def test_what_was_written_or_read_is_not_read_again() -> None:
    store = CountedStore()
    mine, others = RecentPayloads(store), RecentPayloads(store)
    ref = mine.put(RUN, ANSWER)
    assert [mine.get(RUN, ref), mine.get(RUN, ref), store.reads] == [ANSWER, ANSWER, 0]
    assert [others.get(RUN, ref), others.get(RUN, ref), store.reads] == [ANSWER, ANSWER, 1]


def test_another_run_with_the_same_bytes_has_them_only_if_its_own_store_says_so() -> None:
    recent = RecentPayloads(InMemoryPayloadStore())
    ref = recent.put(RUN, ANSWER)
    for other in (a_run(2, gen=RUN.gen), a_run(1, gen="another")):
        with pytest.raises(PayloadMissing):
            recent.get(other, ref)


def test_little_is_kept_and_nothing_large() -> None:
    store = CountedStore()
    recent = RecentPayloads(store)
    large = recent.put(RUN, b"x" * (LARGEST + 1))
    recent.get(RUN, large)
    assert store.reads == 1
    size, count = LARGEST // 2, 2 * REMEMBERED_BYTES // LARGEST
    refs = [recent.put(RUN, b"%8d" % number * (size // 8)) for number in range(count + 1)]
    for ref in refs[1:]:
        recent.get(RUN, ref)
    assert store.reads == 1
    recent.get(RUN, refs[0])
    assert store.reads == 2


def test_an_answer_is_read_once_and_what_was_read_beside_a_run_not_again() -> None:
    store = CountedStore()
    ref = store.put(RUN, ANSWER)
    for key in ("a#0#aa", "b#0#bb"):
        store.put_answer(RUN, key, ANSWER, LedgerEntry(Usage(calls=1)))
    one, two = RecentPayloads(store), RecentPayloads(store)
    assert [one.get_answer(RUN, "a#0#aa"), one.get_answer(RUN, "a#0#aa")] == [ANSWER, ANSWER]
    assert store.asked == 1
    assert two.beside(RUN).payloads == {ref.sha256: ANSWER}
    assert [two.get(RUN, ref), two.get_answer(RUN, "b#0#bb"), store.reads] == [ANSWER, ANSWER, 0]
    assert (two.get_answer(RUN, "c#0#cc"), two.get_answer(RUN, "c#0#cc")) == (None, None)
    assert store.asked == 3


def test_what_is_missing_is_missing() -> None:
    with pytest.raises(PayloadMissing):
        RecentPayloads(InMemoryPayloadStore()).get(RUN, PayloadRef(sha256_hex(b"no"), 2))
