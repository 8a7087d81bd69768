"""docs/data-model.md lists every way into the table and every attribute of the hot item; its tables
are what a reader goes by.
"""

import inspect
import re

import pytest

from shared.adapters.artifact_store import AwsArtifactStore
from shared.adapters.dynamodb.audit_trail import DynamoAuditTrail
from shared.adapters.dynamodb.budget_store import DynamoBudgetStore
from shared.adapters.dynamodb.bulk_store import DynamoBulkStore
from shared.adapters.dynamodb.care_store import DynamoCareStore
from shared.adapters.dynamodb.counts_store import DynamoCountsStore
from shared.adapters.dynamodb.gate_store import DynamoGateStore
from shared.adapters.dynamodb.health_store import DynamoHealthStore
from shared.adapters.dynamodb.organisation_store import DynamoOrganisationStore
from shared.adapters.dynamodb.project_store import DynamoProjectStore
from shared.adapters.dynamodb.provider_store import DynamoProviderStore
from shared.adapters.dynamodb.quota import DynamoQuota
from shared.adapters.dynamodb.record_store import DynamoRecordStore
from shared.adapters.dynamodb.retention_store import DynamoRetentionStore
from shared.adapters.dynamodb.run_attributes import ATTRIBUTES
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.webhook_store import DynamoDeliveryStore, DynamoWebhookStore
from shared.adapters.erasure_store import AwsErasureStore
from shared.adapters.payload_store import AwsPayloadStore
from tests.rules.matrix import ROOT

DOCUMENT = (ROOT / "docs" / "data-model.md").read_text("utf-8")
STORES = [
    DynamoRunStore,
    AwsPayloadStore,
    AwsArtifactStore,
    AwsErasureStore,
    DynamoCareStore,
    DynamoAuditTrail,
    DynamoRecordStore,
    DynamoGateStore,
    DynamoHealthStore,
    DynamoProjectStore,
    DynamoQuota,
    DynamoBudgetStore,
    DynamoBulkStore,
    DynamoDeliveryStore,
    DynamoWebhookStore,
    DynamoCountsStore,
    DynamoProviderStore,
    DynamoRetentionStore,
    DynamoOrganisationStore,
]


def section(title: str) -> str:
    return DOCUMENT.split(f"## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("store", STORES, ids=lambda store: str(store.__name__))
def test_every_method_of_a_store_is_an_access_pattern(store: type) -> None:
    rows = re.split(r"(?=\[`\w+`\])", section("Access patterns"))
    listed = {
        name
        for row in rows
        if row.startswith(f"[`{store.__name__}`]")
        for name in re.findall(r"`\.(\w+)`", row)
    }
    assert listed == {
        name
        for name, _ in inspect.getmembers(store, inspect.isfunction)
        if not name.startswith("_")
    }


def test_every_attribute_of_the_hot_item_is_listed() -> None:
    rows = "".join(line for line in section("Attributes").splitlines() if line.startswith("| run"))
    assert {attribute.name for attribute in ATTRIBUTES.values()} | {"h", "sp"} <= set(
        re.findall(r"`(\w+)`", rows)
    )
