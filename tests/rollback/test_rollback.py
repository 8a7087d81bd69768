"""A deployment and its rollback with runs in flight: what one version has queued, begun, failed and
left at a gate, the other reads and brings to its end, in both directions.

The other version is a commit, by STUDIO_ROLLBACK_FROM: `make rollback-check FROM=commit`.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.aws.served import CREDENTIALS, LocalAws
from local.clock.stack_clock import StackClock
from local.model.server import OfflineModel
from tests.rollback.versions import PATIENT, Version, checked_out, request
from tests.support.table import table_arguments

pytestmark = [pytest.mark.rule("R-ROLLBACK-1"), pytest.mark.deployment]
OTHER = os.environ.get("STUDIO_ROLLBACK_FROM", "")
LEASE_SECONDS = 5
TABLE, AUDIT, BUCKET = "rollback", "rollback-audit", "rollback-bucket"


@pytest.fixture(scope="module")
def model() -> Iterator[OfflineModel]:
    server = OfflineModel()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def environment(model: OfflineModel) -> Iterator[dict[str, str]]:
    aws = LocalAws(StackClock())
    aws.start()
    dynamodb, sqs, s3 = (aws.client(name) for name in ("dynamodb", "sqs", "s3"))
    dynamodb.create_table(**table_arguments(TABLE))
    dynamodb.create_table(**table_arguments(AUDIT, "AuditTable"))
    s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    url = sqs.create_queue(QueueName="rollback")["QueueUrl"]
    queues = ("QUEUE_URL", "ERASURE_QUEUE_URL", "BULK_QUEUE_URL", "DELIVERIES_QUEUE_URL",
              "DEAD_LETTER_QUEUE_URL")  # fmt: skip
    yield {
        **{name.upper(): value for name, value in CREDENTIALS.items()},
        **dict.fromkeys(queues, url),
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": aws.endpoint,
        "TABLE_NAME": TABLE,
        "AUDIT_TABLE_NAME": AUDIT,
        "BUCKET_NAME": BUCKET,
        "CURSOR_KEY": "k",
        "CURSOR_KEY_SECRET_ARN": aws.create_secret("cursors", "k"),
        "DIAGNOSIS_WORKER_ENABLED": "true",
        "MODEL_API_KEY": "k",
        "MODEL_BASE_URL": model.url,
        "LEASE_SECONDS": str(LEASE_SECONDS),
    }
    aws.stop()


@pytest.fixture(params=["deployed", "rolled back"])
def versions(
    request: pytest.FixtureRequest, tmp_path: Path, environment: dict[str, str]
) -> tuple[Version, Version]:
    """(the one that ran before, the one that goes on)."""
    if not OTHER:
        pytest.skip("no other version was named")
    other = Version(checked_out(OTHER, tmp_path / "other"), environment)
    this = Version(checked_out("HEAD", tmp_path / "this"), environment)
    return (other, this) if request.param == "deployed" else (this, other)


def a_diagnosis(version: Version) -> str:
    body = {"input_config": {"question": "why"}, "tags": ["rehearsal"]}
    return str(version.ask("create_patient_run", body, patientId=PATIENT)["run"]["id"])


def test_runs_in_flight_are_brought_to_their_end_by_the_other_version(
    versions: tuple[Version, Version], model: OfflineModel
) -> None:
    before, after = versions
    before.call(request("put_patient", {}, patientId=PATIENT))
    queued, begun, failed = (a_diagnosis(before) for _ in range(3))
    model.script(["missing_fields"])
    before.work(failed)
    before.work(begun, kill_at="validate")
    bought = model.status()["calls"]
    body = {"profile": "rest_api_service", "intake": "A booking site."}
    gated = str(before.ask("create_run", body)["run"]["id"])
    states = [before.run(run_id)["status"] for run_id in (queued, begun, failed, gated)]
    assert states == ["queued", "running", "failed", "waiting"]

    assert [after.run(one)["status"] for one in (queued, begun, failed, gated)] == states
    time.sleep(LEASE_SECONDS + 1)
    after.call(("sweeper", {}))
    after.work(begun)
    assert model.status()["calls"] == bought, "an answer that was paid for was bought again"
    after.ask("retry_run", {}, runId=failed)
    after.ask("next_run", {}, runId=gated)
    after.work(queued, failed, gated)
    ends = [after.run(run_id)["status"] for run_id in (queued, begun, failed, gated)]
    assert ends == ["succeeded", "succeeded", "succeeded", "waiting"]
    assert [before.run(run_id)["status"] for run_id in (queued, begun, failed, gated)] == ends
    rows = before.ask("list_runs")["runs"]
    assert {run["status"] for run in rows if run["id"] in (queued, begun, failed)} == {"succeeded"}
