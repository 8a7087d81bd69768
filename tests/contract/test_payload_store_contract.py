"""shared.ports.PayloadStore: create-only bytes, small beside the run and large in the
bucket alike.
"""

from collections.abc import Callable
from hashlib import sha256

import pytest

from shared.errors import PayloadMissing
from shared.records.money import LedgerEntry, TokenUsage, Usage
from shared.records.run import PayloadRef
from shared.runs.canonical import sha256_hex
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
