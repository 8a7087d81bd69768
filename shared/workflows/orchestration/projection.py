"""What the phases that remain will probably cost and take: means of the same phase in earlier runs
and of this run's own so far. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.records.money import Usage
from shared.records.run import Run, Status
from shared.runs.accounts import spent_by_step, worked_ms

_Sample = tuple[int, int]
"""(cost in micro-dollars, milliseconds) of one phase."""


def project(
    run: Run,
    steps: Sequence[str],
    spent: Mapping[str, Usage],
    worked: Mapping[str, int],
    earlier: Sequence[Run],
) -> dict[str, Any]:
    """{cost_usd, seconds}: 0 when nothing remains, null when there is nothing to learn from.

    Each remaining phase costs what it cost in earlier runs that succeeded, of the same workflow and
    profile; this run's own finished phases count, by their mean, as one run more.
    """
    ended = run.status in (Status.SUCCEEDED, Status.CANCELLED)
    remaining = [] if ended else [name for name in steps if name not in run.steps]
    own = [(spent[name].cost, worked[name]) for name in steps if name in run.steps]
    samples = {name: [_mean(own)] if own else [] for name in remaining}
    for other in earlier:
        if _is_like(other, run):
            costs, times = spent_by_step(other, steps, other.usage, {}), worked_ms(other, steps)
            for name in remaining:
                samples[name].append((costs[name].cost, times[name]))
    if not all(samples.values()):
        return {"cost_usd": None, "seconds": None}
    means = [_mean(found) for found in samples.values()]
    return {
        "cost_usd": round(sum(mean[0] for mean in means)) / 1_000_000,
        "seconds": round(sum(mean[1] for mean in means)) / 1_000,
    }


def _is_like(other: Run, run: Run) -> bool:
    same = other.workflow == run.workflow and other.attributes.get("profile") == run.attributes.get(
        "profile"
    )
    return same and other.status is Status.SUCCEEDED and other.id != run.id


def _mean(samples: Sequence[_Sample]) -> _Sample:
    return round(sum(cost for cost, _ in samples) / len(samples)), round(
        sum(ms for _, ms in samples) / len(samples)
    )
