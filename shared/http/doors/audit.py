"""The audit trail in the contract's words."""

from datetime import datetime

from shared.http.call import Call
from shared.http.models import milliseconds
from shared.http.views import Json, time
from shared.records.audit import AuditQuery, Look


def trail_query(
    call: Call,
    patient: str | None,
    person: str | None,
    run: str | None,
    since: datetime | None,
    until: datetime | None,
) -> AuditQuery:
    """All that is given must hold; nothing given is the whole organisation."""
    return AuditQuery(
        call.caller.org_id,
        patient,
        person,
        run,
        None if since is None else milliseconds(since),
        None if until is None else milliseconds(until),
    )


def look_view(look: Look) -> Json:
    return {
        "at": time(look.at),
        "person": look.person,
        "roles": list(look.roles),
        "action": look.action,
        "patient_id": look.patient_id,
        "run_id": look.run_id,
        "outcome": look.outcome.value,
        "request_id": look.request_id,
    }
