"""Puts a backup back: `make restore STACK=name FROM=table` makes the stack's table what a restored
one says, and applies the tombstones again.

A backup knows nothing of what was erased after its moment. The tombstones in the bucket do: each
is put on its patient again, and the erasure is queued where it is missing, before anybody may
read. Nothing may run or be asked meanwhile; docs/deploying.md has the order.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from typing import Any

import boto3

from shared.adapters.clock import RandomIds, SystemClock
from shared.adapters.dynamodb.care_store import DynamoCareStore
from shared.adapters.dynamodb.gate_store import DynamoGateStore
from shared.adapters.dynamodb.items import Item
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.adapters.erasure_store import AwsErasureStore
from shared.adapters.payload_store import AwsPayloadStore
from shared.adapters.s3 import Bucket
from shared.engine.creation import Creator
from shared.http.doors.erasure import begin_erasure
from shared.ports import CareStore
from shared.records.run import Run
from shared.runs.timing import Timing

UNKNOWN = "not known then"


@dataclass(frozen=True, slots=True)
class _Silent:
    """A doorbell that rings nobody: once it runs again, the sweeper will."""

    def ring(self, run: Run, delay_ms: int = 0) -> None: ...

    def ask_for_probe(self, gate: str) -> None: ...


def put_back(restored: Table, table: Table) -> tuple[int, int]:
    """Make `table` hold what `restored` does and nothing else: items (written, removed)."""
    kept = set()
    for item in restored.scan():
        table.put(item)
        kept.add(_key(item))
    later = [item for item in table.scan() if _key(item) not in kept]
    for item in later:
        table.delete({"pk": item["pk"], "sk": item["sk"]})
    return len(kept), len(later)


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def apply_tombstones(dynamodb: Any, s3: Any, table_name: str, bucket_name: str) -> Counter[str]:
    """Bury again whoever has a tombstone in the bucket, and queue what erases them: how many, by
    the status of their erasure, or UNKNOWN for patients whom the table does not have.
    """
    table, bucket = Table(dynamodb, table_name), Bucket(s3, bucket_name)
    care: CareStore = DynamoCareStore(table, bucket)
    creator = Creator(
        DynamoRunStore(table),
        AwsPayloadStore(table, bucket),
        _Silent(),
        SystemClock(),
        RandomIds(),
        Timing(),
        worker_enabled=True,
        gates=DynamoGateStore(table),
    )
    applied: Counter[str] = Counter()
    for org_id, patient_id, tombstone in AwsErasureStore(table, bucket).tombstones():
        if care.bury(org_id, patient_id, tombstone) is None:
            applied[UNKNOWN] += 1
            continue
        run, _ = begin_erasure(creator, org_id, patient_id, tombstone.by)
        applied[run.status.value] += 1
    return applied


def main() -> None:
    """Print how many items were written and removed, and what came of the tombstones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", required=True, help="the CloudFormation stack")
    parser.add_argument("--from", dest="restored", required=True, help="the restored table")
    given = parser.parse_args()
    stack = boto3.client("cloudformation").describe_stacks(StackName=given.stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    dynamodb, name = boto3.client("dynamodb"), outputs["TableName"]
    written, removed = put_back(Table(dynamodb, given.restored), Table(dynamodb, name))
    print(f"{written} items were put back, {removed} removed that came later")
    applied = apply_tombstones(dynamodb, boto3.client("s3"), name, outputs["BucketName"])
    print(f"tombstones, by the status of their erasure: {dict(applied) or 'none'}")


if __name__ == "__main__":
    main()
