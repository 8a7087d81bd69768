"""What each agent spent: its own calls as they were counted, and its share of what the phase spent
on answers that were not kept. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime

from shared.records.money import TokenUsage, Usage
from shared.runs.prices import PriceTable, cost_microusd
from shared.workflows.orchestration.scores import Record


@dataclass(frozen=True, slots=True)
class AgentSpending:
    """`cost` in micro-dollars; `files` are those it made that are kept."""

    agent_id: str
    phases: tuple[str, ...] = ()
    tokens: TokenUsage = field(default_factory=TokenUsage)
    cost: int = 0
    files: int = 0


def agent_spending(
    spent: Mapping[str, Usage],
    records: Mapping[str, Record],
    planned: Mapping[str, Sequence[str]],
    prices: PriceTable,
) -> list[AgentSpending]:
    """By agent, in the order of their first phases; together they come to what the phases spent.

    `planned`: agents by phase.
    """
    found: dict[str, AgentSpending] = {}
    for phase, usage in spent.items():
        for part in _parts(usage, records.get(phase), planned[phase], prices):
            so_far = found.get(part.agent_id, AgentSpending(part.agent_id))
            found[part.agent_id] = AgentSpending(
                part.agent_id,
                (*so_far.phases, phase),
                (Usage(tokens=so_far.tokens) + Usage(tokens=part.tokens)).tokens,
                so_far.cost + part.cost,
                so_far.files + part.files,
            )
    return list(found.values())


def _parts(
    usage: Usage, record: Record | None, planned: Sequence[str], prices: PriceTable
) -> list[AgentSpending]:
    """The phase's spending, divided among its agents like their own calls, or evenly before any was
    kept.
    """
    own = _own(record, prices) if record else [AgentSpending(agent_id) for agent_id in planned]
    if not own or (record is None and usage == Usage()):
        return []
    costs = _divided(usage.cost, [agent.cost for agent in own])
    divided = {
        f.name: _divided(getattr(usage.tokens, f.name), [getattr(a.tokens, f.name) for a in own])
        for f in fields(TokenUsage)
    }
    return [
        replace(
            agent,
            cost=costs[at],
            tokens=TokenUsage(**{kind: counts[at] for kind, counts in divided.items()}),
        )
        for at, agent in enumerate(own)
    ]


def _own(record: Record, prices: PriceTable) -> list[AgentSpending]:
    """What each agent's kept answer cost, at the prices of the day on which it was bought."""
    return [
        AgentSpending(
            agent["agent_id"],
            tokens=TokenUsage(**agent["tokens"]),
            cost=cost_microusd(
                agent["model"], TokenUsage(**agent["tokens"]), _day(agent["at"]), prices
            ),
            files=agent["files"],
        )
        for agent in record["agents"]
    ]


def _divided(whole: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in the proportion of the weights that add up to `whole`; what rounding leaves
    goes to the first ones.
    """
    among = list(weights) if sum(weights) else [1] * len(weights)
    parts = [whole * weight // sum(among) for weight in among]
    for at in range(whole - sum(parts)):
        parts[at % len(parts)] += 1
    return parts


def _day(ms: int) -> date:
    return datetime.fromtimestamp(ms / 1_000, UTC).date()
