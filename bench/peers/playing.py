"""What a player's process does when it is asked: play runs and say what they took, count, die, or
take up what a dead one left.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from statistics import median
from typing import Any, Protocol

AT_ONCE = (1, 8)
WARM = 16
"""Runs that are played before anything is measured."""
BLOCK = 100_000
"""Numbers of runs that one request to a process may use, half of them for either way to play."""
Play = Callable[[Sequence[int]], Sequence[float]]
"""Plays the runs of these numbers; how long (s) each of them took."""


class Player(Protocol):
    def working(self, at_once: int) -> AbstractContextManager[Play]:
        """So many runs at once while it lasts."""

    def counting(self) -> AbstractContextManager[Callable[[], Mapping[str, float]]]:
        """What the database was asked since it began, by kind."""

    def take_up(self, run: int, died_at: float) -> Mapping[str, float | None]:
        """Wait for the run of a process that died at that time (s); the seconds that it took until
        it ended, by what had to be done for it. None: it was not taken up.
        """


def serve(player: AbstractContextManager[Player]) -> None:
    """Do what the command line asks, and print it as a line of JSON."""
    asked = _arguments()
    with _silence() as answer:
        with player as one:
            found = _answered(one, asked)
        answer(found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("play", "count", "die", "take-up"))
    parser.add_argument("--first", type=int, required=True, help="the first run's number")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--died-at", type=float, default=0.0)
    return parser.parse_args()


@contextmanager
def _silence() -> Iterator[Callable[[Any], None]]:
    """What players print on their own goes nowhere; the answer is printed by what this gives."""
    real = sys.stdout
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        yield lambda answer: print(json.dumps(answer), file=real, flush=True)


def _answered(player: Player, asked: argparse.Namespace) -> Any:
    if asked.what == "take-up":
        return player.take_up(asked.first, asked.died_at)
    if asked.what == "die":
        with player.working(1) as play:
            play([asked.first])
        raise SystemExit("nothing died")
    if asked.what == "count":
        return _counted(player, asked.first, asked.runs)
    half = asked.first + BLOCK // 2
    return [
        _timed(player, at_once, first, asked.runs)
        for at_once, first in zip(AT_ONCE, (asked.first, half), strict=True)
    ]


def _timed(player: Player, at_once: int, first: int, number: int) -> Mapping[str, float]:
    """Milliseconds. `every`: one run comes to its end every so often; `cpu`: what this process
    computes for one; `median` and `longest`: from a run's beginning to its end.
    """
    begin = first + WARM
    with player.working(at_once) as play:
        play(range(first, begin))
        wall, cpu = time.perf_counter(), time.process_time()
        each = play(range(begin, begin + number))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    seconds = {
        "every": wall / number, "cpu": cpu / number, "median": median(each), "longest": max(each),
    }  # fmt: skip
    return {"at_once": at_once} | {name: 1_000 * found for name, found in seconds.items()}


def _counted(player: Player, first: int, number: int) -> Mapping[str, float]:
    """What the database is asked a run."""
    begin = first + WARM
    with player.working(1) as play:
        play(range(first, begin))
        with player.counting() as counts:
            play(range(begin, begin + number))
            return {name: count / number for name, count in counts().items()}
