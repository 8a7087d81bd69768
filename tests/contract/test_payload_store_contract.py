"""shared.ports.PayloadStore: create-only bytes, small beside the run and large in the
bucket alike.
"""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from shared.errors import PayloadMissing
from shared.records.money import LedgerEntry, TokenUsage, Usage
from shared.records.run import WORKER, HistoryEntry, PayloadRef, Status
from shared.runs.canonical import canonical_json, sha256_hex
from tests.contract.test_artifact_store_contract import an_artifact
from tests.contract.worlds import World
from tests.support.samples import a_run

INLINE = 8 * 1024
SIZES = pytest.mark.parametrize("size", [0, 1, INLINE, INLINE + 1, 300_000])
RUN = a_run()


def noise(size: int, kind: str = "") -> bytes:
    """Bytes that no compression makes shorter, always the same ones."""
    blocks = (sha256(f"{kind}{number}".encode()).digest() for number in range(size // 32 + 1))
    return b"".join(blocks)[:size]


CONTENT = pytest.mark.parametrize("made", [noise, lambda size: b"x" * size], ids=["noise", "even"])


@SIZES
@CONTENT
def test_bytes_come_back_under_their_hash(
    world: World, size: int, made: Callable[[int], bytes]
) -> None:
    data = made(size)
    ref = world.payloads.put(RUN, data)
    assert ref == PayloadRef(sha256_hex(data), size)
    assert world.payloads.get(RUN, ref) == data


@SIZES
def test_putting_the_same_bytes_twice_is_the_same_put(world: World, size: int) -> None:
    assert world.payloads.put(RUN, noise(size)) == world.payloads.put(RUN, noise(size))


@SIZES
def test_what_was_never_put_is_missing(world: World, size: int) -> None:
    with pytest.raises(PayloadMissing):
        world.payloads.get(RUN, PayloadRef("00" * 32, size))


def test_bytes_that_a_reference_holds_are_read_from_nowhere(world: World) -> None:
    assert world.payloads.get(RUN, PayloadRef.of(b"{}")) == b"{}"


def test_an_output_may_be_the_artifact_that_the_success_named(world: World) -> None:
    document = canonical_json({"summary": "A document that a run made, longer than a hash."})
    artifact = an_artifact(data=document, run_id=RUN.id)
    world.artifacts.put(artifact, document)
    ref = PayloadRef(artifact.sha256, artifact.size_bytes, is_artifact=True)
    made = HistoryEntry(1, WORKER, Status.SUCCEEDED, "end", 1, "persist", None, (artifact.id,))
    done = replace(RUN, output=ref, history=(*RUN.history, made))
    assert world.payloads.get(done, ref) == document
    with pytest.raises(PayloadMissing):
        world.payloads.get(done, replace(ref, sha256="00" * 32))


def test_what_lies_beside_a_run_is_read_at_once(world: World) -> None:
    """All but what lies in objects, and what is another run's or another creation's."""
    small, large = noise(100), noise(INLINE + 1)
    refs = [world.payloads.put(RUN, data) for data in (small, noise(200, "b"))]
    world.payloads.put(replace(RUN, gen="another"), noise(300))
    world.payloads.put(a_run(2), noise(400))
    entry = LedgerEntry(Usage(calls=1), 2)
    world.payloads.put_answer(RUN, "call_model#0#aa", small, entry)
    world.payloads.put_asked(RUN, "call_model#0#aa#2", entry)
    found = world.payloads.beside(RUN)
    assert found.payloads == {ref.sha256: world.payloads.get(RUN, ref) for ref in refs}
    assert found.answers == {"call_model#0#aa": small}
    assert found.ledger == world.payloads.purchases(RUN) != {}
    world.damage_payload(RUN, refs[0])
    assert refs[0].sha256 not in world.payloads.beside(RUN).payloads
    world.payloads.put_answer(RUN, "call_model#1#aa", large, entry)
    assert world.payloads.beside(RUN).ledger["call_model#1#aa"] == entry


@SIZES
@CONTENT
def test_damaged_bytes_are_noticed(world: World, size: int, made: Callable[[int], bytes]) -> None:
    ref = world.payloads.put(RUN, made(size))
    world.damage_payload(RUN, ref)
    with pytest.raises(PayloadMissing):
        world.payloads.get(RUN, ref)


@SIZES
def test_runs_and_generations_share_nothing(world: World, size: int) -> None:
    """Two creates that race for one id have a `gen` each."""
    ref = world.payloads.put(RUN, noise(size))
    for other in (a_run(2, gen=RUN.gen), a_run(1, gen="another")):
        with pytest.raises(PayloadMissing):
            world.payloads.get(other, ref)


@SIZES
def test_the_first_answer_stands(world: World, size: int) -> None:
    key, first = f"call_model#0#{'ab' * 32}", noise(size)
    assert world.payloads.get_answer(RUN, key) is None
    assert world.payloads.put_answer(RUN, key, first, LedgerEntry(Usage(calls=1))) == first
    assert (
        world.payloads.put_answer(RUN, key, b"another answer", LedgerEntry(Usage(calls=7))) == first
    )
    assert (
        world.payloads.put_answer(RUN, key, noise(INLINE + 9, "other"), LedgerEntry(Usage(calls=8)))
        == first
    )
    assert world.payloads.get_answer(RUN, key) == first


def test_answers_are_kept_apart_by_key_and_run(world: World) -> None:
    world.payloads.put_answer(RUN, "call_model#0#aa", b"one", LedgerEntry(Usage(calls=1)))
    world.payloads.put_answer(RUN, "call_model#1#aa", b"two", LedgerEntry(Usage(calls=2)))
    assert world.payloads.get_answer(RUN, "call_model#0#aa") == b"one"
    assert world.payloads.get_answer(RUN, "call_model#1#aa") == b"two"
    assert world.payloads.get_answer(a_run(2), "call_model#0#aa") is None


def test_an_entry_that_cost_nothing_is_one_of_no_usage(world: World) -> None:
    world.payloads.put_answer(RUN, "call_model#1#aa", b"elsewhere", LedgerEntry(Usage()))
    assert world.payloads.get_answer(RUN, "call_model#1#aa") == b"elsewhere"
    assert world.payloads.purchases(RUN) == {"call_model#1#aa": LedgerEntry()}


def test_every_purchase_stands_in_the_ledger_once(world: World) -> None:
    world.payloads.put_answer(
        RUN, "call_model#0#aa", b"one", LedgerEntry(Usage("m", calls=1, cost=5))
    )
    world.payloads.put_answer(
        RUN, "call_model#0#aa", b"again", LedgerEntry(Usage("m", calls=1, cost=9))
    )
    world.payloads.put_answer(
        RUN,
        "call_model#0#aa#2",
        noise(INLINE + 1),
        LedgerEntry(Usage("m", calls=1, cost=7)),
    )
    assert world.payloads.purchases(RUN) == {
        "call_model#0#aa": LedgerEntry(Usage("m", calls=1, cost=5)),
        "call_model#0#aa#2": LedgerEntry(Usage("m", calls=1, cost=7)),
    }
    assert world.payloads.purchases(a_run(2)) == {}


def test_a_call_that_was_asked_is_settled_once_it_is_known_what_became_of_it(world: World) -> None:
    """The whole entry comes back, and asking again changes nothing."""
    asked = LedgerEntry(Usage("claude-x", calls=1, lost_calls=1, uncertain=900))
    world.payloads.put_asked(RUN, "call_model#0#aa#1", asked)
    world.payloads.put_asked(RUN, "call_model#0#aa#1", LedgerEntry())
    assert world.payloads.purchases(RUN) == {"call_model#0#aa#1": asked}
    known = Usage("claude-x", 1, 2, 3, TokenUsage(1, 2, 3, 4, 5), 6, 7, 8)
    settled = LedgerEntry(known, fence=3, timed_out=True, asked_at=1_800_000_000_000)
    world.payloads.settle(RUN, "call_model#0#aa#1", settled)
    assert world.payloads.purchases(RUN) == {"call_model#0#aa#1": settled}
    world.payloads.settle(RUN, "call_model#0#aa#1", LedgerEntry())
    assert world.payloads.purchases(RUN) == {"call_model#0#aa#1": LedgerEntry()}
