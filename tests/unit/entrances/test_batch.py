"""A batch of doorbell messages: every one by itself, all at once, and only what must come again is asked for again."""

import json
from collections.abc import Mapping
from threading import Barrier

import pytest

from shared.errors import StoreUnavailable
from shared.sqs.batch import run_batch
from tests.support.samples import run_id

UNREADABLE = ["", "{", "null", "[]", "7", '"run"', "{}", '{"run_id": 7}', '{"run_id": "Jane Doe"}', "[" * 100_000]


def message(number: int, body: str | None = None) -> Mapping[str, str]:
    return {"messageId": f"m{number}", "body": json.dumps({"run_id": run_id(number)}) if body is None else body}


def again(*numbers: int) -> dict[str, list[dict[str, str]]]:
    return {"batchItemFailures": [{"itemIdentifier": f"m{number}"} for number in numbers]}


def test_the_messages_of_a_batch_are_worked_on_at_once() -> None:
    all_here = Barrier(10, timeout=5)

    def execute(_: str) -> None:
        all_here.wait()

    assert run_batch([message(n) for n in range(10)], execute, pytest.fail) == again()


@pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: body[:30])
def test_what_nobody_can_read_is_buried_as_it_is_and_its_neighbours_are_worked_on(body: str) -> None:
    executed: list[str] = []
    buried: list[str] = []
    assert run_batch([message(1), message(2, body), message(3)], executed.append, buried.append) == again()
    assert (sorted(executed), buried) == (sorted([run_id(1), run_id(3)]), [body])


@pytest.mark.parametrize("fault", [StoreUnavailable("away"), ValueError("a bug")])
def test_a_message_that_failed_comes_again_and_its_neighbours_do_not(fault: Exception) -> None:
    def execute(run: str) -> None:
        if run == run_id(2):
            raise fault

    assert run_batch([message(n) for n in range(4)], execute, pytest.fail) == again(2)


def test_what_could_not_be_buried_comes_again() -> None:
    def away(_: str) -> None:
        raise StoreUnavailable("away")

    assert run_batch([message(1), message(2, "?")], lambda _: None, away) == again(2)


def test_neither_a_message_nor_a_fault_is_quoted_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    def execute(_: str) -> None:
        raise ValueError("patient Sesame")

    run_batch([message(1), message(2, "patient Sesame")], execute, lambda _: None)
    written = capsys.readouterr().out
    assert "Sesame" not in written
    assert {json.loads(line).get("action") for line in written.splitlines()} == {"message_failed", "message_unreadable", None}


def test_an_empty_batch_is_no_work() -> None:
    assert run_batch([], pytest.fail, pytest.fail) == again()
