"""Every kind of item as this version writes it, at values that are not defaults, written by the
stores themselves; and what is read of it.

Long because every kind stands here once.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from shared.errors import RefusedBecause
from shared.ports import Place as Retained
from shared.ports import Scope
from shared.records.artifact import Artifact
from shared.records.audit import AuditEntry, AuditQuery, Outcome
from shared.records.budget import Budget, Hold, Period
from shared.records.bulk import Bulk, BulkAction, BulkStatus
from shared.records.care import (
    Assessment,
    Assignment,
    Patient,
    Person,
    RecordContent,
    Tombstone,
    Upload,
)
from shared.records.counts import Marked, Tally
from shared.records.gate import Reason, pause_gate
from shared.records.money import LedgerEntry, TokenUsage, Usage
from shared.records.organisation import Organisation
from shared.records.project import Project, ProjectInput
from shared.records.provider import ProviderState
from shared.records.run import (
    SWEEPER,
    WORKER,
    Dispatch,
    HistoryEntry,
    PayloadRef,
    RecordRead,
    Run,
    Status,
    StepRecord,
    Subject,
)
from shared.records.webhook import (
    Attempt,
    Delivery,
    DeliveryStatus,
    Disabled,
    OldSecret,
    Webhook,
)
from shared.runs.canonical import sha256_hex
from shared.runs.codes import EventCode, FailureCode
from shared.runs.health import Health, Place
from shared.runs.timing import DAY, HOUR, MINUTE
from tests.contract.worlds import RealAdapters
from tests.fakes.world import MORNING, VirtualClock
from tests.support.samples import ADMIN, CLINICIAN, ORG, OTHER_ORG, PATIENT, a_run, run_id

ASSESSMENT, PROJECT, INPUT, REPORT, LINK, UPLOAD, BULK, WEBHOOK, DELIVERY = (
    run_id(n) for n in range(50, 59)
)
BURIED, ERASURE, ERASED_ASSESSMENT, ERASED_REPORT = (run_id(n) for n in range(60, 64))
GATE = pause_gate(ORG, "diagnosis")
SPENT = Usage("claude-sonnet-5-5", 5, 1, 2, TokenUsage(1, 2, 3, 4, 5), 6, 7, 8)
DATA, BIG = b'{"a": "document"}', b"0123456789abcdef" * 520
REF, SHA = PayloadRef("ab" * 32, 2_048), "cd" * 32
BOUGHT = f"call_model#1#{'ef' * 32}"
LATER = MORNING + HOUR


def _history(*entries: HistoryEntry) -> tuple[HistoryEntry, ...]:
    return (HistoryEntry(MORNING, CLINICIAN, Status.QUEUED, "create01", 0), *entries)


def _runs() -> dict[str, Run]:
    """One of each status and of each thing that a run can hold.

    Long because everything that a run can hold is named once.
    """
    steps = {
        "build_context": StepRecord(REF, SPENT, {"chars": 12}),
        "call_model": StepRecord(None, SPENT, {"seconds": 2}, answer=BOUGHT),
    }
    whole: dict[str, Any] = {
        "attempt": 2, "fence": 3, "claim_cost": 0, "round": 1, "max_attempts": 5,
        "steps": steps, "spoiled": {"validate": StepRecord(REF, SPENT, {"n": 1}, spoiled=True)},
        "usage": SPENT, "record": RecordRead(7, SHA, MORNING), "warnings": ("An old record.",),
        "tags": ("ward-3", "ü"), "metadata": {"source": "tour", "n": 3},
        "attributes": {"assessment_id": ASSESSMENT, "max_cost": 5_000_000, "max_attempts": 5},
        "available_at": LATER, "ring_after": LATER, "ring_interval": 2 * MINUTE,
        "deadline_at": MORNING + 2 * DAY,
    }  # fmt: skip
    started = HistoryEntry(MORNING + 1, WORKER, Status.RUNNING, "claim", 1)
    moves = _history(
        HistoryEntry(
            MORNING, CLINICIAN, Status.QUEUED, "attach", 0, None, EventCode.ARTIFACT_ATTACHED,
            (REPORT,),
        ),
        HistoryEntry(MORNING, ADMIN, Status.QUEUED, "execute", 0, code=EventCode.EXECUTE_ASKED),
        started,
        HistoryEntry(
            MORNING + 2, WORKER, Status.QUEUED, "r", 1, "call_model", FailureCode.LLM_ERROR
        ),
        replace(started, op="claim2", attempt=2),
        HistoryEntry(MORNING + 3, SWEEPER, Status.QUEUED, "lost", 2, code=EventCode.LEASE_LOST),
    )  # fmt: skip
    parked = HistoryEntry(MORNING + 4, WORKER, Status.QUEUED, "park", 2, code=Reason.PAUSED)
    ended: dict[str, Any] = {"started_at": MORNING, "completed_at": LATER}

    def end(status: Status, code: str | None = None) -> tuple[HistoryEntry, ...]:
        return (*moves, replace(started, to=status, op="end", step="persist", code=code))

    return {
        "queued": a_run(1, history=moves, start_at=LATER, dispatch=Dispatch.MANUAL, **whole),
        "due": a_run(2, input=PayloadRef.of(b"{}")),
        "parked": a_run(3, gate=GATE, needed=40_000, history=(*moves, parked), **whole),
        "running": a_run(
            4, status=Status.RUNNING, started_at=MORNING, lessee=WORKER, lease_until=LATER,
            history=(*moves, replace(started, op="claim3")), **whole,
        ),
        "taken": a_run(
            5, status=Status.RUNNING, started_at=MORNING, lessee=ADMIN, lease_until=LATER,
            history=(*moves, replace(started, actor=ADMIN)), **whole,
        ),
        "waiting": a_run(
            6, status=Status.WAITING, gate_until=LATER, workflow="orchestration",
            subject=Subject("intake", run_id(6)), history=end(Status.WAITING, "CHECKS_FAILED"),
            **whole,
        ),
        "succeeded": a_run(
            7, status=Status.SUCCEEDED, output=replace(REF, is_artifact=True),
            history=end(Status.SUCCEEDED), **ended, **whole,
        ),
        "answered": a_run(
            10, status=Status.SUCCEEDED, output=REF, history=end(Status.SUCCEEDED), **ended, **whole
        ),
        "failed": a_run(
            8, status=Status.FAILED, error_code="LLM_ERROR", error_detail=REF, workflow="analysis",
            subject=Subject("project", PROJECT), history=end(Status.FAILED, "LLM_ERROR"),
            **ended, **whole,
        ),
        "cancelled": a_run(
            9, status=Status.CANCELLED, erased_at=LATER, history=end(Status.CANCELLED),
            **ended, **whole,
        ),
    }  # fmt: skip


RUNS: Mapping[str, Run] = _runs()
_ARTIFACT = Artifact(
    REPORT, ORG, RUNS["queued"].id, "report", "earlier.json", sha256_hex(DATA), len(DATA),
    "application/json", "", MORNING, "ef" * 32, "planning", "docs/plan.md", "A plan",
)  # fmt: skip
_PATIENT = Patient(PATIENT, ORG, "user@example.org", MORNING, LATER, "Bed 3")
_ASSESSMENT = Assessment(
    ASSESSMENT, ORG, PATIENT, CLINICIAN, MORNING, SHA, {"funnel": {"slug": "s"}, "answers": {}}
)
_PERSON = Person("1960-05", "female", "2026-01-02", (("aa", "bb"), ("", "cc")))
_TOMBSTONE = Tombstone(ERASURE, MORNING, ADMIN, "ab" * 32)
_CONTENT = RecordContent({"Patient": 1, "Condition": 2}, _PERSON, ("Two were left out.",))
_UPLOAD = Upload(UPLOAD, ORG, PATIENT, CLINICIAN, MORNING, LATER, SHA, 1_000, "12" * 32, True, True)
_PROJECT = Project(PROJECT, ORG, "Harbour", CLINICIAN, MORNING, SHA)
_INPUT = ProjectInput(
    INPUT, ORG, PROJECT, 0, "final", "A title", CLINICIAN, MORNING, sha256_hex(DATA), len(DATA)
)
_BUDGET = Budget(ORG, "workflow:diagnosis", Period.MONTH, 9_000_000, "2026-11", spent=5)
_HOLD = Hold(400, LATER)
_STATE = ProviderState(RefusedBecause.OVERLOADED, MORNING, LATER, True, 2, LATER + 1)
_ORGANISATION = Organisation(ORG, ("diagnosis",), "Maintenance", ADMIN, MORNING, 400, version=1)
_LOOK = AuditEntry(
    MORNING, ORG, CLINICIAN, ("clinician",), "read_record",
    ((PATIENT, run_id(7)), (run_id(71), None)), Outcome.REFUSED, "request",
)  # fmt: skip


_BULK = Bulk(
    BULK, ORG, ADMIN, ("admin",), MORNING, BulkAction.RETRY,
    {"status": ["failed"], "tag": "ward-3"}, 50, SHA, dry_run=True, refresh=True,
    status=BulkStatus.RUNNING, completed_at=LATER, matched=4, done=1, skipped=2, failed=1,
    position="00ff", is_walked=True, chunk=(run_id(1), run_id(2)),
)  # fmt: skip


_WEBHOOK = Webhook(
    WEBHOOK, ORG, "https://hooks.example.org/studio", ("run.failed",), ("diagnosis",), "A board",
    "whsec_AA==", ADMIN, MORNING, SHA, (OldSecret("whsec_BB==", LATER),), LATER, Disabled.FAILING,
    LATER, MORNING,
)  # fmt: skip
_DELIVERY = Delivery(
    DELIVERY, WEBHOOK, ORG, "run.failed", run_id(8), "{}", MORNING, DeliveryStatus.PENDING,
    (Attempt(MORNING, 500, 30, "refused"),), 3, LATER, is_kept=True,
)  # fmt: skip


def write(real: RealAdapters) -> None:
    """All of it, through the stores."""
    for run in RUNS.values():
        real.runs.create(run)
    queued = RUNS["queued"]
    for data in (DATA, BIG):
        real.payloads.put(queued, data)
        real.payloads.put_answer(
            queued, f"call_model#1#{len(data)}", data, LedgerEntry(SPENT, 2, known_at=MORNING)
        )
    real.payloads.put_asked(queued, "call_model#1#asked#3", LedgerEntry(SPENT, asked_at=MORNING))
    real.payloads.settle(
        queued, "call_model#1#late#3", LedgerEntry(SPENT, timed_out=True, known_at=LATER)
    )
    real.artifacts.put(_ARTIFACT, DATA)
    real.artifacts.use_key(LINK, SHA)
    real.care.put_patient(_PATIENT)
    real.care.assign(ORG, Assignment(PATIENT, CLINICIAN, MORNING))
    real.care.create_assessment(_ASSESSMENT)
    real.records.put(ORG, PATIENT, DATA, _CONTENT, CLINICIAN, MORNING)
    real.records.put(ORG, PATIENT, BIG, _CONTENT, ADMIN, LATER)
    real.records.create_upload(_UPLOAD)
    real.records.use_upload(_UPLOAD, "a record")
    real.projects.create_project(_PROJECT)
    real.projects.add_input(_INPUT, DATA, SHA)
    real.projects.settle(PROJECT, MORNING + 9 * DAY)
    _write_settings(real)
    _erase(real)


def _erase(real: RealAdapters) -> None:
    """Another patient, whose clinician left, and of whom everything was erased."""
    real.care.put_patient(replace(_PATIENT, id=BURIED))
    real.care.assign(ORG, Assignment(BURIED, CLINICIAN, MORNING, ADMIN))
    real.care.unassign(ORG, BURIED, CLINICIAN, ADMIN, LATER)
    real.care.create_assessment(replace(_ASSESSMENT, id=ERASED_ASSESSMENT, patient_id=BURIED))
    real.artifacts.put(replace(_ARTIFACT, id=ERASED_REPORT, run_id=ERASURE), DATA)
    real.artifacts.use_key(run_id(64), SHA, RUNS["queued"].id)
    real.care.bury(ORG, BURIED, _TOMBSTONE)
    real.erasing.keep_tombstone(ORG, BURIED, _TOMBSTONE)
    real.erasing.note_reached(ERASURE, "inventory", {"runs": 3, "runs_after": "ab"})
    things, position = real.erasing.of_patient(ORG, BURIED, None)
    while position is not None:
        some, position = real.erasing.of_patient(ORG, BURIED, position)
        things += some
    real.erasing.remove([*things, *real.erasing.artifacts_of_run(ORG, ERASURE)], LATER)
    real.retention.save(ORG, Retained("ab", "cd", "ef"), LATER)


def _write_settings(real: RealAdapters) -> None:
    real.gates.note(GATE, MORNING)
    real.bulks.create(_BULK, LATER)
    real.webhooks.create(_WEBHOOK)
    real.deliveries.add(_DELIVERY, LATER)
    real.health.add(Place(), Place(1, "0@x"), {None: Health(3, 2, 1), ORG: Health(3, 2, 1)}, 1)
    real.health.add(Place(1, "0@x"), Place(2), {None: Health(1, 0, 0)}, LATER)
    real.health.add(Place(2), Place(3), {None: Health(1, 1, 1), ORG: Health(1, 1, 1)}, LATER)
    real.providers.put("provider#anthropic#m", replace(_STATE, version=1))
    real.organisations.put(_ORGANISATION)
    real.budgets.put(_BUDGET)
    real.budgets.hold(_BUDGET, "a#call", _HOLD)
    real.budgets.hold(_BUDGET, "another", Hold(300, LATER))
    real.budgets.settle(_BUDGET, "another", Hold(300, LATER), 200, 100)
    real.budgets.note_needed(_BUDGET, 9_500_000)
    counts = {"created|diagnosis": 3, "cost|diagnosis": 12, "code|diagnosis|LLM_ERROR": 1}
    real.counts.add("shard-1", [Marked(5, Tally(ORG, "2026-11-29", counts))], MORNING)
    real.counts.add("shard-1", [Marked(6, Tally(ORG, "open", {"queued|diagnosis": 2}))], MORNING)
    real.quota(VirtualClock(), 2).admit(ORG, CLINICIAN)
    real.audit.write(_LOOK)
    real.audit.write(replace(_LOOK, org_id=OTHER_ORG, about=((PATIENT, None),)))


def _project(real: RealAdapters) -> Project:
    found = real.projects.get_project(ORG, PROJECT)
    assert found is not None
    return found


def _run(name: str, real: RealAdapters) -> Run:
    found = real.runs.get(RUNS[name].id)
    assert found is not None
    return found


Read = Callable[[RealAdapters], Any]
READS: Mapping[str, Read] = {
    **{f"run {name}": partial(_run, name) for name in RUNS},
    "runs of the patient": lambda real: real.runs.page(
        Scope.of_subject(ORG, Subject("patient", PATIENT)), None, 20
    ).rows,
    "failed runs": lambda real: real.runs.page(Scope("rare", ORG, "failed"), None, 20).rows,
    "runs that bear a tag": lambda real: real.runs.page(
        Scope("organisation", ORG, ORG, "ward-3"), None, 20
    ).rows,
    "parked runs": lambda real: [
        due for shard in range(16) for due in real.runs.due(shard, GATE, 10**14, None, 9)[0]
    ],
    "payloads": lambda real: [
        real.payloads.get(_run("queued", real), PayloadRef(sha256_hex(data), len(data)))
        for data in (DATA, BIG)
    ],
    "answers": lambda real: [
        real.payloads.get_answer(_run("queued", real), f"call_model#1#{len(data)}")
        for data in (DATA, BIG)
    ],
    "purchases": lambda real: real.payloads.purchases(_run("queued", real)),
    "artifact": lambda real: real.artifacts.get(ORG, REPORT),
    "document": lambda real: real.artifacts.read(_ARTIFACT),
    "claimed key": lambda real: real.artifacts.use_key(LINK, SHA),
    "patient": lambda real: real.care.get_patient(ORG, PATIENT),
    "patients": lambda real: [
        real.care.patients(ORG, None, 9)[0],
        real.care.patients_of_clinician(ORG, CLINICIAN, None, 9)[0],
        real.care.patients_of_user(ORG, "user@example.org", None, 9)[0],
    ],
    "clinicians": lambda real: real.care.clinicians(ORG, PATIENT, None, 9)[0],
    "is assigned": lambda real: real.care.is_assigned(ORG, PATIENT, CLINICIAN),
    "assessment": lambda real: real.care.get_assessment(ORG, ASSESSMENT),
    "assessments": lambda real: real.care.assessments(ORG, PATIENT, None, 9)[0],
    "record": lambda real: real.records.read(ORG, PATIENT),
    "versions": lambda real: real.records.versions(ORG, PATIENT, None, 9),
    "upload": lambda real: real.records.get_upload(ORG, PATIENT, UPLOAD),
    "upload spent": lambda real: real.records.use_upload(_UPLOAD, "another"),
    "project": _project,
    "projects": lambda real: real.projects.summaries(ORG, CLINICIAN, None, 9)[0],
    "input": lambda real: real.projects.latest_input(_project(real), "final"),
    "input's id": lambda real: real.projects.is_taken(INPUT),
    "webhook": lambda real: real.webhooks.get(WEBHOOK),
    "webhooks": lambda real: real.webhooks.page(ORG, None, 9)[0],
    "delivery": lambda real: real.deliveries.get(WEBHOOK, DELIVERY),
    "deliveries due": lambda real: real.deliveries.due(LATER, 9),
    "bulk": lambda real: real.bulks.get(BULK),
    "bulks due": lambda real: real.bulks.due(LATER, 9),
    "gates": lambda real: real.gates.gates(),
    "health": lambda real: [real.health.place(), real.health.of(None), real.health.of(ORG)],
    "provider": lambda real: real.providers.get("provider#anthropic#m"),
    "organisation": lambda real: real.organisations.get(ORG),
    "budgets": lambda real: real.budgets.all(ORG, MORNING),
    "counts": lambda real: [
        real.counts.days(ORG, "2026-11-01", "2026-11-30"), real.counts.open(ORG)
    ],
    "tombstone": lambda real: real.care.get_patient(ORG, BURIED),
    "tombstones": lambda real: list(real.erasing.tombstones()),
    "ended assignments": lambda real: real.care.ended_assignments(ORG, BURIED),
    "erased assessment": lambda real: real.care.get_assessment(ORG, ERASED_ASSESSMENT),
    "erased artifact": lambda real: real.artifacts.erased_maker(ORG, ERASED_REPORT),
    "how far an erasure has come": lambda real: real.erasing.reached(ERASURE, "inventory"),
    "beside a run": lambda real: [
        [one.kind, *one.place] for one in real.erasing.of_run(ORG, RUNS["queued"].id)
    ],
    "retention": lambda real: [real.retention.place(ORG), real.retention.due(LATER, 9)],
    "looks": lambda real: real.audit.looks(AuditQuery(ORG), None, 9)[0],
    "looks at a run": lambda real: real.audit.looks(AuditQuery(ORG, run_id=run_id(7)), None, 9)[0],
}  # fmt: skip
"""What a later version must still read, by name."""
