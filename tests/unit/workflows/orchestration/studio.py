"""An orchestration on the engine over fakes, whose agents are the offline composers unless a script
says otherwise.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from local.model.answers import compose
from local.model.request import Call as OfflineCall
from local.model.request import count_tokens
from shared.engine.creation import Key, NewRun
from shared.records.artifact import Artifact
from shared.records.money import TokenUsage
from shared.records.run import Run, Status, Subject
from shared.runs.model import Heard, ModelAnswer, ModelRequest, StopReason
from shared.workflows.orchestration.metrics import record_refs, run_metrics
from shared.workflows.orchestration.workflow import orchestration
from tests.fakes.language_model import Call, ScriptedModel
from tests.support.engine_world import EngineWorld

ORG, MEMBER = "demo", "0b0e5b86-9d8c-4d3c-9a60-6a9d1d4c3a01"
INTAKE = (
    "Build a demand forecasting app for our 40 stores. Planners order twice a week and throw "
    "away too much bread."
)
PROFILE = "analytics_forecast_app"
Json = dict[str, Any]


class Agents(ScriptedModel):
    """Answers as the offline model would, and takes time to do so."""

    def __init__(self, tick: Callable[[int], object]) -> None:
        super().__init__()
        self._tick = tick

    def answer(
        self,
        request: ModelRequest,
        *,
        still_wanted: Callable[[], None],
        timeout_seconds: float,
        heard: Callable[[Heard], None] = lambda _: None,
    ) -> ModelAnswer:
        self._tick(10_000)
        if self._script:
            return super().answer(
                request, still_wanted=still_wanted, timeout_seconds=timeout_seconds, heard=heard
            )
        self.calls.append(Call(request, timeout_seconds))
        return self.composed(still_wanted)

    def composed(self, still_wanted: Callable[[], None]) -> ModelAnswer:
        """What the offline model says to the call just made; may stand in a script."""
        request = self.calls[-1].request
        still_wanted()
        read = count_tokens(request.system + request.shared + request.prompt)
        reply = compose(
            OfflineCall(
                request.model,
                request.system,
                f"{request.shared}\n{request.prompt}",
                request.schema,
                request.max_output_tokens,
                read,
                True,
            )
        )
        usage = TokenUsage(reply.input_tokens, reply.output_tokens, cache_read_tokens=7)
        return ModelAnswer(reply.text, reply.model, StopReason.COMPLETE, usage)


class Studio(EngineWorld):
    """What a member, the worker and a reader of metrics do."""

    def __init__(self) -> None:
        super().__init__()
        self.model: Agents = Agents(self.clock.advance)
        self.workflows["orchestration"] = orchestration(self.artifacts, "claude-sonnet-5-5", 16_000)

    def start(self, intake: str | None = INTAKE, profile: str = PROFILE, **attributes: Any) -> Run:
        new = NewRun(
            "orchestration",
            ORG,
            Subject("intake", "7c0f2d7e-52c6-4f53-8c86-0f3b6f7b3a11"),
            MEMBER,
            {"profile": profile, "intake": intake, "project_name": "Bread"},
            waiting=not attributes.get("auto_advance"),
            attributes={"profile": profile, **attributes},
        )
        return self.creator.create(new, Key(self.ids.unique(), "ab" * 32, repeatable=False))[0]

    def next(self, run: Run, *, skip: bool = False) -> Run:
        """One next, and one delivery of its message."""
        self.clock.advance(60_000)
        return self.work(self.ask_next(run, skip=skip))

    def ask_next(self, run: Run, *, skip: bool = False) -> Run:
        return self.commands.advance(self.now(run), MEMBER, self.ids.op(), skip_validation=skip)

    def record(self, run: Run, phase: str) -> Json:
        """What the phase left or is held back with."""
        read: Json = self.read(run, record_refs(run)[phase])
        return read

    def metrics(self, run: Run, *earlier: Run) -> Json:
        run = self.now(run)
        records = {phase: self.read(run, ref) for phase, ref in record_refs(run).items()}
        return run_metrics(run, run.usage, records, earlier)

    def files(self, run: Run, phase: str) -> dict[str, Artifact]:
        """The artifacts named so far in a phase, by path; of one path the last."""
        found = self.artifacts.get_many(ORG, self.now(run).artifacts)
        return {artifact.path or "": artifact for artifact in found if artifact.phase == phase}


def an_answer(files: Mapping[str, str], notes: str = "") -> str:
    """An agent's answer that makes these files."""
    made = [
        {"path": path, "content": content, "description": f"The file {path}"}
        for path, content in files.items()
    ]
    return json.dumps({"files": made, "notes": notes})


def request_of(request: ModelRequest) -> Json:
    """The data that a request carries: the phase's context, and the agent's own part."""
    whole = request.shared + request.prompt
    return inside(whole, "phase_context") | inside(whole, "phase_request")


def inside(text: str, tag: str) -> Json:
    """The data between a tag's two ends."""
    found: Json = json.loads(text.split(f"<{tag}>")[1].split(f"</{tag}>")[0])
    return found


def phase_of(metrics: Json, name: str) -> Json:
    found: Json = next(row for row in metrics["phases_metrics"] if row["phase"] == name)
    return found


def where(run: Run) -> tuple[Status, list[str]]:
    return run.status, list(run.steps)
