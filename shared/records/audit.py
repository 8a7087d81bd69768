"""One entry of the audit trail: who looked at or changed whose data, when, by which request, and
whether they were allowed to.

Ids and fixed words only. Nothing of what was seen stands in it.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.records.run import Run

WORKER = "worker"
"""Who reads a patient's record to execute a run."""


class Outcome(StrEnum):
    ALLOWED = "allowed"
    REFUSED = "refused"


About = tuple[str, str | None]
"""A patient, and the run of theirs that was asked for, None where no single one was."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`at` in milliseconds; `person` a sub or WORKER; `about` all whose data the request touched,
    at least one.
    """

    at: int
    org_id: str
    person: str
    roles: tuple[str, ...]
    action: str
    about: tuple[About, ...]
    outcome: Outcome
    request_id: str


def workers_entry(run: Run, action: str, at: int) -> AuditEntry:
    """That a worker did something to a patient's data, in its present claim of the run."""
    about = (run.subject.id, run.id)
    return worker_did(action, run.org_id, about, at, request_id=f"{run.id}.{run.fence}")


def worker_did(action: str, org_id: str, about: About, at: int, *, request_id: str) -> AuditEntry:
    """That a worker did something to a patient's data, in a run of theirs or in none."""
    return AuditEntry(
        at=at,
        org_id=org_id,
        person=WORKER,
        roles=(),
        action=action,
        about=(about,),
        outcome=Outcome.ALLOWED,
        request_id=request_id,
    )


@dataclass(frozen=True, slots=True)
class Look:
    """An entry of one patient, as the trail is read."""

    at: int
    person: str
    roles: tuple[str, ...]
    action: str
    patient_id: str
    run_id: str | None
    outcome: Outcome
    request_id: str


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which looks: of an organisation, or of one patient, person or run in it, whose `at` lies in
    [since, until).
    """

    org_id: str
    patient_id: str | None = None
    person: str | None = None
    run_id: str | None = None
    since: int | None = None
    until: int | None = None
