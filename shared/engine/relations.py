"""The facts that the access policy asks for: what holds between a caller and a patient, now."""

from shared.access.policy import Caller, Relation, Role
from shared.ports import CareStore


def relations(
    care: CareStore, caller: Caller, patient_id: str, creator: str | None = None
) -> frozenset[Relation]:
    """Read afresh and strongly consistent, so that an assignment given or taken is effective at
    once.

    `creator`: who made the thing asked for, where that matters.
    """
    held = set()
    if caller.has(Role.CLINICIAN) and care.is_assigned(caller.org_id, patient_id, caller.user_id):
        held.add(Relation.ASSIGNED)
    if caller.has(Role.PATIENT):
        patient = care.get_patient(caller.org_id, patient_id)
        if patient is not None and patient.belongs_to(caller.user_id):
            held.add(Relation.SELF)
    if creator == caller.user_id:
        held.add(Relation.CREATOR)
    return frozenset(held)
