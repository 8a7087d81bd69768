"""The local stack around the small application in fixtures/: its names, and how tests call it."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.stack import Stack

TEMPLATE = Path(__file__).parent / "fixtures" / "template.yaml"
QUEUE = "studio-runs-local-Queue"
DEAD_LETTERS = "studio-runs-local-DeadLetters"
TABLE = "studio-runs-local-Table"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class World:
    """The running stack as its tests use it.

    `sent` numbers the messages, so that each test sees its own only.
    """

    stack: Stack
    url: str
    sent: int = 0
    tokens: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            self.url + path, data, {"content-type": "application/json"} | named, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, dict(refused.headers), refused.read())

    def token(self, user: str) -> str:
        if user not in self.tokens:
            self.tokens[user] = self.call("POST", "/dev/token", {"user": user}).json["token"]
        return self.tokens[user]

    def advance(self, seconds: float) -> None:
        answer = self.call("POST", "/dev/clock", {"advance_seconds": seconds})
        assert answer.status == 200, answer.body

    def send(self, do: str = "nothing", delay: int = 0) -> str:
        """A message for the worker, by its text, which is also the key of what the worker notes
        about it.
        """
        self.sent += 1
        text = json.dumps({"do": do, "number": self.sent})
        self.sqs.send_message(
            QueueUrl=self.queue_url(QUEUE),
            MessageBody=text,
            DelaySeconds=delay,
            MessageGroupId="an-org",
        )
        return text

    def seen(self, text: str) -> list[dict[str, Any]]:
        """What the worker noted each time it got the message."""
        item = (
            self.stack.aws.client("dynamodb")
            .get_item(TableName=TABLE, Key={"pk": {"S": text}})
            .get("Item")
        )
        return [json.loads(entry["S"]) for entry in item["seen"]["L"]] if item else []

    def dead_letters(self) -> list[str]:
        got = self.sqs.receive_message(
            QueueUrl=self.queue_url(DEAD_LETTERS), MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [message["Body"] for message in got.get("Messages", [])]

    @property
    def sqs(self) -> Any:
        return self.stack.aws.client("sqs")

    def queue_url(self, name: str) -> str:
        url: str = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return url


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Fails when the condition does not come true in real time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
