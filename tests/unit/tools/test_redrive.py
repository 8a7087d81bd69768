"""Dead letters ring again; what nobody can read stays, unless it is to go."""

import json
from typing import Any

import pytest

from tests.support.aws import in_process_aws
from tools.redrive import Tally, redrive

RUN = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.mark.parametrize(
    ("discard", "tally", "left"),
    [(False, Tally(rung=2, kept=1), 1), (True, Tally(rung=2, discarded=1), 0)],
)
def test_readable_messages_go_back_and_others_are_kept_or_discarded(
    discard: bool, tally: Tally, left: int
) -> None:
    with in_process_aws() as clients:
        dead, queue = (
            clients.sqs.create_queue(QueueName=f"{name}-{discard}")["QueueUrl"]
            for name in ("dead", "runs")
        )
        for body in (json.dumps({"run_id": RUN}), "no doorbell", json.dumps({"run_id": RUN})):
            clients.sqs.send_message(QueueUrl=dead, MessageBody=body)
        assert redrive(clients.sqs, dead, queue, discard=discard) == tally
        assert [json.loads(body)["run_id"] for body in bodies(clients.sqs, queue)] == [RUN, RUN]
        assert hidden_and_shown(clients.sqs, dead) == left


def bodies(sqs: Any, queue: str) -> list[str]:
    return [
        message["Body"]
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get(
            "Messages", []
        )
    ]


def hidden_and_shown(sqs: Any, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(
        int(count)
        for count in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)[
            "Attributes"
        ].values()
    )
