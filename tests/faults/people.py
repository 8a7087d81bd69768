"""What people do to a run over the API: each deed is a request's domain call, repeated by its
client when no answer came.

A request that dies or meets a store that is away is answered by nothing or a 500; the client tries
again with the same key. What was answered is kept: an answer is a promise that the properties hold
the system to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from shared.engine.creation import Key, NewRun, keyed_id
from shared.errors import Conflict, IdempotencyKeyReused, StoreError
from shared.records.artifact import Artifact
from shared.records.run import (
    Dispatch,
    Run,
    Status,
    Subject,
)
from shared.runs.canonical import sha256_hex
from shared.runs.timing import SECOND
from tests.faults.doors import linked, shown_after_waiting
from tests.faults.platform import REQUEST_LIMIT
from tests.faults.scenarios import DIAGNOSIS, ORG, PATIENT, Act
from tests.faults.scheduler import Process
from tests.faults.world import World

_AGAIN_MS = 2_000
_NEVER = 10**14
_NOTE = b'{"note": "an earlier report"}'


class Answer(NamedTuple):
    """What a client was told. `new`: of a create, that it made the run."""

    act: Act
    run: Run | None
    new: bool = False
    refused: str = ""


@dataclass(eq=False, slots=True)
class People:
    """`asked`: how often each deed was tried; the first run that a create was answered with is the
    one the others act on.
    """

    world: World
    answers: list[Answer] = field(default_factory=list)
    asked: dict[int, int] = field(default_factory=dict)
    last_deed_at: int = 0

    def arrange(self) -> None:
        """Put every act of the scenario at its time."""
        for number, act in enumerate(self.world.scenario.acts):
            start = partial(self._start, number, act, self.world.scenario.patience)
            later = partial(self._later, act.after, start)
            if act.when:
                self.world.when(act.when, later)
            else:
                later()

    def _later(self, seconds: float, start: Callable[[], None]) -> None:
        self.world.scheduler.at(self.world.scheduler.now + int(seconds * SECOND), start)

    def _start(self, number: int, act: Act, patience: int) -> None:
        self.asked[number] = self.asked.get(number, 0) + 1
        deed = partial(_DEEDS[act.what], self, act, number)
        self.world.platform.spawn(
            f"{act.what} {number}",
            "person",
            deed,
            REQUEST_LIMIT,
            partial(self._end, number, act, patience),
        )

    def _end(self, number: int, act: Act, patience: int, process: Process) -> None:
        self.last_deed_at = self.world.scheduler.now
        if process.answer is not None:
            self.answers.append(process.answer)
        elif isinstance(process.error, Conflict | IdempotencyKeyReused):
            self.answers.append(Answer(act, None, refused=type(process.error).__name__))
        elif patience > 0 and (process.killed or isinstance(process.error, StoreError)):
            self.world.scheduler.at(
                self.last_deed_at + _AGAIN_MS, partial(self._start, number, act, patience - 1)
            )

    # --- deeds ------------------------------------------------------------------------------------

    def _found(self) -> Run | None:
        """The run that a create was answered with, read afresh as a handler does; else the one that
        is there.
        """
        made = next(
            (
                answer.run.id
                for answer in self.answers
                if answer.run and answer.act.what == "create"
            ),
            None,
        )
        made = made or next((key_id for key_id in self._created()), None)
        return None if made is None else self.world.runs.get(made)

    def _created(self) -> list[str]:
        return [
            keyed_id(ORG, act.who, act.key)
            for act in self.world.scenario.acts
            if act.what == "create" and act.key
        ]

    def create(self, act: Act, number: int) -> Answer:
        body = {"of": "another payload"} if act.what == "create other" else {"of": "a payload"}
        fingerprint = sha256_hex(repr((self.world.scenario.workflow, body)).encode())
        ids = self.world.ids
        key = (
            Key(keyed_id(ORG, act.who, act.key), fingerprint)
            if act.key
            else Key(ids.unique(), fingerprint, repeatable=False)
        )
        run, new = self.world.creator.create(self._asked_for(act, key.id, body), key)
        return Answer(act, run, new)

    def _asked_for(self, act: Act, run_id: str, body: Mapping[str, str]) -> NewRun:
        scenario = self.world.scenario
        gated = scenario.workflow != DIAGNOSIS
        attributes: dict[str, Any] = (
            {} if scenario.max_cost is None else {"max_cost": scenario.max_cost}
        )
        return NewRun(
            workflow=scenario.workflow,
            org_id=ORG,
            subject=Subject("intake", run_id) if gated else Subject("patient", PATIENT),
            created_by=act.who,
            input=body,
            dispatch=Dispatch(scenario.dispatch),
            max_attempts=scenario.max_attempts,
            waiting=gated and not scenario.auto_advance,
            attributes=attributes | ({"auto_advance": True} if scenario.auto_advance else {}),
        )

    def cancel(self, act: Act, number: int) -> Answer | None:
        run = self._found()
        if run is None:
            return None
        return Answer(
            act, run if run.status is Status.CANCELLED else self.world.commands.cancel(run, act.who)
        )

    def advance(self, act: Act, number: int) -> Answer | None:
        run = self._found()
        if run is None:
            return None
        op = f"key-{act.who}-{act.key}" if act.key else self.world.ids.op()
        if not any(entry.op == op for entry in run.history):
            run = self.world.commands.advance(run, act.who, op, skip_validation=act.what == "skip")
        return Answer(act, run)

    def attach(self, act: Act, number: int) -> Answer | None:
        run = self._found()
        if run is None:
            return None
        artifact = Artifact(
            keyed_id(ORG, act.who, f"artifact {number}"), ORG, run.id, "report", "earlier.json",
            sha256_hex(_NOTE), len(_NOTE),
            "application/json", "", self.world.scheduler.now,
        )  # fmt: skip
        return Answer(
            act,
            self.world.commands.attach(run, act.who, self.world.artifacts.put(artifact, _NOTE).id),
        )

    def watch(self, act: Act, number: int) -> Answer | None:
        """A GET that waits: what it answers is of when the person still may see it."""
        run, watcher = self._found(), self.world.watcher
        shown = None if run is None else shown_after_waiting(self.world, run.id, act.who)
        watcher.require(
            shown is None or shown.history[-1].at <= watcher.unassigned.get(act.who, _NEVER),
            "nobody sees what came after the right was gone",
            f"{act.who} was answered",
        )
        return Answer(act, shown)

    def unassign(self, act: Act, number: int) -> Answer:
        self.world.care.unassign(ORG, PATIENT, "clinician")
        return Answer(act, None)

    def link(self, act: Act, number: int) -> Answer | None:
        run = self._found()
        return None if run is None else Answer(act, linked(self.world, run, act.who))

    def read(self, act: Act, number: int) -> Answer | None:
        run = self._found()
        return None if run is None else Answer(act, run)

    def command(self, act: Act, number: int) -> Answer | None:
        run, commands = self._found(), self.world.commands
        if run is None:
            return None
        deeds: Mapping[str, Callable[[], Run]] = {
            "execute": lambda: commands.execute(run, act.who),
            "retry": lambda: commands.retry(run, act.who),
            "take": lambda: commands.take(run, act.who),
            "succeed": lambda: commands.succeed(run, act.who, {"by": "hand"}),
            "fail": lambda: commands.fail(run, act.who, "GIVEN_UP", {"message": "by hand"}),
        }
        return Answer(act, deeds[act.what]())


_DEEDS: Mapping[str, Callable[[People, Act, int], Answer | None]] = {
    "create": People.create,
    "create other": People.create,
    "cancel": People.cancel,
    "next": People.advance,
    "skip": People.advance,
    "attach": People.attach,
    "read": People.read,
    "watch": People.watch,
    "unassign": People.unassign,
    "link": People.link,
    **dict.fromkeys(("execute", "retry", "take", "succeed", "fail"), People.command),
}
