"""A table's stream to a function: order, halving, bounded tries, and the queue of failures."""

import json
import threading

import pytest

from local.clock.stack_clock import StackClock
from local.errors import FunctionFailed
from local.runtime.stream_poller import StreamPoller
from local.template.blueprint import StreamSource
from tests.unit.local.small_stack import wait_for

SOURCE = StreamSource("Hear", "listener", "table", 4, True, 3, "dead", True, True)


class Table:
    """A stream in place of the served one, and the queue that failures go to."""

    def __init__(self, records):
        self.records, self.failures = records, []

    def client(self, service):
        return self

    def get_queue_url(self, **_):
        return {"QueueUrl": "dead"}

    def send_message(self, **message):
        self.failures.append(json.loads(message["MessageBody"])["DDBStreamBatchInfo"])

    def stream_start(self, table):
        return next((at for at, one in enumerate(self.records) if one), len(self.records))

    def stream_length(self, table):
        return len(self.records)

    def stream_records(self, table, start, most):
        return "shard", self.records[start : start + most]

    def forget_records(self, table, start, count):
        self.records[start : start + count] = [None] * count


def _records(count):
    return [{"dynamodb": {"SequenceNumber": str(number)}} for number in range(count)]


def _numbers(event):
    return [int(record["dynamodb"]["SequenceNumber"]) for record in event["Records"]]


def _play(count, bad=(), source=SOURCE):
    """Every batch that the function got, and what was reported as given up."""
    table, batches = Table(_records(count)), []

    def invoke(name, event):
        batches.append(_numbers(event))
        assert (name, event.get("shardId")) == ("listener", "shard" if source.names_shard else None)
        if set(batches[-1]) & set(bad):
            raise FunctionFailed("Boom", "")
        return {"state": {}}

    poller = StreamPoller(source, table, StackClock(), invoke)
    poller.start()
    wait_for(lambda: poller._next == count)
    poller.stop()
    return batches, table.failures


def test_records_come_in_their_order_in_batches():
    batches, failures = _play(10)
    assert batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert failures == []


def test_a_failing_record_is_found_by_halving_tried_so_often_and_reported():
    batches, failures = _play(8, bad=[2])
    assert batches == [[0, 1, 2, 3], [0, 1], [2, 3], [2], [2], [2], [3], [4, 5, 6, 7]]
    assert failures == [
        {"shardId": "shard", "startSequenceNumber": "2", "endSequenceNumber": "2", "batchSize": 1}
    ]


@pytest.mark.parametrize("names_shard", [True, False])
def test_without_halving_the_batch_is_tried_whole(names_shard):
    source = StreamSource("Hear", "listener", "table", 4, False, 2, None, names_shard, True)
    batches, failures = _play(5, bad=[0], source=source)
    assert batches == [[0, 1, 2, 3], [0, 1, 2, 3], [4]]
    assert failures == []


def test_with_a_window_an_answer_without_state_is_a_failure():
    table, answers = Table(_records(1)), [{}, None, {"state": {}}]
    poller = StreamPoller(SOURCE, table, StackClock(), lambda name, event: answers.pop(0))
    poller.start()
    wait_for(lambda: poller._next == 1)
    poller.stop()
    assert (answers, table.failures) == ([], [])


def test_what_it_was_at_when_it_stopped_is_delivered_by_the_next():
    table, batches, begun, go_on = Table(_records(6)), [], threading.Event(), threading.Event()

    def invoke(name, event):
        batches.append(_numbers(event))
        if batches[-1] == [4, 5]:
            begun.set()
            go_on.wait(10)
        return {"state": {}}

    first = StreamPoller(SOURCE, table, StackClock(), invoke)
    first.start()
    assert begun.wait(10)
    stopping = threading.Thread(target=first.stop)
    stopping.start()
    wait_for(lambda: first._stopping)
    go_on.set()
    stopping.join()
    second = StreamPoller(SOURCE, table, StackClock(), invoke)
    second.start()
    wait_for(lambda: second._next == 6)
    second.stop()
    assert batches == [[0, 1, 2, 3], [4, 5], [4, 5]]
