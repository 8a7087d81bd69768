"""Event source mappings: takes messages from a queue, invokes the function with them, deletes what
succeeded.

What failed stays where it is: the queue shows it again after its visibility timeout and gives it up
to the dead letters. It must never know what a message says.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from local.aws.served import LocalAws
from local.clock.stack_clock import StackClock
from local.errors import FunctionFailed
from local.runtime.worker_process import ProcessPool
from local.template.blueprint import EventSource, Function
from local.template.intrinsics import REGION

MOST_AT_ONCE = 3
LONGEST_WINDOW = 0.1
LONGEST_STOP = 5.0
RECEIVE_LIMIT = 10
_log = logging.getLogger(__name__)
Message = Mapping[str, Any]


class QueuePoller:
    """The mapping of one queue to one function, with at most three invocations at once
    (MaximumConcurrency, if that is less). Organisations share those fairly: whose message group has
    fewer in flight comes first.

    A batching window only bounds how long messages may be gathered; here that is a tenth of a
    second of real time, so that work starts at once. `variables` answers what has been set since
    the start (see /dev/settings).
    """

    def __init__(
        self,
        source: EventSource,
        function: Function,
        pool: ProcessPool,
        aws: LocalAws,
        clock: StackClock,
        variables: Callable[[], Mapping[str, str]],
    ) -> None:
        self._source, self._function, self._pool = source, function, pool
        self._aws, self._clock, self._variables = aws, clock, variables
        self._queue = source.queue_arn.rpartition(":")[2]
        self._sqs = aws.client("sqs")
        self._url = self._sqs.get_queue_url(QueueName=self._queue)["QueueUrl"]
        self._free = min(MOST_AT_ONCE, source.max_concurrency or MOST_AT_ONCE)
        self._changes = threading.Lock()
        self._stopping = False
        self._thread = threading.Thread(
            target=self._poll, name=f"{source.name}-poller", daemon=True
        )
        self.invocations = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when it no longer looks at the queue, which is about to go."""
        self._stopping = True
        self._clock.poke()
        self._thread.join(LONGEST_STOP)

    def _poll(self) -> None:
        with self._clock.actor():
            while not self._stopping:
                self._clock.park(None, lambda: self._free > 0 or self._stopping)
                messages = self._gather()
                if messages and not self._stopping:
                    self._hand_over(messages)

    def _gather(self) -> list[Message]:
        """What lies there now, and with a window what comes within it.

        Empty when there is nothing to do but to wait again.
        """
        seen = self._aws.writes["sqs"]
        self._clock.park(
            self._aws.next_delivery(self._queue),
            lambda: self._stopping or self._aws.writes["sqs"] != seen,
        )
        messages = self._receive(self._source.batch_size)
        if messages and len(messages) < self._source.batch_size and self._source.window_seconds:
            time.sleep(min(self._source.window_seconds, LONGEST_WINDOW))
        while (
            messages
            and len(messages) < self._source.batch_size
            and (more := self._receive(self._source.batch_size - len(messages)))
        ):
            messages += more
        return messages

    def _receive(self, most: int) -> list[Message]:
        if self._stopping or self._aws.next_delivery(self._queue) > self._clock.now():
            return []
        self._aws.quiet_groups_first(self._queue)
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(most, RECEIVE_LIMIT),
            WaitTimeSeconds=0,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return list(answer.get("Messages", []))

    def _hand_over(self, messages: list[Message]) -> None:
        with self._changes:
            self._free -= 1
        # The thread is an actor before this one may park, so that no moment looks quiet in between.
        started = threading.Event()
        threading.Thread(
            target=self._work, args=(messages, started), name=self._function.name, daemon=True
        ).start()
        started.wait()

    def _work(self, messages: list[Message], started: threading.Event) -> None:
        with self._clock.actor():
            started.set()
            self.invocations += 1
            try:
                answer = self._invoke(
                    {"Records": [record(m, self._source.queue_arn) for m in messages]}
                )
                self._delete(_succeeded(messages, answer if self._source.partial else None))
            except FunctionFailed as failure:
                _log.warning("%s failed: %s", self._function.name, failure.kind)
            finally:
                with self._changes:
                    self._free += 1
                self._clock.poke()

    def _invoke(self, event: Any) -> Any:
        """The function's answer.

        Raises FunctionFailed; past its Timeout, in stack time, the process is killed.
        """
        process = self._pool.take()
        try:
            process.send(event, self._variables())
            self._clock.park(
                self._clock.now() + self._function.timeout, process.answered, holding=True
            )
            if not process.answered():
                process.kill()
                raise FunctionFailed(
                    "Sandbox.Timedout",
                    f"Task timed out after {self._function.timeout}.00 seconds",
                )
            return process.answer()
        finally:
            if not self._stopping:
                self._pool.give_back(process)

    def _delete(self, messages: Sequence[Message]) -> None:
        for start in range(0, len(messages), RECEIVE_LIMIT):
            entries = [
                {"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]}
                for i, m in enumerate(messages[start : start + RECEIVE_LIMIT])
            ]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)


def record(message: Message, queue_arn: str) -> dict[str, Any]:
    """A message as the event carries it."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {
            name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    names = {"StringValue": "stringValue", "BinaryValue": "binaryValue"}
    return {names[key]: value[key] for key in names if key in value} | {
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }


def _succeeded(messages: Sequence[Message], answer: Any) -> list[Message]:
    """What may be deleted.

    As on AWS an answer that is malformed, or names an unknown message, fails the whole batch.
    """
    if not answer or not answer.get("batchItemFailures"):
        return list(messages)
    failed = {failure.get("itemIdentifier") for failure in answer["batchItemFailures"]}
    if not failed <= _ids(messages):
        return []
    return [message for message in messages if message["MessageId"] not in failed]


def _ids(messages: Iterable[Message]) -> set[str]:
    return {message["MessageId"] for message in messages}
