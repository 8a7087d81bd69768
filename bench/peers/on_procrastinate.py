"""Three tasks, each deferred in the transaction that keeps the result of the one before.

At least once: a worker that dies after that transaction and before its job is marked as done leaves
a job whose task is run again, and finds the result.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import procrastinate

from bench.peers import statements, work
from bench.peers.playing import Play, serve

DATABASE = "procrastinate"
_POOL = 12
_WITHOUT_HELP = 10.0
"""Seconds after which a job that nobody took up is left to the documented recipe."""
_TABLE = "create table results (run bigint, step int, result text, primary key (run, step))"
_KEEP = "insert into results values (%s, %s, %s) on conflict do nothing"
_FOUND = "select result from results where run = %s and step = %s"
Application = Any


class Procrastinate:
    """Its event loop goes on only while it plays."""

    def __init__(self, runner: "asyncio.Runner") -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=statements.address(DATABASE), max_size=_POOL
        )
        self.app: Application = procrastinate.App(connector=connector)
        self._runner = runner
        self._ends: dict[int, asyncio.Event] = {}
        self._task = self.app.task(name="step")(self._step)

    async def open(self) -> None:
        await self.app.open_async()
        if not await self.app.check_connection_async():
            await self.app.schema_manager.apply_schema_async()
            async with self.app.connector.pool.connection() as connection:
                await connection.execute(_TABLE)

    async def _step(self, run: int, number: int) -> None:
        async with self.app.connector.pool.connection() as connection:
            before = ""
            if number > 1:
                (before,) = await (await connection.execute(_FOUND, (run, number - 1))).fetchone()
            made = work.result(run, number, before)
            kept = await connection.execute(_KEEP, (run, number, made))
            if kept.rowcount and number < work.STEPS[-1]:
                follower = self._task.configure(connection=connection)
                await follower.defer_async(run=run, number=number + 1)
        if number == work.STEPS[-1] and run in self._ends:
            self._ends[run].set()

    # --- what is asked of a player ----------------------------------------------------------------

    @contextmanager
    def working(self, at_once: int) -> Iterator[Play]:
        async def begin() -> "asyncio.Task[None]":
            worker = self.app.run_worker_async(concurrency=at_once, install_signal_handlers=False)
            return asyncio.create_task(worker)

        worker = self._runner.run(begin())
        yield lambda runs: self._runner.run(self._play(runs, at_once))
        self._runner.run(_stopped(worker))

    async def _play(self, runs: Sequence[int], at_once: int) -> Sequence[float]:
        waiting, took = iter(runs), list[float]()

        async def one_after_the_other() -> None:
            for run in waiting:
                began = time.perf_counter()
                self._ends[run] = asyncio.Event()
                await self._task.defer_async(run=run, number=1)
                await self._ends[run].wait()
                took.append(time.perf_counter() - began)

        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
        return took

    def counting(self) -> Any:
        return statements.counting(DATABASE)

    def take_up(self, run: int, died_at: float) -> Mapping[str, float | None]:
        with self.working(1):
            return self._runner.run(self._taken_up(run, died_at))

    async def _taken_up(self, run: int, died_at: float) -> Mapping[str, float | None]:
        """By itself; else with what its documentation has one do: look for stalled jobs."""
        done = self._ends[run] = asyncio.Event()
        try:
            await asyncio.wait_for(done.wait(), _WITHOUT_HELP)
        except TimeoutError:
            while not done.is_set():
                await asyncio.sleep(0.5)
                for job in await self.app.job_manager.get_stalled_jobs():
                    await self.app.job_manager.retry_job(job)
            return {"by itself": None, "with a task of one's own": time.time() - died_at}
        return {"by itself": time.time() - died_at}


async def _stopped(worker: "asyncio.Task[None]") -> None:
    worker.cancel()
    await asyncio.wait([worker])


@contextmanager
def opened() -> Iterator[Procrastinate]:
    with asyncio.Runner() as runner:
        player = Procrastinate(runner)
        runner.run(player.open())
        yield player
        runner.run(player.app.close_async())


if __name__ == "__main__":
    serve(opened())
