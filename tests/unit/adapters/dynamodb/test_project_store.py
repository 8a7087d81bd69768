"""The project store where it is hard: versions without gaps under races and interruptions."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.adapters.dynamodb import project_store
from shared.adapters.dynamodb.project_store import DynamoProjectStore
from shared.errors import StoreUnavailable
from shared.records.project import ProjectInput
from tests.unit.adapters.dynamodb.counting import DOCUMENT, IDS, PRINT, PROJECT, Client, an_input


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
