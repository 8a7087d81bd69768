"""What `bench.peers` computes: ratios within a round, a table, and what ran again."""

import pytest

from bench.peers import report, work

ROUNDS = [
    {"procrastinate": {"cpu": 2.0}, "ours": {"cpu": 4.0}},
    {"procrastinate": {"cpu": 10.0}, "ours": {"cpu": 5.0}},
    {"procrastinate": {"cpu": 4.0}, "ours": {"cpu": 12.0}},
]


def test_a_ratio_is_that_of_neighbours_in_a_round() -> None:
    assert report.ratios(ROUNDS, "cpu") == {"procrastinate": 1.0, "ours": 2.0}
    assert report.medians(ROUNDS, "cpu") == {"procrastinate": 4.0, "ours": 5.0}


def test_the_table_leaves_open_what_a_player_does_not_have() -> None:
    counts = {"procrastinate": {"log bytes": 7.0}, "ours": {"write units": 16.0}}
    assert [line.split() for line in report.table(ROUNDS, counts)] == [
        ["procrastinate", "ours"],
        ["cpu", "4.0", "(1.00)", "5.0", "(2.00)"],
        ["log", "bytes", "7.0", "-"],
        ["write", "units", "-", "16.0"],
    ]


def test_a_step_that_began_twice_ran_again() -> None:
    log = "7 1\n7 2\n8 1\n7 3\n8 1\n7 3\n"
    assert report.repeated(log, 7) == "3"
    assert report.repeated(log, 9) == "none"


def test_a_death_that_nobody_noticed_is_never_over() -> None:
    (line,) = report.deaths({"ours": ({"by itself": None, "by the sweeper": 367.48}, "3")})
    assert line.endswith("again: 3       by itself: never; by the sweeper: 367.5 s")


def test_a_result_depends_on_run_step_and_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(work.LOG, raising=False)
    made = {
        work.result(1, 1, ""),
        work.result(2, 1, ""),
        work.result(1, 2, ""),
        work.result(1, 1, "a"),
    }
    assert len(made) == 4
    assert {len(text) for text in made} == {2_048}
