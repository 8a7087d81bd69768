"""What the template deploys, and what it wires, works: `make deploy-check` builds it, and a plain
test run leaves it out.
"""

import hashlib
import json
import os
from typing import Any

import pytest

from local.model.server import OfflineModel
from tests.deployment.deployment import Deployment
from tests.support.waiting import until

pytestmark = pytest.mark.deployment
if "STUDIO_DEPLOYMENT" not in os.environ:
    pytest.skip("`make deploy-check` deploys the template to an emulator", allow_module_level=True)
ENDED = ("succeeded", "failed", "cancelled")
SWEPT_WITHIN = 240
"""Seconds: a minute until a run may be rung for, a minute until the sweep after it, and the time
that a slow machine takes.
"""


def create(deployment: Deployment, key: str) -> str:
    return str(deployment.call("create_patient_run", headers={"idempotency-key": key})["run"]["id"])


def ended(deployment: Deployment, run_id: str, patience: float = 60) -> dict[str, Any]:
    """The run, once it has ended; the function itself waits for it."""

    def look() -> dict[str, Any]:
        run: dict[str, Any] = deployment.call(
            "get_studio_run", headers={"prefer": "wait=20"}, runId=run_id
        )["run"]
        return run

    return until(look, lambda run: run["status"] in ENDED, patience)


def received(deployment: Deployment, queue_url: str) -> list[str]:
    """The bodies of the messages that were waiting; they are gone."""
    messages = deployment.sqs.receive_message(
        QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1
    ).get("Messages", [])
    for message in messages:
        deployment.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


@pytest.fixture(scope="module", autouse=True)
def lost_run(deployment: Deployment) -> str:
    """A run of whose message the worker never hears.

    Made before the other tests, because the schedule takes its minutes.
    """
    deployment.listen(enabled=False)
    run_id = create(deployment, "lost")
    messages = until(lambda: received(deployment, deployment.outputs["RunsQueueUrl"]), bool)
    assert [json.loads(message) for message in messages] == [{"run_id": run_id}]
    deployment.listen(enabled=True)
    return run_id


def test_a_diagnosis_is_played_from_the_api_to_the_artifact(
    deployment: Deployment, model: OfflineModel
) -> None:
    run_id = create(deployment, "played")
    run = ended(deployment, run_id)
    assert (run["status"], run["error_info"], run["attempt"], run["usage"]["calls"]) == (
        "succeeded",
        None,
        1,
        1,
    )
    assert model.record, "it was another model that answered"
    [artifact] = deployment.call("list_studio_artifacts", runId=run_id)["artifacts"]
    bucket, _, key = artifact["storage_path"].removeprefix("s3://").partition("/")
    stored = deployment.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    assert hashlib.sha256(stored).hexdigest() == artifact["sha256"]


def test_a_message_that_cannot_be_parsed_is_a_dead_letter(deployment: Deployment) -> None:
    deployment.sqs.send_message(
        QueueUrl=deployment.outputs["RunsQueueUrl"], MessageBody="not a run"
    )
    letters = until(lambda: received(deployment, deployment.outputs["DeadLetterQueueUrl"]), bool)
    assert letters == ["not a run"]


def test_a_deployment_that_changes_nothing_is_no_failure(deployment: Deployment) -> None:
    assert "No changes to deploy" in deployment.deploy()


def test_a_run_whose_message_was_lost_is_rung_for_by_the_schedule(
    deployment: Deployment, lost_run: str
) -> None:
    assert ended(deployment, lost_run, SWEPT_WITHIN)["status"] == "succeeded"
