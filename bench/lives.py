"""Whole lives of runs, played by the real engine over moto and the offline model, every invocation
with the services of a process of its own: what `bench.capacity` counts.

What a door reads before, to know who may, is none of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.world import PATIENT, World
from shared.bootstrap import Services
from shared.bootstrap_eraser import build_eraser
from shared.bootstrap_worker import build_worker
from shared.engine.creation import Key, NewRun
from shared.records.care import Assessment, Tombstone
from shared.records.run import Run, Status, Subject
from shared.runs.canonical import canonical_json, sha256_hex
from shared.runs.timing import MINUTE

ORG, PERSON = "demo", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
PROFILE = "analytics_forecast_app"
INTAKE = "Build a demand forecasting app for our 40 stores. Planners order twice a week."
BRIEF = {
    "hypothesis": "Bakery managers will trust a nightly forecast enough to bake by it.",
    "audience": "Managers of small shops in chains of 20 to 100 bakeries",
    "evidence_notes": ["Two pilot shops followed a spreadsheet forecast; waste fell by a third."],
}
Play = Callable[[World], Iterator[str]]
"""Plays a life; yields the name of each part once that has been done."""


def _created(world: World, new: NewRun) -> Run:
    services = world.another()
    key = Key(services.ids.unique(), "0" * 64, repeatable=False)
    return services.creator.create(new, key)[0]


def _execute(world: World, run: Run) -> None:
    build_worker(world.another()).execute(run.id, lambda: 14 * MINUTE)


def _found(services: Services, run: Run) -> Run:
    found = services.runs.get(run.id)
    if found is None:
        raise SystemExit(f"the run {run.id} is gone")
    return found


def _succeeded(run: Run) -> None:
    if run.status is not Status.SUCCEEDED:
        raise SystemExit(f"the {run.workflow} ended {run.status} ({run.error_code})")


def new_diagnosis(attributes: Mapping[str, Any], asked: Mapping[str, Any]) -> NewRun:
    subject = Subject("patient", PATIENT)
    return NewRun("diagnosis", ORG, subject, PERSON, asked, attributes=attributes)


def diagnosis(world: World) -> Iterator[str]:
    """With a short question, as a person may add one."""
    yield from _whole(world, new_diagnosis({}, {"question": "why"}))


def assessment(world: World) -> Iterator[str]:
    """A diagnosis of an assessment, from another system's door."""
    services = world.services
    content = {"funnel": {"slug": "intake"}, "answers": {"sleep": "badly", "since": "May"}}
    document = canonical_json(content)
    now, one = services.clock.now_ms(), services.ids.unique()
    services.care.create_assessment(
        Assessment(one, ORG, PATIENT, PERSON, now, sha256_hex(document), content)
    )
    yield ""
    facts = {"assessment_id": one, "correlation_id": "visit-7"}
    yield from _whole(world, new_diagnosis(facts, {}))


def analysis(world: World) -> Iterator[str]:
    subject = Subject("project", "5b0ccb2a-2f0e-4d6a-8f59-5c1d0a3fd0aa")
    facts = {"input_version": 1, "pipeline_version": "1"}
    yield from _whole(world, NewRun("analysis", ORG, subject, PERSON, BRIEF, attributes=facts))


def _whole(world: World, new: NewRun) -> Iterator[str]:
    run = _created(world, new)
    yield "create"
    _execute(world, run)
    yield "execute"
    _succeeded(_found(world.services, run))


def orchestration(world: World, *, auto: bool) -> Iterator[str]:
    """Six phases. By hand each is set going by a person, minutes after the one before."""
    facts = {"profile": PROFILE, **({"auto_advance": True} if auto else {})}
    intake = Subject("intake", world.services.ids.unique())
    asked = {"profile": PROFILE, "intake": INTAKE, "project_name": "Bread"}
    run = _created(
        world, NewRun("orchestration", ORG, intake, PERSON, asked, waiting=not auto,
                      attributes=facts)
    )  # fmt: skip
    yield "create"
    while not run.is_terminal:
        if run.status is Status.WAITING:
            commands, op = world.another().commands, world.services.ids.op()
            commands.advance(run, PERSON, op, skip_validation=False)
        _execute(world, run)
        yield "execute" if auto else "next and execute, six times"
        run = _found(world.services, run)
        yield ""
    _succeeded(run)


def erasure(world: World) -> Iterator[str]:
    """Of a patient with a record and one diagnosis."""
    for _ in diagnosis(world):
        pass
    services, now = world.services, world.services.clock.now_ms()
    run_id = services.ids.unique()
    yield ""
    services.care.bury(ORG, PATIENT, Tombstone(run_id, now, PERSON, None))
    run = _created(world, NewRun("erasure", ORG, Subject("patient", PATIENT), PERSON, {}))
    yield "tombstone and create"
    while not run.is_terminal:
        services.clock.sleep(max(0, run.available_at - services.clock.now_ms()) / 1_000)
        build_eraser(world.another()).execute(run.id, lambda: 14 * MINUTE)
        yield "execute (twice: what was under way must have ended)"
        run = _found(services, run)
        yield ""
    _succeeded(run)


@dataclass(frozen=True, slots=True)
class Life:
    name: str
    play: Play
    seconds: float
    """How long a worker of 1 GB is at it, waiting for the model most of the time."""
    asked: int = 0
    """HTTP requests that belong to it: create, next, and four looks."""


LIVES = (
    Life("diagnosis", diagnosis, 41, 5),
    Life("diagnosis of an assessment", assessment, 41, 5),
    Life("orchestration by hand", lambda world: orchestration(world, auto=False), 7 * 41, 11),
    Life("orchestration, automatic", lambda world: orchestration(world, auto=True), 7 * 41, 5),
    Life("analysis", analysis, 41, 5),
    Life("erasure of a patient with one run", erasure, 2, 3),
)
