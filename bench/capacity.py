"""Write units and AWS requests of a diagnosis, per transition, and of every kind of life, with what
they cost: `python -m bench.capacity`.

Runs the real engine over moto with the offline model. The budget is DESIGN's: n + 9 for n
checkpoints and one artifact. Ends in 1 where that or a target is missed.
"""

import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.lives import LIVES, ORG, PERSON, Life, diagnosis, new_diagnosis
from bench.meter import Meter, Spent
from bench.pricing import PEERS, READ_ON, list_price
from bench.world import World, world
from shared.engine.creation import Key

BUDGET_BESIDE_CHECKPOINTS = 9
CHECKPOINTS = 3
TARGETS = {
    "diagnosis, requests": 24,
    "diagnosis, write units without the trail": 18,
    "orchestration by hand, requests": 130,
    "list of 50, read units": 60,
}
LIST_OF = 50


def measure(world: World, life: Life) -> dict[str, Spent]:
    """What each part of a life took; what is not of it has no name."""
    meter, parts = Meter(world.trail), dict[str, Spent]()
    with meter.watching():
        before = meter.spent.copy()
        for part in life.play(world):
            if part:
                parts[part] = parts.get(part, Spent()) + (meter.spent - before)
            before = meter.spent.copy()
    return parts


def total(parts: Mapping[str, Spent]) -> Spent:
    return sum(parts.values(), Spent())


# --- a list -------------------------------------------------------------------------------------


def list_of_50(world: World) -> Spent:
    """GET /runs as an admin asks for it, of more runs than it shows."""
    services = world.services
    for _ in range(LIST_OF + 5):
        key = Key(services.ids.unique(), "0" * 64, repeatable=False)
        services.creator.create(new_diagnosis({}, {}), key)
    meter = Meter(world.trail)
    with meter.watching():
        status, rows = _asked(world, "list_runs")
    if status != 200 or rows != LIST_OF:
        raise SystemExit(f"the list answered {status} with {rows} rows")
    return meter.spent


def _asked(world: World, function: str) -> tuple[int, int]:
    event: dict[str, Any] = json.loads(Path(f"events/{function}.json").read_bytes())
    claims = {"sub": PERSON, "custom:org_id": ORG, "cognito:groups": "[admin]", "token_use": "id"}
    event["requestContext"]["authorizer"]["jwt"]["claims"] = claims
    event |= {
        "queryStringParameters": {"limit": str(LIST_OF)},
        "rawQueryString": f"limit={LIST_OF}",
    }
    answer = importlib.import_module(f"functions.{function}.handler").handler(event, None)
    return answer["statusCode"], len(json.loads(answer["body"])["data"]["runs"])


# --- the tables ---------------------------------------------------------------------------------


def main() -> int:
    """Print the tables; 1 when the budget is broken or a target missed."""
    taken: dict[str, Spent] = {}
    for life in LIVES:
        with world() as stage:
            parts = measure(stage, life)
            taken[life.name] = total(parts)
            if life.play is diagnosis:
                _print_transitions(parts)
    with world() as stage:
        taken["list of 50"] = list_of_50(stage)
    _print_lives(taken)
    _print_prices(taken)
    return _print_targets(taken)


def _print_transitions(parts: Mapping[str, Spent]) -> None:
    print(f"{'a diagnosis':<12}{'run':>6}{'artifact':>10}{'beside':>8}{'trail':>7}{'requests':>10}")
    for name, spent in parts.items():
        _print_transition(name, spent)
    _print_transition("all", total(parts))
    print(f"largest size of the hot item: {total(parts).largest} bytes (limit 1024)\n")


def _print_transition(name: str, spent: Spent) -> None:
    kinds = ("run", "artifact record", "beside", "trail")
    run, artifact, beside, trail = (spent.written[kind] for kind in kinds)
    print(f"{name:<12}{run:>6}{artifact:>10}{beside:>8}{trail:>7}{spent.count:>10}")


def _print_lives(taken: Mapping[str, Spent]) -> None:
    heads = ("requests", "DynamoDB", "S3 PUT", "S3 GET", "SQS", "written", "trail", "read")
    print(f"{'a life at the engine':<36}" + "".join(f"{head:>10}" for head in heads))
    for name, spent in taken.items():
        counts = (
            spent.count,
            spent.of("dynamodb"),
            spent.of("s3", "PutObject"),
            spent.of("s3", "GetObject"),
            spent.of("sqs"),
            spent.written.total() - spent.written["trail"],
            spent.written["trail"],
            spent.read,
        )
        print(f"{name:<36}" + "".join(f"{count:>10g}" for count in counts))


def _print_prices(taken: Mapping[str, Spent]) -> None:
    print(f"\nDollars for a million, at list prices of us-east-1 read on {READ_ON}, without tokens")
    heads = ("tables", "S3", "requests", "waiting", "all")
    print(f"{'':<36}" + "".join(f"{head:>10}" for head in heads))
    for life in LIVES:
        price = list_price(taken[life.name], life.seconds, life.asked)
        print(f"{life.name:<36}" + "".join(f"{one:>10.2f}" for one in price))
    print("\nWhat others ask for a run of three checkpoints, without the waiting")
    for peer in PEERS:
        print(f"{peer.name:<36}{peer.for_a_million:>10.2f}  {peer.how}")


def _print_targets(taken: Mapping[str, Spent]) -> int:
    one = taken["diagnosis"]
    found = {
        "diagnosis, requests": one.count,
        "diagnosis, write units without the trail": one.written.total() - one.written["trail"],
        "orchestration by hand, requests": taken["orchestration by hand"].count,
        "list of 50, read units": taken["list of 50"].read,
    }
    print()
    for name, target in TARGETS.items():
        missed = "" if found[name] <= target else "   MISSED"
        print(f"{name:<44}{found[name]:>6g} of at most {target}{missed}")
    budget = CHECKPOINTS + BUDGET_BESIDE_CHECKPOINTS
    hot = one.written["run"] + one.written["artifact record"]
    print(f"{'diagnosis, the run and its artifact record':<44}{hot:>6} of at most {budget} (n + 9)")
    return 0 if hot <= budget and all(found[n] <= t for n, t in TARGETS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
