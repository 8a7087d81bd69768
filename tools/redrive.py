"""Empties a deployment's dead-letter queue: `make redrive STACK=name`. Doorbells ring again; what
cannot be read is shown and kept.

Redelivery is harmless: a message carries a run's id, and a run that has ended, or is being
executed, is not claimed again.
"""

import argparse
import sys
from dataclasses import dataclass
from typing import Any

import boto3

from shared.sqs.messages import id_of, run_id_of

_HIDE_SECONDS = 60


@dataclass(slots=True)
class Tally:
    rung: int = 0
    kept: int = 0
    discarded: int = 0


def redrive(sqs: Any, dead: str, queue: str, *, discard: bool) -> Tally:
    """Move every readable message of `dead` to `queue`; with `discard`, delete the
    unreadable ones.
    """
    tally = Tally()
    while True:
        answer = sqs.receive_message(
            QueueUrl=dead,
            MaxNumberOfMessages=10,
            VisibilityTimeout=_HIDE_SECONDS,
            MessageSystemAttributeNames=["MessageGroupId"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            return tally
        for message in messages:
            _move(sqs, dead, queue, message, tally, discard)


def _move(
    sqs: Any, dead: str, queue: str, message: dict[str, Any], tally: Tally, discard: bool
) -> None:
    run_id = run_id_of(message["Body"])
    if any(id_of(message["Body"], name) for name in ("bulk_id", "delivery_id")):
        tally.discarded += 1  # the sweeper asks for what is not settled
    elif run_id is not None:
        group = message.get("Attributes", {}).get("MessageGroupId", "redriven")
        sqs.send_message(QueueUrl=queue, MessageBody=message["Body"], MessageGroupId=group)
        tally.rung += 1
    elif discard:
        tally.discarded += 1
    else:
        print(f"unreadable, kept: message {message['MessageId']}")
        tally.kept += 1
        return
    sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])


def main() -> int:
    """Print how many were rung, kept and discarded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", required=True, help="the CloudFormation stack")
    parser.add_argument("--discard", action="store_true", help="delete what cannot be read")
    given = parser.parse_args()
    stack = boto3.client("cloudformation").describe_stacks(StackName=given.stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    tally = redrive(
        boto3.client("sqs"),
        outputs["DeadLetterQueueUrl"],
        outputs["RunsQueueUrl"],
        discard=given.discard,
    )
    print(f"rung again: {tally.rung}, kept: {tally.kept}, discarded: {tally.discarded}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
