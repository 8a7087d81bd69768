"""What whole lives take, counted in requests and units: `bench.capacity` as a test."""

from bench.capacity import (
    BUDGET_BESIDE_CHECKPOINTS,
    CHECKPOINTS,
    TARGETS,
    list_of_50,
    measure,
    total,
)
from bench.lives import LIVES
from bench.meter import Spent
from bench.world import world

CALLS = 19
"""That the agents of an orchestration make."""


def taken(name: str) -> Spent:
    with world() as stage:
        return total(measure(stage, next(life for life in LIVES if life.name == name)))


def test_a_diagnosis_keeps_its_answer_once() -> None:
    """Beside the run: pack 2, asked 1, answer 2. Neither its input, the step nor the output writes
    anything there.
    """
    spent = taken("diagnosis")
    hot = spent.written["run"] + spent.written["artifact record"]
    assert hot <= CHECKPOINTS + BUDGET_BESIDE_CHECKPOINTS
    assert (spent.written["beside"], spent.of("s3", "PutObject")) == (5, 1)
    assert hot + spent.written["beside"] <= TARGETS["diagnosis, write units without the trail"]
    assert spent.count <= TARGETS["diagnosis, requests"]


def test_an_orchestration_reads_no_file_back_and_what_lies_beside_it_once_a_claim() -> None:
    """It asks for several items at once where it looks for budgets, before each of its calls."""
    spent = taken("orchestration by hand")
    assert spent.of("s3", "GetObject") == 0
    assert spent.of("dynamodb", "BatchGetItem") == CALLS
    assert spent.count <= TARGETS["orchestration by hand, requests"]


def test_a_list_of_50_reads_little_more_than_its_rows() -> None:
    with world() as stage:
        assert list_of_50(stage).read <= TARGETS["list of 50, read units"]
