"""What goes on record in the audit trail: whose data a request came to, and that the worker reads
a patient's record to execute a run.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared.access.policy import Caller
from shared.ports import AuditTrail, Clock, Unreadable
from shared.records.audit import AuditEntry, Outcome, workers_entry
from shared.records.run import Run
from shared.workflows.definitions import PATIENT

READ_RECORD = "read_record"


@dataclass(slots=True)
class Looks:
    """The patients and the runs that one request has touched so far, each once, in order.

    Noted where it is decided who may see them, before the decision. A list names the patients of
    its runs, and not each run.
    """

    patients: dict[str, None] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    """Run -> its patient."""

    def at_patient(self, patient_id: str) -> None:
        self.patients[patient_id] = None

    def at_runs(self, runs: Iterable[Run | Unreadable]) -> None:
        """Of patients' runs the patient and the run; of others nothing."""
        for run in runs:
            if run.subject is not None and run.subject.type == PATIENT:
                self.runs[run.id] = run.subject.id

    def hand_over(self, run_id: str, other: "Looks") -> None:
        """A run that is to be told elsewhere."""
        if run_id in self.runs:
            other.runs[run_id] = self.runs.pop(run_id)

    def at_list(self, runs: Iterable[Run | Unreadable]) -> None:
        for run in runs:
            if run.subject is not None and run.subject.type == PATIENT:
                self.at_patient(run.subject.id)

    def entry(
        self, caller: Caller, action: str, request_id: str, at: int, *, refused: bool
    ) -> AuditEntry | None:
        """What goes on record; None when no patient's data was asked for."""
        named = [(patient, run) for run, patient in self.runs.items()]
        others = [(one, None) for one in self.patients if one not in self.runs.values()]
        if not (named or others) or not caller.org_id:
            return None
        return AuditEntry(
            at=at,
            org_id=caller.org_id,
            person=caller.user_id,
            roles=tuple(sorted(caller.roles)),
            action=action,
            about=(*named, *others),
            outcome=Outcome.REFUSED if refused else Outcome.ALLOWED,
            request_id=request_id,
        )


def reading(trail: AuditTrail, clock: Clock) -> Callable[[Run], None]:
    """Writes one entry of a claim of the run. Raises StoreUnavailable; then nothing may be read."""

    def note(run: Run) -> None:
        trail.write(workers_entry(run, READ_RECORD, clock.now_ms()))

    return note
