"""An orchestration on the engine over fakes, whose agents are the offline composers unless a script says otherwise."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from local.offline_answers import compose
from local.offline_request import Call as OfflineCall
from local.offline_request import count_tokens
from shared.engine.creation import Key, NewRun
from shared.ports import Artifact, ModelAnswer, ModelRequest
from shared.runs.records import Run, Status, Subject, TokenUsage
from shared.workflows.orchestration.metrics import record_refs, run_metrics
from shared.workflows.orchestration.workflow import orchestration
from tests.fakes.language_model import Call, ScriptedModel
from tests.support.engine_world import EngineWorld

ORG, MEMBER = "demo", "0b0e5b86-9d8c-4d3c-9a60-6a9d1d4c3a01"
INTAKE = "Build a demand forecasting app for our 40 stores. Planners order twice a week and throw away too much bread."
PROFILE = "analytics_forecast_app"
Json = dict[str, Any]


class Agents(ScriptedModel):
    """Answers as the offline model would, and takes time to do so."""

    def __init__(self, tick: Callable[[int], object]) -> None:
        super().__init__()
        self._tick = tick

    def answer(self, request: ModelRequest, *, still_wanted: Callable[[], None], timeout_seconds: float) -> ModelAnswer:
        self._tick(10_000)
        if self._script:
            return super().answer(request, still_wanted=still_wanted, timeout_seconds=timeout_seconds)
        self.calls.append(Call(request, timeout_seconds))
        return self.composed(still_wanted)

    def composed(self, still_wanted: Callable[[], None]) -> ModelAnswer:
        """What the offline model says to the call just made; may stand in a script."""
        request = self.calls[-1].request
        still_wanted()
        read = count_tokens(request.system + request.prompt)
        reply = compose(OfflineCall(request.model, request.system, request.prompt, request.schema, request.max_output_tokens, read, True))
        usage = TokenUsage(reply.input_tokens, reply.output_tokens, cache_read_tokens=7)
        return ModelAnswer(reply.text, reply.model, reply.stop_reason, usage)


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
    made = [{"path": path, "content": content, "description": f"The file {path}"} for path, content in files.items()]
    return json.dumps({"files": made, "notes": notes})


def request_of(prompt: str) -> Json:
    """The data that a prompt carries."""
    inside: Json = json.loads(prompt.split("<phase_request>")[1].split("</phase_request>")[0])
    return inside


def phase_of(metrics: Json, name: str) -> Json:
    found: Json = next(row for row in metrics["phases_metrics"] if row["phase"] == name)
    return found


def where(run: Run) -> tuple[Status, list[str]]:
    return run.status, list(run.steps)
