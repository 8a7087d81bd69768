"""Two doors of the API as people go through them in a history: an answer that waits, and a document
that is linked.

The doors' own code is played, over the history's stores; only API Gateway's event is left out.
"""

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from shared.access.policy import Action, Caller, Role
from shared.engine.listing import Reader
from shared.errors import Forbidden, ValidationFailed
from shared.http import waiting
from shared.http.authorize import patient_run
from shared.http.call import Call
from shared.http.doors import artifacts
from shared.records.artifact import Artifact
from shared.records.care import Assignment
from shared.records.run import Dispatch, HistoryEntry, PayloadRef, Run, Status, Subject
from shared.runs.canonical import sha256_hex
from tests.faults.scenarios import ORG, PATIENT

if TYPE_CHECKING:
    from tests.faults.world import World

WAIT_SECONDS = 20
NEIGHBOUR = "22222222-2222-4222-8222-222222222222"
"""Another patient of the same clinicians."""
NEIGHBOURS_RUN, NEIGHBOURS_REPORT = (
    "33333333-3333-4333-8333-333333333300",
    "33333333-3333-4333-8333-333333333301",
)
REPORT = b'{"note": "of another patient"}'
STAFF = ("clinician", "admin")


def assignments(now: int) -> list[Assignment]:
    """Everybody who acts in a history may see both patients at its beginning."""
    return [Assignment(patient, who, now) for patient in (PATIENT, NEIGHBOUR) for who in STAFF]


def neighbours_report(now: int) -> tuple[Artifact, Run]:
    """A document of the other patient, and the run that it is from."""
    report = Artifact(
        NEIGHBOURS_REPORT, ORG, NEIGHBOURS_RUN, "report", "theirs.json", sha256_hex(REPORT),
        len(REPORT), "application/json", "", now,
    )  # fmt: skip
    made = HistoryEntry(now, "clinician", Status.QUEUED, "made", 0)
    named = HistoryEntry(
        now, "clinician", Status.CANCELLED, "named", 0, artifacts=(NEIGHBOURS_REPORT,)
    )
    ref = PayloadRef("ab" * 32, 2)
    maker = Run(
        id=NEIGHBOURS_RUN, org_id=ORG, workflow="diagnosis", subject=Subject("patient", NEIGHBOUR),
        created_by="clinician", created_at=now, gen="g", input=ref, fingerprint="ab" * 32,
        deadline_at=now, status=Status.CANCELLED, dispatch=Dispatch.MANUAL, max_attempts=1,
        completed_at=now, history=(made, replace(named)),
    )  # fmt: skip
    return report, maker


def shown_after_waiting(world: "World", run_id: str, who: str) -> Run | None:
    """What `GET ...` with `Prefer: wait` answers; None where it is refused."""
    call = _call(world, who, wait_seconds=WAIT_SECONDS)
    try:
        return waiting.waited(call, _find(call, run_id), _find)
    except Forbidden:
        return None


def linked(world: "World", run: Run, who: str) -> Run | None:
    """What comes of linking the other patient's document into the run; None where it is refused."""
    try:
        artifacts.link_artifact(_call(world, who), run, NEIGHBOURS_REPORT)
    except (Forbidden, ValidationFailed):
        return None
    return run


def _find(call: Call, run_id: str) -> Run:
    return patient_run(call, run_id, Action.READ_PATIENT_RUN)


def _call(world: "World", who: str, wait_seconds: int = 0) -> Call:
    services: Any = SimpleNamespace(
        runs=world.runs,
        care=world.care,
        artifacts=world.artifacts,
        commands=world.commands,
        ids=world.ids,
        reader=Reader(world.runs, world.clock),
        settings=SimpleNamespace(quota_per_minute=0),
    )
    return Call(
        services=cast(Any, services),
        caller=Caller(who, ORG, frozenset({Role.CLINICIAN})),
        request_id=world.ids.op(),
        method="GET" if wait_seconds else "POST",
        path="",
        params={},
        headers={},
        raw_body=b"",
        body=None,
        keyed=False,
        idempotency_key=None,
        position=None,
        list_name="",
        wait_seconds=wait_seconds,
    )
