"""How an erasure comes to everything of a patient, however much that is: a few things at a time,
from where an earlier invocation had stopped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.ports import ErasureStore, Kind, RunStore, Scope, Thing, Unreadable
from shared.records.run import Run
from shared.runs.canonical import sha256_hex
from shared.workflows.definitions import ERASURE
from shared.workflows.steps import StepContext

AT_ONCE = 20
"""Runs. Counting so many takes far less than the margin that an invocation keeps."""


@dataclass(slots=True)
class Walk:
    """Through the runs of a patient, then through what else is kept of them. Raises
    InvocationEnding between any two when the invocation is about to end.

    `noted` is what the step has noted of how far it has come, and more that is to be kept with it:
    after each page of runs, and of other things where there were many. A step without a name notes
    nothing, and begins anew each time.
    """

    runs: RunStore
    kept: ErasureStore
    ctx: StepContext
    at_once: int
    step: str = ""
    noted: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.step:
            self.noted = dict(self.kept.reached(self.ctx.run.id, self.step) or {})

    def rows(self) -> Iterator[Run | Unreadable]:
        """Every run of the patient but erasures, which hold nothing of them."""
        scope = Scope.of_subject(self.ctx.run.org_id, self.ctx.run.subject)
        while not self.noted.get("runs_done"):
            page = self.runs.page(scope, self.noted.get("runs_after"), self.at_once)
            for row in page.rows:
                if isinstance(row, Unreadable) or row.workflow != ERASURE.name:
                    self.ctx.go_on()
                    yield row
            self.noted["runs_after"], self.noted["runs_done"] = page.position, not page.position
            if page.position is not None:
                self._note()

    def things_of_patient(self) -> Iterator[list[Thing]]:
        run = self.ctx.run
        while not self.noted.get("patient_done"):
            self.ctx.go_on()
            things, after = self.kept.of_patient(
                run.org_id, run.subject.id, self.noted.get("patient_after")
            )
            yield things
            self.noted["patient_after"], self.noted["patient_done"] = after, after is None
            if after is not None and len(things) >= self.at_once:
                self._note()

    def _note(self) -> None:
        if self.step:
            self.kept.note_reached(self.ctx.run.id, self.step, self.noted)


@dataclass(slots=True)
class Tally:
    """What an inventory has found so far, in what is noted: of each kind how many things, and one
    hash: of a short text alone a hash would tell too much.
    """

    noted: dict[str, Any]

    @property
    def runs(self) -> int:
        return int(self.noted.get("runs", 0))

    def add_run(self, *things: Sequence[Thing]) -> None:
        self.noted["runs"] = self.runs + 1
        self.add([one for some in things for one in some])

    def add(self, things: Sequence[Thing]) -> None:
        """The things of a run, or some of the patient's own, in whatever order they were found."""
        removed = self.noted.setdefault("removed", {})
        for kind in {one.kind.value for one in things}:
            digests = sorted(one.digest for one in things if one.kind.value == kind)
            before = removed.get(kind, _NOTHING)
            text = "\n".join([before["sha256"], *digests])
            count = before["count"] + len(digests)
            removed[kind] = {"count": count, "sha256": sha256_hex(text.encode())}

    def told(self) -> dict[str, Any]:
        """For each kind, how many, and the hash over the hash so far and the sorted hashes of what
        came next, run by run.
        """
        removed = self.noted.get("removed", {})
        return {kind.value: removed.get(kind.value, _NOTHING) for kind in Kind}


_NOTHING = {"count": 0, "sha256": sha256_hex(b"")}
