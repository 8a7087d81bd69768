"""What DynamoDB is asked for where only some runs of a list are looked for."""

from collections.abc import Callable
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.ports import Only, Scope
from shared.records.run import Status
from tests.contract.worlds import RealAdapters
from tests.support.intercepted import intercepted
from tests.support.samples import ORG, a_run, a_run_that_is


def test_of_runs_that_nobody_looks_for_only_what_tells_that_is_read(real: RealAdapters) -> None:
    for number in range(6):
        real.runs.create(a_run(number, metadata={"note": "x" * 500}))
    real.runs.create(a_run_that_is(Status.WAITING, 6))
    sizes: list[int] = []

    def weighed(batch_get_item: Callable[..., Any], **arguments: Any) -> Any:
        answer = batch_get_item(**arguments)
        sizes.extend(len(str(item)) for items in answer["Responses"].values() for item in items)
        return answer

    client = intercepted(real.clients.dynamodb, batch_get_item=weighed)
    page = DynamoRunStore(Table(client, real.name)).page(
        Scope("organisation", ORG), None, 10, only=Only({"waiting"})
    )
    assert [run.id for run in page.runs] == [a_run(6).id]
    assert len(sizes) == 7 + 1
    assert max(sizes[:7]) < 200


def test_a_run_of_which_nothing_can_be_told_is_left_out_where_some_are_looked_for(
    real: RealAdapters,
) -> None:
    real.runs.create(a_run())
    key = {"pk": {"S": keys.thing_pk(a_run().id)}, "sk": {"S": keys.THING_SK}}
    real.clients.dynamodb.update_item(
        TableName=real.name, Key=key, UpdateExpression="REMOVE st SET w = :none",
        ExpressionAttributeValues={":none": {"N": "1"}},
    )  # fmt: skip
    scope = Scope("organisation", ORG)
    assert len(real.runs.page(scope, None, 10).rows) == 1
    assert real.runs.page(scope, None, 10, only=Only({"queued"})).rows == []
    assert real.runs.page(scope, None, 10, only=Only(workflow="diagnosis")).rows == []
