"""The facts that the access policy asks for: what holds between a caller and a patient, now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

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


def relations_to(
    care: CareStore, caller: Caller, patient_ids: Sequence[str]
) -> Mapping[str, frozenset[Relation]]:
    """`relations` to several patients, in as many requests whatever their number up to a hundred.

    A patient to whom there is none may be missing.
    """
    held: defaultdict[str, set[Relation]] = defaultdict(set)
    if caller.has(Role.CLINICIAN):
        for patient_id in care.assigned_of(caller.org_id, patient_ids, caller.user_id):
            held[patient_id].add(Relation.ASSIGNED)
    if caller.has(Role.PATIENT):
        for patient in care.get_patients(caller.org_id, patient_ids):
            if patient.belongs_to(caller.user_id):
                held[patient.id].add(Relation.SELF)
    return {patient_id: frozenset(own) for patient_id, own in held.items()}
