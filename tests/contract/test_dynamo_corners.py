"""What DynamoDB does in production and an AWS in the process does not: stale indexes, unprocessed
keys, lost answers, races.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.aws_errors import PASSING
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.record_store import DynamoRecordStore
from shared.adapters.dynamodb.run_codec import run_from, run_item
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.adapters.payload_store import INLINE_BYTES, AwsPayloadStore
from shared.errors import PayloadMissing, StoreError, StoreUnavailable
from shared.ports import Scope
from shared.records.care import Person, RecordContent
from shared.records.money import LedgerEntry
from shared.records.run import (
    Actor,
    Engine,
    HistoryEntry,
    Status,
)
from shared.runs import transitions
from shared.runs.codes import EventCode, FailureCode
from shared.runs.timing import HOUR
from tests.contract.worlds import RealAdapters
from tests.fakes.world import MORNING
from tests.support.intercepted import Answer, intercepted
from tests.support.samples import CLINICIAN, ORG, PATIENT, a_run, a_run_that_is
from tests.support.sweeping import all_open

NOTHING = RecordContent({}, Person())


def runs_behind(real: RealAdapters, **answers: Answer) -> DynamoRunStore:
    return DynamoRunStore(Table(intercepted(real.clients.dynamodb, **answers), real.name))


# --- keys -----------------------------------------------------------------------------------------


@given(
    st.text().filter(lambda text: text.isprintable())
    | st.uuids().map(str)
    | st.from_regex(r"\A~[A-Za-z0-9_-]{22}\Z")
)
def test_any_identifier_survives_packing(identifier: str) -> None:
    packed = keys.pack(identifier)
    assert keys.unpack(packed) == identifier
    assert not set(packed) & set("#|,")


def test_nobodys_name_packs_to_somebody_elses_uuid() -> None:
    assert keys.pack(keys.pack(PATIENT)) != keys.pack(PATIENT)


# --- items ----------------------------------------------------------------------------------------

PEOPLE = st.sampled_from(
    ["worker", "sweeper", CLINICIAN, "=", "*", "a|b", "~x", "auth0|dr.who"]
) | st.uuids().map(str)
ACTORS = st.sampled_from(Engine) | PEOPLE
CODES = (
    st.none()
    | st.sampled_from([*FailureCode, *EventCode])
    | st.from_regex(r"\A[A-Za-z][A-Za-z0-9_.-]{0,63}\Z")
)
ENTRIES = st.builds(
    HistoryEntry,
    at=st.integers(MORNING - 3_600_000, MORNING + 10**12),
    actor=ACTORS,
    to=st.sampled_from(Status),
    op=st.from_regex(r"\A[A-Za-z0-9_-]{1,24}\Z"),
    attempt=st.none() | st.integers(0, 20),
    step=st.none() | st.sampled_from(["build_context", "outline!"]),
    code=CODES,
    artifacts=st.lists(st.uuids().map(str), max_size=3).map(tuple),
)


@given(st.lists(ENTRIES, min_size=1, max_size=5).map(tuple), PEOPLE, ACTORS)
def test_any_history_and_lessee_survive_being_packed(
    history: tuple[HistoryEntry, ...], creator: str, lessee: Actor
) -> None:
    run = a_run(history=history, created_by=creator, lessee=lessee)
    assert run_from(run_item(run)) == run


# --- reads ----------------------------------------------------------------------------------------


def test_an_index_entry_that_outlives_its_runs_end_shows_no_open_run(real: RealAdapters) -> None:
    """A global secondary index follows its table after a moment."""
    run = a_run()
    real.runs.create(run)
    seen: list[Any] = []

    def stale(query: Callable[..., Any], **arguments: Any) -> Any:
        if not seen and query(**arguments)["Items"]:
            seen.append(query(**arguments))
            real.runs.apply(transitions.cancel(run, CLINICIAN, MORNING, "op"))
            return seen[0]
        return query(**arguments)

    assert all_open(runs_behind(real, query=stale)) == []
    assert seen


def _leaves(unprocessed_times: int) -> Answer:
    """BatchGetItem that reads one key of those asked for, so many times."""
    calls: list[int] = []

    def partial(batch_get_item: Callable[..., Any], **arguments: Any) -> Any:
        calls.append(1)
        if len(calls) > unprocessed_times:
            return batch_get_item(**arguments)
        ((table, asked),) = arguments["RequestItems"].items()
        first, rest = asked["Keys"][:1], asked["Keys"][1:]
        answer = batch_get_item(RequestItems={table: asked | {"Keys": first}})
        return answer | {"UnprocessedKeys": {table: asked | {"Keys": rest}} if rest else {}}

    return partial


def test_keys_left_unprocessed_are_asked_for_again(real: RealAdapters) -> None:
    for number in range(5):
        real.runs.create(a_run(number))
    page = runs_behind(real, batch_get_item=_leaves(3)).page(Scope("organisation", ORG), None, 10)
    assert [run.id for run in page.runs] == [a_run(number).id for number in range(4, -1, -1)]


def test_a_list_that_cannot_be_read_whole_is_no_list(real: RealAdapters) -> None:
    """Leaving runs out in silence would lose them from lists and from the sweep."""
    for number in range(30):
        real.runs.create(a_run(number))
    with pytest.raises(StoreUnavailable):
        runs_behind(real, batch_get_item=_leaves(1_000)).page(Scope("organisation", ORG), None, 100)


def test_every_read_of_an_item_is_strongly_consistent(real: RealAdapters) -> None:
    """A list shows the status that the last write left, and whoever decides decides on it.

    (Of an index no such read can be had.)
    """
    asked: list[bool] = []

    def reading(call: Callable[..., Any], **arguments: Any) -> Any:
        batches = arguments.get("RequestItems", {"": arguments})
        asked.extend(
            batch.get("ConsistentRead", False)
            for batch in batches.values()
            if "IndexName" not in batch
        )
        return call(**arguments)

    client = intercepted(
        real.clients.dynamodb, get_item=reading, batch_get_item=reading, query=reading
    )
    table = Table(client, real.name)
    runs = DynamoRunStore(table)
    runs.create(a_run())
    runs.get(a_run().id)
    runs.page(Scope("organisation", ORG), None, 10)
    all_open(runs)
    AwsPayloadStore(table, real.bucket).purchases(a_run())
    assert set(asked) == {True}


def test_a_damaged_answer_is_noticed(real: RealAdapters) -> None:
    """One that is too large for an item."""
    noise = b"".join(sha256(bytes([n % 256, n // 256])).digest() for n in range(300))
    assert len(noise) > INLINE_BYTES
    real.payloads.put_answer(a_run(), "write#0#x", noise, LedgerEntry())
    real.damage_objects()
    with pytest.raises(PayloadMissing):
        real.payloads.get_answer(a_run(), "write#0#x")


# --- writes ---------------------------------------------------------------------------------------


def test_a_write_whose_answer_was_lost_is_recognised_when_the_sdk_tries_again(
    real: RealAdapters,
) -> None:
    real.runs.create(a_run())

    def twice(update_item: Callable[..., Any], **arguments: Any) -> Any:
        update_item(**arguments)
        return update_item(**arguments)

    claimed = runs_behind(real, update_item=twice).apply(
        transitions.claim(a_run().id, MORNING, MORNING + HOUR, "op")
    )
    assert (claimed.status, claimed.fence, claimed.version) == (Status.RUNNING, 1, 2)


def test_an_object_is_created_once_and_never_written_over(real: RealAdapters) -> None:
    real.bucket.put_new("key", b"first")
    real.bucket.put_new("key", b"second")
    assert real.bucket.get("key") == b"first"


def test_a_ring_stands_in_its_organisations_queue(real: RealAdapters) -> None:
    """So that a noisy organisation delays itself and not the others (SQS's fair queues)."""
    real.doorbell.ring(a_run(org_id="an org / ä"))
    (message,) = real.clients.sqs.receive_message(
        QueueUrl=real.queue, MessageSystemAttributeNames=["MessageGroupId"]
    )["Messages"]
    assert message["Attributes"]["MessageGroupId"] == keys.pack("an org / ä")


def test_a_record_written_by_two_at_once_keeps_both_versions(real: RealAdapters) -> None:
    real.records.put(ORG, PATIENT, b"first", NOTHING, CLINICIAN, MORNING)
    meddled: list[bool] = []

    def after_another(update_item: Callable[..., Any], **arguments: Any) -> Any:
        if not meddled:
            meddled.append(True)
            real.records.put(ORG, PATIENT, b"theirs", NOTHING, CLINICIAN, MORNING)
        return update_item(**arguments)

    mine = DynamoRecordStore(
        Table(intercepted(real.clients.dynamodb, update_item=after_another), real.name), real.bucket
    )
    record = mine.put(ORG, PATIENT, b"mine", NOTHING, CLINICIAN, MORNING)
    after = real.records.get(ORG, PATIENT)
    assert after is not None
    assert (record.version, after.version) == (2, 3)
    assert real.records.read(ORG, PATIENT) == (after, b"theirs")


# --- errors ---------------------------------------------------------------------------------------


def _raises(exc: Exception) -> Answer:
    def refuse(call: Callable[..., Any], **arguments: Any) -> Any:
        raise exc

    return refuse


CALLS: dict[str, Callable[[DynamoRunStore], object]] = {
    "get_item": lambda runs: runs.get(a_run().id),
    "put_item": lambda runs: runs.create(a_run()),
    "update_item": lambda runs: runs.apply(
        transitions.claim(a_run().id, MORNING, MORNING + HOUR, "op")
    ),
    "query": all_open,
    "batch_get_item": lambda runs: runs.page(Scope("organisation", ORG), None, 10),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", sorted(PASSING))
@pytest.mark.one_in(5)
def test_what_may_pass_is_unavailable(real: RealAdapters, call: str, code: str) -> None:
    real.runs.create(a_run_that_is(Status.QUEUED, 2))
    error = ClientError({"Error": {"Code": code, "Message": "patient Jane Doe"}}, call)
    with pytest.raises(StoreUnavailable) as raised:
        CALLS[call](runs_behind(real, **{call: _raises(error)}))
    assert "Jane" not in str(raised.value)


@pytest.mark.parametrize("call", CALLS)
def test_what_will_not_pass_is_an_error_and_a_lost_connection_may_pass(
    real: RealAdapters, call: str
) -> None:
    real.runs.create(a_run_that_is(Status.QUEUED, 2))
    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, call)
    with pytest.raises(StoreError) as raised:
        CALLS[call](runs_behind(real, **{call: _raises(denied)}))
    assert not isinstance(raised.value, StoreUnavailable)
    with pytest.raises(StoreUnavailable):
        CALLS[call](
            runs_behind(real, **{call: _raises(ReadTimeoutError(endpoint_url="https://dynamodb"))})
        )
