"""A table's stream to a function: a shard's records in their order, one batch at a time.

A batch that failed is halved, and its halves tried by themselves, until the record that fails is
alone; that one is tried so often as the mapping says, and then reported to the queue of failures
and left behind. It must never know what a record says.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.aws.served import LocalAws
from local.clock.stack_clock import StackClock
from local.errors import FunctionFailed, FunctionTimedOut
from local.template.blueprint import StreamSource

LONGEST_STOP = 5.0
_log = logging.getLogger(__name__)
Record = Mapping[str, Any]


class StreamPoller:
    """`invoke` calls the function with an event, and raises FunctionFailed or FunctionTimedOut."""

    def __init__(
        self,
        source: StreamSource,
        aws: LocalAws,
        clock: StackClock,
        invoke: Callable[[str, Any], Any],
    ) -> None:
        self._source, self._aws, self._clock, self._invoke = source, aws, clock, invoke
        self._sqs = aws.client("sqs")
        self._next = aws.stream_start(source.table)
        self._stopping = False
        self._thread = threading.Thread(target=self._poll, name=source.name, daemon=True)
        self.invocations = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when it no longer looks at the stream, which is about to go."""
        self._stopping = True
        self._clock.poke()
        self._thread.join(LONGEST_STOP)

    def _poll(self) -> None:
        with self._clock.actor():
            while not self._stopping:
                self._clock.park(None, lambda: self._stopping or self._is_behind())
                if not self._stopping:
                    shard, records = self._aws.stream_records(
                        self._source.table, self._next, self._source.batch_size
                    )
                    self._deliver(shard, records, self._source.tries)
                    self._leave_behind(len(records))

    def _is_behind(self) -> bool:
        return self._aws.stream_length(self._source.table) > self._next

    def _leave_behind(self, count: int) -> None:
        """Not when it was told to stop meanwhile: the next stack delivers them again."""
        if not self._stopping:
            self._aws.forget_records(self._source.table, self._next, count)
            self._next += count

    def _deliver(self, shard: str, records: Sequence[Record], tries: int) -> None:
        if not records or self._stopping or self._took(shard, records):
            return
        if len(records) > 1 and self._source.bisects:
            half = len(records) // 2
            self._deliver(shard, records[:half], self._source.tries)
            self._deliver(shard, records[half:], self._source.tries)
        elif tries > 1:
            self._deliver(shard, records, tries - 1)
        else:
            self._give_up(shard, records)

    def _took(self, shard: str, records: Sequence[Record]) -> bool:
        self.invocations += 1
        named = {"shardId": shard, "state": {}} if self._source.names_shard else {}
        try:
            answer = self._invoke(self._source.function, {"Records": list(records), **named})
        except (FunctionFailed, FunctionTimedOut) as failure:
            _log.warning("%s failed: %s", self._source.function, failure)
            return False
        return not named or "state" in (answer or {})

    def _give_up(self, shard: str, records: Sequence[Record]) -> None:
        """As Lambda reports it: where the records stand, and nothing of what they say."""
        _log.warning("%s gave up on %d records", self._source.function, len(records))
        if self._source.on_failure is None:
            return
        numbers = [one["dynamodb"]["SequenceNumber"] for one in records]
        info = {
            "shardId": shard,
            "startSequenceNumber": numbers[0],
            "endSequenceNumber": numbers[-1],
            "batchSize": len(numbers),
        }
        url = self._sqs.get_queue_url(QueueName=self._source.on_failure)["QueueUrl"]
        self._sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"DDBStreamBatchInfo": info}))
