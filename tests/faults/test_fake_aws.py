"""The in-memory AWS is one that can be believed: it answers as moto does, and refuses loudly what
it does not know.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from tests.faults.aws import OPERATIONS, FakeDynamo
from tests.faults.buckets import FakeS3, FakeSqs
from tests.faults.expressions import condition, update
from tests.faults.histories import play
from tests.faults.values import Unsupported
from tests.faults.world import seeded
from tests.support.aws import Clients, in_process_aws
from tests.support.table import table_arguments

ITEM = {
    "n": {"N": "5"},
    "s": {"S": "five"},
    "l": {"L": [{"S": "a"}]},
    "m": {"M": {"k": {"N": "1"}}},
}
Call = tuple[str, Mapping[str, Any], Any]


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    with in_process_aws() as made:
        made.dynamodb.create_table(**table_arguments("runs"))
        made.s3.create_bucket(
            Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        yield made


@contextmanager
def recorded(fake: type, operation: str, calls: list[Call]) -> Iterator[None]:
    """Note every call of a fake's operation, and what came of it."""
    honest: Callable[..., Any] = getattr(fake, operation)

    def noting(self: Any, **request: Any) -> Any:
        answer = outcome(lambda: honest(self, **request))
        calls.append((operation, request, answer if isinstance(answer, tuple) else _bare(answer)))
        return honest(self, **request) if isinstance(answer, tuple) else answer

    with patch.object(fake, operation, noting):
        yield


def outcome(call: Callable[[], Any]) -> Any:
    """What a call answers, or the code it is refused with and the item that comes along."""
    try:
        return call()
    except ClientError as exc:
        return exc.response["Error"]["Code"], exc.response.get("Item")


def _bare(answer: Mapping[str, Any]) -> Any:
    """An answer without what only a real service adds; an index's entries by their keys."""
    kept = {
        name: value
        for name, value in answer.items()
        if name in ("Item", "Items", "Attributes", "Responses")
    }
    if "Items" in kept:
        kept["Items"] = [
            {name: value for name, value in item.items() if name in ("pk", "sk", "u")}
            for item in kept["Items"]
        ]
    return kept | (
        {"Body": answer["Body"].getvalue()} if hasattr(answer.get("Body"), "getvalue") else {}
    )


def _played(name: str) -> list[Call]:
    """Every call to DynamoDB that a history makes."""
    calls: list[Call] = []
    seeded()  # once in a process: its calls are none of the history's
    with ExitStack() as stack:
        for operation in OPERATIONS["dynamodb"]:
            stack.enter_context(recorded(FakeDynamo, operation, calls))
        play(name)
    return calls


@pytest.mark.parametrize(
    "name",
    [
        "lifecycle/10=timeout_applied,15=timeout_applied",
        "retried/4=zombie_retry@claimed",
        "executed",
        "taken",
        "attached/6=timeout_applied",
        "held/20=zombie@ended",
        "refused/24=crash_after",
        "cancelled",
        "people/5",
        "phases/12",
    ],
)
def test_it_answers_every_call_of_a_history_as_moto_does(name: str, clients: Clients) -> None:
    calls = _played(name)
    clients.dynamodb.delete_table(TableName="runs")
    clients.dynamodb.create_table(**table_arguments("runs"))
    for item in seeded()[0].values():
        clients.dynamodb.put_item(TableName="runs", Item=item)
    for operation, request, answer in calls:
        real = outcome(partial(getattr(clients.dynamodb, operation), **request))
        assert (real if isinstance(real, tuple) else _bare(real)) == answer, (operation, request)
    assert len(calls) > 5


def test_what_is_added_begins_at_nothing_as_in_moto(clients: Clients) -> None:
    counted: dict[str, Any] = {
        "TableName": "runs",
        "Key": {"pk": {"S": "p"}, "sk": {"S": "counted"}},
        "UpdateExpression": "ADD #n :two, m :two SET l = :two REMOVE s",
        "ExpressionAttributeNames": {"#n": "n"},
        "ExpressionAttributeValues": {":two": {"N": "2"}},
        "ReturnValues": "ALL_NEW",
    }
    fake = FakeDynamo({}, lambda *_: None, lambda: 0)
    for wanted in ("2", "4"):
        ours, real = fake.update_item(**counted), clients.dynamodb.update_item(**counted)
        assert _bare(ours) == _bare(real)
        assert ours["Attributes"]["n"] == {"N": wanted}


def test_objects_are_created_once_as_in_moto(clients: Clients) -> None:
    put: dict[str, Any] = {
        "Bucket": "bucket",
        "Key": "a/b",
        "Body": b"1",
        "ContentType": "text/plain",
        "IfNoneMatch": "*",
    }
    answers = []
    for s3 in (FakeS3({}), clients.s3):
        missing = outcome(partial(s3.get_object, Bucket="bucket", Key="a/b"))
        first = outcome(partial(s3.put_object, **put))
        second = outcome(partial(s3.put_object, **put | {"Body": b"2"}))
        answers.append(
            (
                missing[0],
                isinstance(first, tuple),
                second[0],
                s3.get_object(Bucket="bucket", Key="a/b")["Body"].read(),
            )
        )
    assert answers[0] == answers[1] == ("NoSuchKey", False, "PreconditionFailed", b"1")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("#n <= :five", True),
        ("#n < :five", False),
        ("#n IN (:six, :five)", True),
        ("#gone = :five", False),
        ("#n <> :six", True),
        ("#n <> :five", False),
        ("#gone <> :five", True),
        ("#s <> :five", True),
        ("#s < :five", False),
        ("attribute_exists(#n) AND attribute_not_exists(#gone)", True),
        ("NOT contains(#l, :a) OR size(#l) = :one", True),
        ("contains(#l, :a) AND (#n > :five OR #n = :five)", True),
        ("#m.#k = :one", True),
        ("#n BETWEEN :one AND :five", True),
        ("#n BETWEEN :five AND :five", True),
        ("#n BETWEEN :six AND :six", False),
        ("#n BETWEEN :a AND :a", False),
        ("#gone BETWEEN :one AND :five", False),
    ],
)
def test_conditions_hold_as_documented(text: str, holds: bool) -> None:
    names = (("#n", "n"), ("#s", "s"), ("#l", "l"), ("#m", "m"), ("#k", "k"), ("#gone", "gone"))
    values = {":five": {"N": "5"}, ":six": {"N": "6"}, ":one": {"N": "1"}, ":a": {"S": "a"}}
    assert condition(text, names).test(ITEM, values) is holds


@pytest.mark.parametrize(
    "text",
    [
        "n = :five OR",
        "n BETWEEN :a OR :b",
        "attribute_type(n, :s)",
        "#undefined = :five",
        "n = :five;",
    ],
)
def test_an_unknown_condition_is_refused_loudly(text: str) -> None:
    with pytest.raises(Unsupported):
        condition(text, ())


@pytest.mark.parametrize(
    "text",
    [
        "ADD n 5",
        "SET n = :five ADD m :five",
        "SET n = if_not_exists(n, :five)",
        "SET m.k.j = :five",
        "SET n = :five REMOVE n",
        "SET n = n - :five",
    ],
)
def test_an_unknown_update_is_refused_loudly(text: str) -> None:
    with pytest.raises(Unsupported):
        update(text, ())


def test_a_value_that_no_expression_uses_is_refused_loudly() -> None:
    table = FakeDynamo({}, lambda *_: None, lambda: 0)
    key = {"pk": {"S": "p"}, "sk": {"S": "s"}}
    with pytest.raises(Unsupported):
        table.update_item(
            TableName="t",
            Key=key,
            UpdateExpression="SET n = :five",
            ConditionExpression="attribute_not_exists(pk)",
            ExpressionAttributeValues={":five": {"N": "5"}, ":unused": {"N": "6"}},
        )


def test_a_sum_with_a_missing_attribute_is_refused_as_dynamodb_does() -> None:
    table = FakeDynamo({}, lambda *_: None, lambda: 0)
    request: dict[str, Any] = {
        "TableName": "t",
        "Key": {"pk": {"S": "p"}, "sk": {"S": "s"}},
        "UpdateExpression": "SET n = gone + :one",
        "ConditionExpression": "attribute_not_exists(pk)",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    assert outcome(lambda: table.update_item(**request)) == ("ValidationException", None)


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(TypeError):
        FakeSqs(lambda *_: None).send_message(
            QueueUrl="q", MessageBody="b", MessageGroupId="g", MessageDeduplicationId="d"
        )  # type: ignore[call-arg]
