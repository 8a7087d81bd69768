"""A workflow of three steps, called in the process that asks for it, which is DBOS at its quickest:
no queue stands between.

A step that has returned is not run again; one that was cut is.
"""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from dbos import DBOS, SetWorkflowID

from bench.peers import statements, work
from bench.peers.playing import Play, serve

DATABASE = "dbos"


def _step(run: int, number: int, before: str) -> str:
    return work.result(run, number, before)


step: Any = DBOS.step(name="step")(_step)


def _three_steps(run: int) -> None:
    before = ""
    for number in work.STEPS:
        before = step(run, number, before)


three_steps: Any = DBOS.workflow(name="three_steps")(_three_steps)


def _play_one(run: int) -> float:
    began = time.perf_counter()
    with SetWorkflowID(_id(run)):
        three_steps(run)
    return time.perf_counter() - began


def _id(run: int) -> str:
    return f"run-{run}"


class Dbos:
    @contextmanager
    def working(self, at_once: int) -> Iterator[Play]:
        with ThreadPoolExecutor(at_once) as pool:
            yield lambda runs: list(pool.map(_play_one, runs))

    def counting(self) -> Any:
        return statements.counting(DATABASE)

    def take_up(self, run: int, died_at: float) -> Mapping[str, float | None]:
        """A process that starts takes up what it left; nobody else does."""
        DBOS.retrieve_workflow(_id(run)).get_result()
        return {"by a process that starts": time.time() - died_at}


@contextmanager
def opened() -> Iterator[Dbos]:
    DBOS(
        config={
            "name": "peers",
            "system_database_url": statements.address(DATABASE),
            "log_level": "WARNING",
        }
    )
    DBOS.launch()
    yield Dbos()
    DBOS.destroy()


if __name__ == "__main__":
    serve(opened())
