"""What the stack changes in moto's tables: quick on a full table, and the answers stay moto's."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import SecondaryIndex, Table

from local.aws.moto_patches import lighten_transactions, narrow_queries, quicken
from tests.support.table import table_arguments

PATCHED = (
    (Table, ("__deepcopy__", "query", "_narrowed", "put_item", "delete_item", "_noted")),
    (DynamoDBBackend, ("transact_write_items", "_lightened", "update_item")),
    (SecondaryIndex, ("project",)),
    (Item, ("project",)),
    (BaseJSONSerializer, ("_serialize_type_structure", "_quickened")),
)


@pytest.fixture
def plain() -> Iterator[Any]:
    """moto as it is, with one table, whatever this process patched before."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        for owner, names in PATCHED:
            for name in names:
                patch.setattr(owner, name, owner.__dict__.get(name), raising=False)
        patch.delattr(Table, "__deepcopy__")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        client = boto3.client("dynamodb", "eu-central-1")
        client.create_table(**table_arguments("runs"))
        yield client


@pytest.fixture
def dynamodb(plain: Any) -> Any:
    lighten_transactions()
    return plain


def put(number: int) -> dict[str, Any]:
    item = {"pk": {"S": "o"}, "sk": {"S": f"{number}"}, "p": {"S": "o#p"}}
    condition = "attribute_not_exists(pk)"
    return {"Put": {"TableName": "runs", "Item": item, "ConditionExpression": condition}}


def changed(number: int, condition: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": "runs",
            "Key": {"pk": {"S": "o"}, "sk": {"S": f"{number}"}},
            "UpdateExpression": "SET p = :new",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":new": {"S": "new"}},
        }
    }


def refused(dynamodb: Any, *parts: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamodb.transact_write_items(TransactItems=list(parts))


def test_what_fails_leaves_nothing_of_itself(dynamodb: Any) -> None:
    dynamodb.transact_write_items(TransactItems=[put(1), put(2)])
    refused(dynamodb, put(3), put(2), put(4))
    items = dynamodb.scan(TableName="runs")["Items"]
    assert sorted(item["sk"]["S"] for item in items) == ["1", "2"]


def test_what_was_changed_is_changed_back(dynamodb: Any) -> None:
    dynamodb.transact_write_items(TransactItems=[put(1), put(2)])
    before = dynamodb.scan(TableName="runs")["Items"]
    refused(dynamodb, changed(1, "p <> :new"), changed(2, "p = :new"))
    assert dynamodb.scan(TableName="runs")["Items"] == before


def test_the_stream_tells_nothing_of_what_failed(dynamodb: Any) -> None:
    dynamodb.transact_write_items(TransactItems=[put(1)])
    refused(dynamodb, put(2), put(1))
    dynamodb.transact_write_items(TransactItems=[put(3)])
    (table,) = get_backend("dynamodb")[ACCOUNT]["eu-central-1"].tables.values()
    assert table.stream_shard is not None
    records = [one.record["dynamodb"] for one in table.stream_shard.items]
    assert [one["Keys"]["sk"]["S"] for one in records] == ["1", "3"]


def filled(dynamodb: Any) -> None:
    drawn = random.Random(7)
    for number in range(120):
        item = {"pk": {"S": f"p{drawn.randrange(9)}"}, "sk": {"S": f"{number:03}"}}
        for name in drawn.sample("scgxqon", drawn.randrange(8)):
            value = f"{name}{drawn.randrange(3)}"
            item[name] = {"N": str(number % 40)} if name == "n" else {"S": value}
        dynamodb.put_item(TableName="runs", Item=item)


def pages(dynamodb: Any, **query: Any) -> list[Any]:
    found = []
    while True:
        page = dynamodb.query(TableName="runs", Limit=5, **query)
        found.append((page["Items"], page["Count"], page.get("LastEvaluatedKey")))
        if "LastEvaluatedKey" not in page:
            return found
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def queries() -> Iterator[dict[str, Any]]:
    indexes = {"by-subject": "s", "by-creator": "c", "by-org": "g", "by-rare": "x", "by-open": "q"}
    for forward in (True, False):
        for number in range(4):
            for index, key in indexes.items():
                yield {
                    "IndexName": index,
                    "KeyConditionExpression": f"{key} = :v",
                    "ExpressionAttributeValues": {":v": {"S": f"{key}{number}"}},
                    "ScanIndexForward": forward,
                }
            yield {
                "IndexName": "by-open",
                "KeyConditionExpression": "q = :v AND n <= :due",
                "ExpressionAttributeValues": {":v": {"S": f"q{number}"}, ":due": {"N": "20"}},
                "ScanIndexForward": forward,
            }
        for number in range(10):
            yield {
                "KeyConditionExpression": "pk = :v AND sk > :from",
                "ExpressionAttributeValues": {":v": {"S": f"p{number}"}, ":from": {"S": "020"}},
                "ScanIndexForward": forward,
            }


def test_a_narrow_query_answers_as_moto_does(plain: Any) -> None:
    filled(plain)
    expected = [pages(plain, **query) for query in queries()]
    assert sum(len(found) > 2 for found in expected) > 20, "hardly a query has pages"
    narrow_queries()
    assert [pages(plain, **query) for query in queries()] == expected


def test_a_narrow_query_looks_at_the_items_of_its_key_alone(
    plain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(plain)
    looked = counting(monkeypatch)
    narrow_queries()
    answers = [pages(plain, **query) for query in queries()]
    asked = sum(len(found) for found in answers)
    assert looked() < asked * 120 / 5


def test_a_query_of_an_index_looks_at_its_page_and_one_more(
    plain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(plain)
    looked = counting(monkeypatch)
    narrow_queries()
    asked = [pages(plain, **query) for query in queries() if "IndexName" in query]
    assert looked() <= 120 + sum(map(len, asked)) * 6


def written(dynamodb: Any, drawn: random.Random) -> None:
    """One write, of any of the kinds that there are; a transaction may fail."""
    number = drawn.randrange(120)
    key = {"pk": {"S": f"p{number % 9}"}, "sk": {"S": f"{number:03}"}}
    value, moment = {"S": f"g{drawn.randrange(3)}"}, {"N": str(drawn.randrange(40))}
    update = {"Key": key, "UpdateExpression": "SET g = :g, n = :n REMOVE q",
              "ExpressionAttributeValues": {":g": value, ":n": moment}}  # fmt: skip
    kind = drawn.randrange(4)
    if kind == 0:
        item = key | {"g": value, "q": {"S": "q1"}, "n": moment, "o": {"S": f"o{number}"}}
        dynamodb.put_item(TableName="runs", Item=item)
    elif kind == 1:
        dynamodb.delete_item(TableName="runs", Key=key)
    elif kind == 2:
        dynamodb.update_item(TableName="runs", **update)
    else:
        other = {"Put": {"TableName": "runs", "Item": key | {"sk": {"S": "new"}},
                         "ConditionExpression": "attribute_not_exists(pk)"}}  # fmt: skip
        parts = [{"Update": {"TableName": "runs", **update}}, other]
        with suppress(dynamodb.exceptions.TransactionCanceledException):
            dynamodb.transact_write_items(TransactItems=parts)


def test_a_narrow_query_follows_what_is_written(plain: Any) -> None:
    def history() -> list[Any]:
        drawn, asked, found = random.Random(3), list(queries()), []
        for _ in range(20):
            for _ in range(8):
                written(plain, drawn)
            found += [pages(plain, **query) for query in drawn.sample(asked, 4)]
        return found

    filled(plain)
    expected = history()
    assert sum(len(found) > 1 for found in expected) > 10, "hardly a query has pages"
    plain.delete_table(TableName="runs")
    plain.create_table(**table_arguments("runs"))
    lighten_transactions()
    narrow_queries()
    filled(plain)
    assert history() == expected


def counting(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many items `all_items` has handed out since."""
    numbers: list[int] = []
    all_items = Table.all_items

    def counted(self: Table) -> Any:
        items = all_items(self)
        numbers.append(len(items))
        return items

    monkeypatch.setattr(Table, "all_items", counted)
    return lambda: sum(numbers)


def test_every_type_of_value_is_sent_as_moto_sends_it(plain: Any) -> None:
    inside = {"B": b"in\xff"}, {"N": "1.50"}, {"SS": ["a"]}, {"BS": [b"\xfe"]}, {"NULL": True}
    item = {"pk": {"S": "p"}, "sk": {"S": "s"}, "g": {"S": "g1"}, "o": {"S": "o"}, "b": {"B": b"1"},
            "yes": {"BOOL": True}, "none": {"L": []}, "empty": {"M": {}}, "text": {"S": ""},
            "ns": {"NS": ["1", "2"]}, "list": {"L": list(inside)},
            "map": {"M": {"deep": {"M": {"list": {"L": list(inside)}}}}}}  # fmt: skip
    plain.put_item(TableName="runs", Item=item)
    lists = {"TableName": "runs", "IndexName": "by-org", "KeyConditionExpression": "g = :g",
             "ExpressionAttributeValues": {":g": {"S": "g1"}}}  # fmt: skip
    key = {"pk": item["pk"], "sk": item["sk"]}

    def answers() -> list[Any]:
        own = plain.get_item(TableName="runs", Key=key)["Item"]
        some = plain.batch_get_item(RequestItems={"runs": {"Keys": [key]}})["Responses"]["runs"]
        return [own, *some, *plain.query(**lists)["Items"], *plain.scan(TableName="runs")["Items"]]

    expected = answers()
    assert expected[0] == item
    quicken()
    assert answers() == expected


@pytest.mark.parametrize("paths", ["pk, sk", "#n, zz, sk", "m.d, #n", "l[1]", "b, m, l", "n"])
def test_a_projection_holds_what_moto_s_holds(plain: Any, paths: str) -> None:
    item = {"pk": {"S": "p"}, "sk": {"S": "s"}, "b": {"B": b"1"}, "n": {"N": "7"},
            "l": {"L": [{"S": "a"}, {"B": b"in"}]},
            "m": {"M": {"d": {"NS": ["1"]}, "e": {"S": "x"}}}}  # fmt: skip
    plain.put_item(TableName="runs", Item=item)
    wanted: dict[str, Any] = {
        "Keys": [{"pk": item["pk"], "sk": item["sk"]}],
        "ProjectionExpression": paths,
    }
    if "#n" in paths:
        wanted["ExpressionAttributeNames"] = {"#n": "n"}

    def answer() -> Any:
        return plain.batch_get_item(RequestItems={"runs": wanted})["Responses"]["runs"]

    expected = answer()
    quicken()
    assert answer() == expected
    assert plain.get_item(TableName="runs", Key=wanted["Keys"][0])["Item"] == item
