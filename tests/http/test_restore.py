"""A backup is put back while a patient was erased after its moment: they are erased again, and
nothing of them is left.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.demo.client import Client
from local.demo.stack_process import running_stack
from shared.adapters.dynamodb.table import Table
from tests.support.canaries import Markers
from tests.support.care import Ward, any_uuid
from tests.support.raw_stores import RawStores
from tests.support.witness import OWN_STACK, needs_local
from tools.restore import apply_tombstones, put_back

pytestmark = [pytest.mark.rule("R-RESTORE-1"), needs_local(OWN_STACK)]
GRACE = 16 * 60 + 180
"""After so many seconds an erasure has found everything at rest, and two sweeps have rung."""


def table_name(stores: RawStores) -> str:
    names = stores.client("dynamodb").list_tables()["TableNames"]
    return str(next(name for name in names if "Audit" not in name))


def bucket_name(stores: RawStores) -> str:
    """The one that has tombstones."""
    s3 = stores.client("s3")
    names = [str(one["Name"]) for one in s3.list_buckets()["Buckets"]]
    return next(
        name
        for name in names
        if s3.list_object_versions(Bucket=name, Prefix="tombstones/").get("Versions")
    )


def backed_up(stores: RawStores) -> str:
    """A table like the stack's, with what that holds now: what a restore from a backup makes."""
    client, name = stores.client("dynamodb"), table_name(stores)
    form = client.describe_table(TableName=name)["Table"]
    copy = f"{name}-restored"
    indexes = [
        {key: one[key] for key in ("IndexName", "KeySchema", "Projection")}
        for one in form["GlobalSecondaryIndexes"]
    ]
    client.create_table(
        TableName=copy, KeySchema=form["KeySchema"], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=form["AttributeDefinitions"], GlobalSecondaryIndexes=indexes,
    )  # fmt: skip
    for item in Table(client, name).scan():
        client.put_item(TableName=copy, Item=item)
    return copy


def erase(ward: Ward) -> str:
    path = f"/api/patients/{ward.patient}?confirm={ward.patient}"
    return str(ward.client.call("DELETE", path, None, "admin").data["run"]["id"])


def ended(ward: Ward, run_id: str) -> Any:
    ward.advance(GRACE)
    answer = ward.client.call("GET", f"/runs/{run_id}", None, "admin", prefer="wait=20")
    return answer.data["run"]


@pytest.fixture
def ward() -> Iterator[Ward]:
    """On a stack of its own: the tools go by real time, from which others jump far away."""
    with running_stack() as url:
        yield Ward(Client(url), any_uuid()).admitted()


def test_who_was_erased_after_the_backup_is_erased_again(ward: Ward) -> None:
    mark, stores = Markers(), RawStores.of(ward)
    body: dict[str, Any] = {"input_config": {"question": mark("question")}, "tags": [mark("tag")]}
    done = str(ward.create(wait=20, **body).data["run"]["id"])
    copy = backed_up(stores)
    later = ward.a_run(tags=["later"])
    erasure = erase(ward)
    assert ended(ward, erasure)["status"] == "succeeded"
    assert mark.found_in(stores_without(stores, copy)) == set()

    client, name = stores.client("dynamodb"), table_name(stores)
    written, removed = put_back(Table(client, copy), Table(client, name))
    assert written > 5
    assert removed > 0
    client.delete_table(TableName=copy)
    assert mark.found_in(stores.everything()), "else the rest would prove nothing"
    applied = apply_tombstones(client, stores.client("s3"), name, bucket_name(stores))
    assert applied["queued"] == 1

    assert ward.create(**body).status == 410
    assert ended(ward, erasure)["status"] == "succeeded"
    assert mark.found_in(stores.everything()) == set()
    assert ward.run(done, "admin")["erased_at"]
    assert ward.client.call("GET", f"/runs/{later}", None, "admin").status == 404
    again = apply_tombstones(client, stores.client("s3"), name, bucket_name(stores))
    assert again["queued"] == 0


def stores_without(stores: RawStores, copy: str) -> str:
    """All that the stack keeps, but for the backup."""
    client = stores.client("dynamodb")
    items = [json.dumps(item, default=str) for item in Table(client, table_name(stores)).scan()]
    objects = [f"{key} {data!r}" for (key, _), data in stores.objects().items()]
    return "\n".join([*items, *objects])
