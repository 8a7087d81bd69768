"""Doorbell messages: every one by itself, and only what must come again is asked for again."""

import json
from collections.abc import Mapping

import pytest

from shared.errors import StoreUnavailable
from shared.sqs.messages import deliver
from tests.support.samples import run_id

UNREADABLE = [
    "",
    "{",
    "null",
    "[]",
    "7",
    '"run"',
    "{}",
    '{"run_id": 7}',
    '{"run_id": "Jane Doe"}',
    "[" * 100_000,
]


def message(number: int, body: str | None = None) -> Mapping[str, str]:
    return {
        "messageId": f"m{number}",
        "body": json.dumps({"run_id": run_id(number)}) if body is None else body,
    }


def again(*numbers: int) -> dict[str, list[dict[str, str]]]:
    return {"batchItemFailures": [{"itemIdentifier": f"m{number}"} for number in numbers]}


@pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: body[:30])
def test_what_nobody_can_read_is_buried_as_it_is_and_its_neighbours_are_worked_on(
    body: str,
) -> None:
    executed: list[str] = []
    buried: list[str] = []
    assert (
        deliver(
            [message(1), message(2, body), message(3)], executed.append, pytest.fail, buried.append
        )
        == again()
    )
    assert (sorted(executed), buried) == (sorted([run_id(1), run_id(3)]), [body])


@pytest.mark.parametrize("fault", [StoreUnavailable("away"), ValueError("a bug")])
def test_a_message_that_failed_comes_again_and_its_neighbours_do_not(fault: Exception) -> None:
    def execute(run: str) -> None:
        if run == run_id(2):
            raise fault

    assert deliver([message(n) for n in range(4)], execute, pytest.fail, pytest.fail) == again(2)


def test_what_could_not_be_buried_comes_again() -> None:
    def away(_: str) -> None:
        raise StoreUnavailable("away")

    assert deliver([message(1), message(2, "?")], lambda _: None, pytest.fail, away) == again(2)


def test_neither_a_message_nor_a_fault_is_quoted_in_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def execute(_: str) -> None:
        raise ValueError("patient Sesame")

    deliver([message(1), message(2, "patient Sesame")], execute, pytest.fail, lambda _: None)
    written = capsys.readouterr().out
    assert "Sesame" not in written
    assert {json.loads(line).get("action") for line in written.splitlines()} == {
        "message_failed",
        "message_unreadable",
    }


def test_an_empty_batch_is_no_work() -> None:
    assert deliver([], pytest.fail, pytest.fail, pytest.fail) == again()


def test_a_message_may_ask_for_a_probe_instead_of_a_run() -> None:
    asked: list[str] = []
    body = json.dumps({"probe": "provider#anthropic#claude-x"})
    assert deliver([message(1, body)], pytest.fail, asked.append, pytest.fail) == again()
    assert asked == ["provider#anthropic#claude-x"]
