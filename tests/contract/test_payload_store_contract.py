"""shared.ports.PayloadStore: create-only bytes, small beside the run and large in the bucket alike."""

import pytest

from shared.errors import PayloadMissing
from shared.runs.canonical import sha256_hex
from shared.runs.records import PayloadRef, Usage
from tests.contract.worlds import World
from tests.support.samples import a_run

INLINE = 8 * 1024
SIZES = pytest.mark.parametrize("size", [0, 1, INLINE, INLINE + 1, 300_000])
RUN = a_run()


@SIZES
def test_bytes_come_back_under_their_hash(world: World, size: int) -> None:
    data = b"x" * size
    ref = world.payloads.put(RUN, data)
    assert ref == PayloadRef(sha256_hex(data), size)
    assert world.payloads.get(RUN, ref) == data


@SIZES
def test_putting_the_same_bytes_twice_is_the_same_put(world: World, size: int) -> None:
    assert world.payloads.put(RUN, b"y" * size) == world.payloads.put(RUN, b"y" * size)


@SIZES
def test_what_was_never_put_is_missing(world: World, size: int) -> None:
    with pytest.raises(PayloadMissing):
        world.payloads.get(RUN, PayloadRef("00" * 32, size))


@SIZES
def test_damaged_bytes_are_noticed(world: World, size: int) -> None:
    ref = world.payloads.put(RUN, b"z" * size)
    world.damage_payload(RUN, ref)
    with pytest.raises(PayloadMissing):
        world.payloads.get(RUN, ref)


@SIZES
def test_runs_and_generations_share_nothing(world: World, size: int) -> None:
    """Two creates that race for one id have a `gen` each."""
    ref = world.payloads.put(RUN, b"w" * size)
    for other in (a_run(2, gen=RUN.gen), a_run(1, gen="another")):
        with pytest.raises(PayloadMissing):
            world.payloads.get(other, ref)


@SIZES
def test_the_first_answer_stands(world: World, size: int) -> None:
    key, first = f"call_model#0#{'ab' * 32}", b"a" * size
    assert world.payloads.get_answer(RUN, key) is None
    assert world.payloads.put_answer(RUN, key, first, Usage(calls=1)) == first
    assert world.payloads.put_answer(RUN, key, b"another answer", Usage(calls=7)) == first
    assert world.payloads.put_answer(RUN, key, b"b" * (INLINE + 9), Usage(calls=8)) == first
    assert world.payloads.get_answer(RUN, key) == first


def test_answers_are_kept_apart_by_key_and_run(world: World) -> None:
    world.payloads.put_answer(RUN, "call_model#0#aa", b"one", Usage(calls=1))
    world.payloads.put_answer(RUN, "call_model#1#aa", b"two", Usage(calls=2))
    assert world.payloads.get_answer(RUN, "call_model#0#aa") == b"one"
    assert world.payloads.get_answer(RUN, "call_model#1#aa") == b"two"
    assert world.payloads.get_answer(a_run(2), "call_model#0#aa") is None


def test_an_entry_that_cost_nothing_is_one_of_no_usage(world: World) -> None:
    world.payloads.put_answer(RUN, "call_model#1#aa", b"elsewhere", Usage())
    assert world.payloads.get_answer(RUN, "call_model#1#aa") == b"elsewhere"
    assert world.payloads.purchases(RUN) == {"call_model#1#aa": Usage()}


def test_every_purchase_stands_in_the_ledger_once(world: World) -> None:
    world.payloads.put_answer(RUN, "call_model#0#aa", b"one", Usage("m", calls=1, cost=5))
    world.payloads.put_answer(RUN, "call_model#0#aa", b"again", Usage("m", calls=1, cost=9))
    world.payloads.put_answer(RUN, "call_model#0#aa#2", b"x" * (INLINE + 1), Usage("m", calls=1, cost=7))
    assert world.payloads.purchases(RUN) == {
        "call_model#0#aa": Usage("m", calls=1, cost=5),
        "call_model#0#aa#2": Usage("m", calls=1, cost=7),
    }
    assert world.payloads.purchases(a_run(2)) == {}
