"""The share of an orchestration's bill that the prompt cache saves: `python -m bench.caching`.

Runs all six phases through the real engine and the real SDK against the offline model, which
caches by the provider's rules, and prices the same tokens once as they were billed and once as if
nothing had been cached.
"""

import sys

from bench.world import world
from shared.bootstrap_worker import build_worker
from shared.engine.creation import Key, NewRun
from shared.records.money import TokenUsage, Usage
from shared.records.run import Run, Status, Subject
from shared.runs.prices import cost_microusd
from shared.runs.timing import MINUTE

INTAKE = "Build a demand forecasting app for our 40 stores. Planners order twice a week."
PLENTY = 14 * MINUTE


def main() -> None:
    with world() as stage:
        services = stage.services
        run_id = services.ids.unique()
        new = NewRun(
            "orchestration",
            "demo",
            Subject("intake", run_id),
            "member",
            {
                "profile": "analytics_forecast_app",
                "intake": INTAKE,
                "project_name": "Bread",
            },
            attributes={"auto_advance": True},
        )
        services.creator.create(new, Key(run_id, "ab" * 32, repeatable=False))
        build_worker(services).execute(run_id, lambda: PLENTY)
        done = services.runs.get(run_id)
        if done is None or done.status is not Status.SUCCEEDED:
            sys.exit("the orchestration did not succeed")
        _report(done, services.clock.now_ms())


def _report(run: Run, now: int) -> None:
    from datetime import UTC, datetime

    day = datetime.fromtimestamp(now / 1_000, UTC).date()
    print(
        f"{'phase':16}{'calls':>6}{'input':>9}{'written':>9}{'read':>9}{'cost':>11}{'uncached':>11}"
    )
    whole = Usage()
    for name, record in run.steps.items():
        usage = record.usage or Usage()
        whole += usage
        _line(name, usage, uncached_cost(usage, day))
    plain = uncached_cost(whole, day)
    _line("all", whole, plain)
    print(f"\nsaved by caching: {1 - whole.cost / plain:.0%} of ${plain / 1e6:.6f}")


def uncached_cost(usage: Usage, day: object) -> int:
    """What the same tokens would have cost, every input token at its plain price; micro-dollars."""
    t = usage.tokens
    plain = TokenUsage(t.input_tokens + t.cache_read_tokens + t.cache_write_tokens, t.output_tokens)
    return cost_microusd(usage.model or "", plain, day)  # type: ignore[arg-type]


def _line(name: str, usage: Usage, plain: int) -> None:
    t = usage.tokens
    print(
        f"{name:16}{usage.calls:6}{t.input_tokens:9}{t.cache_write_tokens:9}"
        f"{t.cache_read_tokens:9}{usage.cost / 1e6:11.6f}{plain / 1e6:11.6f}"
    )


if __name__ == "__main__":
    main()
