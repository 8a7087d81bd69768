"""The project store where it is hard: versions without gaps under races and interruptions, and
lists that do not grow with history.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from shared.adapters.dynamodb import project_store
from shared.adapters.dynamodb.project_store import SETTLE_AT, SETTLED_AFTER, DynamoProjectStore
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.adapters.s3 import Bucket
from shared.errors import StoreUnavailable
from shared.records.project import Project, ProjectInput, ProjectSummary
from shared.records.run import Subject
from shared.runs.canonical import sha256_hex
from shared.runs.timing import DAY, MINUTE, SECOND
from tests.fakes.world import MORNING, SequentialIds
from tests.support.aws import REGION, Clients, in_process_aws
from tests.support.samples import a_run
from tests.support.table import table_arguments

PROJECT = Project(
    "33333333-3333-4333-8333-333333333333", "demo", "Pumps", "member-1", MORNING, "ab" * 32
)
DOCUMENT = b'{"hypothesis":"h"}'
PRINT = "cd" * 32
IDS = SequentialIds()


class Client:
    """A DynamoDB client that serves one call at a time, as the real one's items do, and counts.

    It breaks when it is told to, and does something else (`meanwhile`) just before its next update.
    """

    def __init__(self, client: Any) -> None:
        self._client, self._lock = client, threading.Lock()
        self.calls: Counter[str] = Counter()
        self.rows = 0
        self.broken_at: int | None = None
        self.meanwhile: Callable[[], None] | None = None

    def __getattr__(self, name: str) -> Any:
        return lambda **arguments: self._call(name, arguments)

    def _call(self, name: str, arguments: dict[str, Any]) -> Any:
        if name == "update_item" and self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        with self._lock:
            self.calls[name] += 1
            if name in ("put_item", "update_item") and self.broken_at is not None:
                self.broken_at -= 1
                if self.broken_at < 0:
                    raise StoreUnavailable
            answer = getattr(self._client, name)(**arguments)
            self.rows += len(answer.get("Items", []))
            return answer


@pytest.fixture(scope="module")
def aws() -> Iterator[Clients]:
    with in_process_aws() as clients:
        clients.s3.create_bucket(
            Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield clients


@pytest.fixture
def client(aws: Clients) -> Iterator[Client]:
    aws.dynamodb.create_table(**table_arguments("table"))
    yield Client(aws.dynamodb)
    aws.dynamodb.delete_table(TableName="table")


@pytest.fixture
def store(client: Client, aws: Clients) -> DynamoProjectStore:
    made = DynamoProjectStore(Table(client, "table"), Bucket(aws.s3, "bucket"))
    made.create_project(PROJECT)
    return made


def an_input(identifier: str | None = None, **changes: Any) -> ProjectInput:
    one = ProjectInput(
        id=identifier or IDS.unique(), org_id="demo", project_id=PROJECT.id, version=0,
        status="final", title="h",
        created_by="member-1", created_at=MORNING, sha256=sha256_hex(DOCUMENT),
        size_bytes=len(DOCUMENT),
    )  # fmt: skip
    return replace(one, **changes)


def versions(store: DynamoProjectStore) -> list[int]:
    found, position = store.inputs(PROJECT, None, 100)
    assert position is None
    return [one.version for one in found]


# --- versions -------------------------------------------------------------------------------------


def test_versions_have_no_gap_however_many_write_at_once(store: DynamoProjectStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda _: store.add_input(an_input(), DOCUMENT, PRINT), range(40)))
    assert sorted(one.version for one, _ in added) == list(range(1, 41))
    assert versions(store) == list(range(40, 0, -1))


def test_one_key_has_one_version_however_many_use_it_at_once(store: DynamoProjectStore) -> None:
    keys = [IDS.unique() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        added = list(
            pool.map(
                lambda number: store.add_input(an_input(keys[number % 4]), DOCUMENT, PRINT),
                range(40),
            )
        )
    assert {one.id: one.version for one, _ in added}.keys() == set(keys)
    assert sorted({one.version for one, _ in added}) == [1, 2, 3, 4]
    assert sum(is_new for _, is_new in added) == 4
    assert versions(store) == [4, 3, 2, 1]


@pytest.mark.parametrize("writes", range(4))
@pytest.mark.parametrize("meanwhile", range(3))
def test_whoever_is_interrupted_anywhere_gets_one_version_when_they_try_again(
    store: DynamoProjectStore, client: Client, writes: int, meanwhile: int
) -> None:
    """`writes`: how many reach the store before it is away; `meanwhile`: how many others are added
    before the second try.
    """
    store.add_input(an_input(), DOCUMENT, PRINT)
    mine = an_input()
    client.broken_at = writes
    interrupted = False
    try:
        store.add_input(mine, DOCUMENT, PRINT)
    except StoreUnavailable:
        interrupted = True
    assert interrupted == (writes < 3)  # the claim, the place, the number on the project
    client.broken_at = None
    for _ in range(meanwhile):
        store.add_input(an_input(), DOCUMENT, PRINT)
    first, _ = store.add_input(mine, DOCUMENT, PRINT)
    again, is_new = store.add_input(mine, DOCUMENT, PRINT)
    assert (again, is_new) == (first, False)
    assert versions(store) == list(range(2 + meanwhile, 0, -1))
    assert store.get_input(PROJECT, first.version) == first


def test_the_latest_final_input_is_found_by_three_reads_behind_any_number_of_drafts(
    store: DynamoProjectStore, client: Client
) -> None:
    final, _ = store.add_input(an_input(), DOCUMENT, PRINT)
    for _ in range(60):
        store.add_input(an_input(status="draft"), DOCUMENT, PRINT)
    client.calls.clear()
    assert store.latest_final(PROJECT) == final
    assert client.calls == {"get_item": 3, "batch_get_item": 1}


def test_the_latest_final_input_is_right_whoever_wrote_at_once(store: DynamoProjectStore) -> None:
    def add(number: int) -> tuple[ProjectInput, bool]:
        status = "draft" if number % 3 else "final"
        return store.add_input(an_input(status=status), DOCUMENT, PRINT)

    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(add, range(30)))
    newest = max((one for one, _ in added if one.status == "final"), key=lambda one: one.version)
    assert store.latest_final(PROJECT) == newest


def test_an_input_that_is_tried_again_after_too_many_others_is_refused(
    store: DynamoProjectStore, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_store, "_PLACES_AT_MOST", 3)
    mine, client.broken_at = an_input(), 1
    with pytest.raises(StoreUnavailable):
        store.add_input(mine, DOCUMENT, PRINT)
    client.broken_at = None
    for _ in range(3):
        store.add_input(an_input(), DOCUMENT, PRINT)
    with pytest.raises(StoreUnavailable):
        store.add_input(mine, DOCUMENT, PRINT)
    assert versions(store) == [3, 2, 1]


# --- lists ----------------------------------------------------------------------------------------


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
