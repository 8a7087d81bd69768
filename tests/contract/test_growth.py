"""A small sample of `make growth`: nothing that is asked costs more because more runs are past, and
nothing looks at more than a request may.
"""

from collections.abc import Iterator, Mapping

import pytest

from bench.growth import Cost, faults, measure
from shared.engine.listing import EXAMINED_AT_MOST

pytestmark = pytest.mark.rule("R-LIST-2")


@pytest.fixture(scope="module")
def costs() -> Iterator[Mapping[int, Mapping[str, Cost]]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        yield {size: measure(size) for size in (200, 1_600, 2_400)}


def test_no_list_count_or_metric_costs_more_as_closed_runs_grow(
    costs: Mapping[int, Mapping[str, Cost]],
) -> None:
    assert faults(costs) == []


def test_lists_of_their_own_hold_what_is_rare_and_what_bears_a_tag(
    costs: Mapping[int, Mapping[str, Cost]],
) -> None:
    asked = {
        name: cost for name, cost in costs[2_400].items() if "tag=" in name or "=failed" in name
    }
    assert len(asked) == 4
    assert all(cost.requests <= 2 for cost in asked.values())


def test_what_would_cost_more_is_noticed() -> None:
    cheap, dear = Cost(2, 2.0, 10), Cost(3, 3.0, EXAMINED_AT_MOST + 1)
    assert len(faults({1: {"a": cheap}, 2: {"a": dear}})) == 2
    assert faults({1: {"a": cheap}, 2: {"a": cheap}}) == []
