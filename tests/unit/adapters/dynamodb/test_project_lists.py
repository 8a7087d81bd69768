"""Lists of projects: they do not grow with history, and read only so much of what is new."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shared.adapters.dynamodb import project_store
from shared.adapters.dynamodb.project_store import SETTLE_AT, SETTLED_AFTER, DynamoProjectStore
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.records.project import ProjectSummary
from shared.records.run import Subject
from shared.runs.timing import DAY, MINUTE, SECOND
from tests.fakes.world import MORNING
from tests.support.samples import a_run
from tests.unit.adapters.dynamodb.counting import DOCUMENT, IDS, PRINT, PROJECT, Client, an_input


def plant(client: Client, count: int, created_at: int, first: int = 1) -> list[str]:
    """Queued analyses of the project, a second apart."""
    runs = DynamoRunStore(Table(client, "table"))
    made = [
        a_run(
            10_000 + number,
            org_id="demo",
            workflow="analysis",
            subject=Subject("project", PROJECT.id),
            created_at=created_at + number * SECOND,
        )
        for number in range(first, first + count)
    ]
    assert [runs.create(run) for run in made] == [None] * count
    return [run.id for run in made]


def summary(store: DynamoProjectStore) -> tuple[int, int, str | None]:
    [one], position = store.summaries("demo", "member-1", None, 10)
    assert position is None
    return one.inputs_count, one.runs_count, one.last_run.id if one.last_run else None


def test_settling_changes_nothing_that_is_seen(store: DynamoProjectStore, client: Client) -> None:
    assert summary(store) == (0, 0, None)
    made = plant(client, 2 * SETTLE_AT, MORNING)
    before = summary(store)
    assert before == (0, len(made), made[-1])
    for now in (
        MORNING,
        MORNING + SETTLED_AFTER,
        MORNING + 2 * SETTLED_AFTER,
        MORNING + 3 * SETTLED_AFTER,
    ):
        store.settle(PROJECT.id, now)
        assert summary(store) == before
    more = plant(client, 3, MORNING + 3 * SETTLED_AFTER, first=100)
    assert summary(store) == (0, len(made) + 3, more[-1])


def test_only_runs_that_no_older_one_can_join_are_settled(
    store: DynamoProjectStore, client: Client
) -> None:
    plant(client, SETTLE_AT + 5, MORNING)
    store.settle(PROJECT.id, MORNING + SETTLED_AFTER + SETTLE_AT * SECOND)
    [late] = plant(
        client, 1, MORNING + SETTLE_AT * SECOND + 500, first=0
    )  # turns up among those that were not old enough
    assert summary(store)[1] == SETTLE_AT + 6
    assert late != summary(store)[2]


def test_two_who_settle_at_once_agree(store: DynamoProjectStore, client: Client) -> None:
    made = plant(client, 4 * SETTLE_AT, MORNING)
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda minutes: store.settle(
                    PROJECT.id, MORNING + SETTLED_AFTER + minutes * MINUTE
                ),
                (0, 1, 2, 1),
            )
        )
    assert summary(store) == (0, len(made), made[-1])


def test_whoever_settles_late_takes_nothing_back(store: DynamoProjectStore, client: Client) -> None:
    made = plant(client, 2 * SETTLE_AT, MORNING)
    client.meanwhile = lambda: store.settle(PROJECT.id, MORNING + 2 * SETTLED_AFTER)
    store.settle(PROJECT.id, MORNING + SETTLED_AFTER + (SETTLE_AT + 1) * SECOND)
    client.rows = 0
    assert summary(store) == (0, len(made), made[-1])
    assert client.rows == 1  # nothing is left to count


def test_a_long_history_costs_a_list_no_more_than_a_short_one(
    store: DynamoProjectStore, client: Client
) -> None:
    def cost() -> tuple[dict[str, int], int]:
        client.calls.clear()
        client.rows = 0
        summary(store)
        return dict(client.calls), client.rows

    store.add_input(an_input(), DOCUMENT, PRINT)
    plant(client, 1, MORNING)
    short, _ = cost()
    for number in range(30):
        store.add_input(an_input(status="draft"), DOCUMENT, PRINT)
        plant(client, 3, MORNING + 10 * number * SECOND, first=10 + 3 * number)
    store.settle(PROJECT.id, MORNING + SETTLED_AFTER + 1_000 * SECOND)
    long, rows = cost()
    assert summary(store)[:2] == (31, 91)
    assert long == short
    assert rows == 1  # the project's own entry; of its settled runs none is read again


def test_many_projects_cost_one_short_query_each(store: DynamoProjectStore, client: Client) -> None:
    for number in range(2, 22):
        store.create_project(replace(PROJECT, id=IDS.unique(), created_at=MORNING + number))
    client.calls.clear()
    found, position = store.summaries("demo", None, None, 10)
    assert (len(found), position is not None) == (10, True)
    assert client.calls == {"query": 1 + 10, "batch_get_item": 2}


def test_projects_of_very_many_new_runs_are_counted_over_several_pages(
    store: DynamoProjectStore, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty entries stand for a thousand."""
    monkeypatch.setattr(project_store, "EXAMINED_AT_MOST", 20)
    others = [replace(PROJECT, id=IDS.unique(), created_at=MORNING + n) for n in (1, 2, 3)]
    for other in others:
        store.create_project(other)
    made = plant(client, 47, MORNING)
    found: list[tuple[str, int, str | None]] = []
    position, pages = None, 0
    while True:
        client.rows, limit = 0, 3
        rows, position = store.summaries("demo", None, position, limit)
        assert client.rows <= 20
        found += [(one.project.id, one.runs_count, _last(one)) for one in rows]
        if pages == 1:
            store.create_project(replace(PROJECT, id=IDS.unique(), created_at=MORNING + 9))
            store.settle(PROJECT.id, MORNING + SETTLED_AFTER + 30 * SECOND)
        pages += 1
        if position is None:
            break
    newest_first = [(other.id, 0, None) for other in others[::-1]]
    assert found == [*newest_first, (PROJECT.id, 47, made[-1])]
    assert pages > 3


def test_a_project_alone_is_counted_over_several_pages(
    store: DynamoProjectStore, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_store, "EXAMINED_AT_MOST", 20)
    made = plant(client, 30, MORNING)
    rows, position = store.summaries("demo", None, None, 5)
    assert (rows, position is None) == ([], False)
    store.create_project(replace(PROJECT, id=IDS.unique(), created_at=MORNING + 9))
    [one], position = store.summaries("demo", None, position, 5)
    assert (one.project.id, one.runs_count, _last(one)) == (PROJECT.id, 30, made[-1])
    assert position is None


def test_settling_reads_only_so_much_and_goes_on_the_next_time(
    store: DynamoProjectStore, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_store, "EXAMINED_AT_MOST", 20)
    plant(client, 50, MORNING)
    for left in (30, 10, 0, 0):
        client.rows = 0
        store.settle(PROJECT.id, MORNING + DAY)
        assert client.rows <= 20
        monkeypatch.setattr(project_store, "EXAMINED_AT_MOST", 1_000)
        client.rows = 0
        assert summary(store)[1] == 50
        assert client.rows == 1 + left
        monkeypatch.setattr(project_store, "EXAMINED_AT_MOST", 20)


def _last(one: ProjectSummary) -> str | None:
    return one.last_run.id if one.last_run else None
