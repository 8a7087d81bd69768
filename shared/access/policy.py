"""The access policy as a table a lawyer could read: action -> role -> the relations that must all
hold.

Default deny. Another organisation's things never get here: handlers answer 404 for them. On a
patient's run the relation to the patient decides; having created the run narrows who may change it
and never widens who may see it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    PATIENT = "patient"
    CLINICIAN = "clinician"
    MEMBER = "member"
    ADMIN = "admin"
    SYSTEM = "system"


class Relation(StrEnum):
    """What holds between a caller and the thing asked for, now."""

    ASSIGNED = "assigned"
    """A clinician of the patient whom the thing is about."""
    SELF = "self"
    """The patient whom the thing is about."""
    CREATOR = "creator"
    """Whoever made it."""


class Action(StrEnum):
    CREATE_PATIENT_RUN = "create_patient_run"
    READ_PATIENT_RUN = "read_patient_run"
    UPDATE_PATIENT_RUN = "update_patient_run"
    EXECUTE_PATIENT_RUN = "execute_patient_run"
    ATTACH_ARTIFACT = "attach_artifact"
    LIST_PATIENTS = "list_patients"
    READ_PATIENT = "read_patient"
    WRITE_PATIENT = "write_patient"
    ERASE_PATIENT = "erase_patient"
    MANAGE_CLINICIANS = "manage_clinicians"
    USE_RECORD = "use_record"
    USE_ASSESSMENTS = "use_assessments"
    CREATE_ASSESSMENT_RUN = "create_assessment_run"
    READ_RUN_OF_PATIENT = "read_run_of_patient"
    """Through any door but the studio's."""
    PROCESS_ASSESSMENT_RUN = "process_assessment_run"
    USE_RUNS = "use_runs"
    """The gate of /runs, before it is known what kind of run is asked for."""
    CHANGE_RUNS = "change_runs"
    """The same for what changes a run."""
    CLONE_RUNS = "clone_runs"
    """And for cloning: whoever may create any kind of run."""
    CREATE_RUN = "create_run"
    READ_OWN_RUN = "read_own_run"
    CHANGE_OWN_RUN = "change_own_run"
    MANAGE_WEBHOOKS = "manage_webhooks"
    CREATE_BULK = "create_bulk"
    USE_BULK = "use_bulk"
    """To see a bulk, and to end it; what it does to each run is asked of that run."""
    CREATE_PROJECT = "create_project"
    LIST_PROJECTS = "list_projects"
    USE_PROJECT = "use_project"
    """Its inputs and its analyses."""
    READ_INVARIANTS = "read_invariants"
    READ_AUDIT = "read_audit"
    READ_STATS = "read_stats"
    READ_BUDGETS = "read_budgets"
    WRITE_BUDGETS = "write_budgets"
    READ_ORGANISATION = "read_organisation"
    WRITE_ORGANISATION = "write_organisation"


Rule = frozenset[Relation]
_ANY: Rule = frozenset()
_ASSIGNED: Rule = frozenset({Relation.ASSIGNED})
_SELF: Rule = frozenset({Relation.SELF})
_CARE: Mapping[Role, Rule] = {Role.CLINICIAN: _ASSIGNED, Role.ADMIN: _ANY}
_CARE_AND_PATIENT: Mapping[Role, Rule] = {**_CARE, Role.SYSTEM: _ANY, Role.PATIENT: _SELF}
_CREATOR: Rule = frozenset({Relation.CREATOR})
_MAKERS: Mapping[Role, Rule] = {Role.MEMBER: _ANY, Role.CLINICIAN: _ANY, Role.ADMIN: _ANY}
_OWNERS: Mapping[Role, Rule] = {Role.MEMBER: _CREATOR, Role.CLINICIAN: _CREATOR, Role.ADMIN: _ANY}

POLICY: Mapping[Action, Mapping[Role, Rule]] = {
    Action.CREATE_PATIENT_RUN: _CARE,
    Action.READ_PATIENT_RUN: _CARE,
    Action.UPDATE_PATIENT_RUN: {
        Role.CLINICIAN: frozenset({Relation.ASSIGNED, Relation.CREATOR}),
        Role.ADMIN: _ANY,
    },
    Action.EXECUTE_PATIENT_RUN: _CARE,
    Action.ATTACH_ARTIFACT: _CARE,
    Action.LIST_PATIENTS: {
        Role.CLINICIAN: _ANY,
        Role.ADMIN: _ANY,
        Role.SYSTEM: _ANY,
        Role.PATIENT: _ANY,
    },
    Action.READ_PATIENT: _CARE_AND_PATIENT,
    Action.WRITE_PATIENT: {Role.ADMIN: _ANY, Role.SYSTEM: _ANY},
    Action.ERASE_PATIENT: {Role.ADMIN: _ANY},
    Action.MANAGE_CLINICIANS: {Role.ADMIN: _ANY},
    Action.USE_RECORD: {Role.CLINICIAN: _ASSIGNED, Role.ADMIN: _ANY, Role.SYSTEM: _ANY},
    Action.USE_ASSESSMENTS: _CARE_AND_PATIENT,
    Action.CREATE_ASSESSMENT_RUN: {**_CARE, Role.SYSTEM: _ANY},
    Action.READ_RUN_OF_PATIENT: _CARE_AND_PATIENT,
    Action.PROCESS_ASSESSMENT_RUN: {Role.ADMIN: _ANY, Role.SYSTEM: _ANY},
    Action.USE_RUNS: dict.fromkeys(Role, _ANY),
    Action.CHANGE_RUNS: _MAKERS,
    Action.CLONE_RUNS: {**_MAKERS, Role.SYSTEM: _ANY},
    Action.CREATE_RUN: _MAKERS,
    Action.READ_OWN_RUN: _OWNERS,
    Action.CHANGE_OWN_RUN: _OWNERS,
    Action.MANAGE_WEBHOOKS: {Role.ADMIN: _ANY},
    Action.CREATE_BULK: _MAKERS,
    Action.USE_BULK: _OWNERS,
    Action.CREATE_PROJECT: _MAKERS,
    Action.LIST_PROJECTS: _MAKERS,
    Action.USE_PROJECT: _OWNERS,
    Action.READ_INVARIANTS: {Role.ADMIN: _ANY, Role.SYSTEM: _ANY},
    Action.READ_AUDIT: {Role.ADMIN: _ANY, Role.PATIENT: _SELF},
    Action.READ_STATS: {Role.ADMIN: _ANY, Role.SYSTEM: _ANY},
    Action.READ_BUDGETS: {Role.ADMIN: _ANY, Role.SYSTEM: _ANY},
    Action.WRITE_BUDGETS: {Role.ADMIN: _ANY},
    Action.READ_ORGANISATION: {**_MAKERS, Role.SYSTEM: _ANY},
    Action.WRITE_ORGANISATION: {Role.ADMIN: _ANY},
}

READS: frozenset[Action] = frozenset(
    {Action.READ_PATIENT_RUN, Action.READ_RUN_OF_PATIENT, Action.READ_OWN_RUN}
)
"""What shows a run: of one that was erased its skeleton. All else is done with it no more."""

UNRECORDED: frozenset[Action] = frozenset(
    {
        Action.CREATE_RUN,
        Action.READ_OWN_RUN,
        Action.CHANGE_OWN_RUN,
        Action.MANAGE_WEBHOOKS,
        Action.CREATE_BULK,
        Action.USE_BULK,
        Action.CREATE_PROJECT,
        Action.LIST_PROJECTS,
        Action.USE_PROJECT,
        Action.READ_INVARIANTS,
        Action.READ_AUDIT,
        Action.READ_STATS,
        Action.READ_BUDGETS,
        Action.WRITE_BUDGETS,
        Action.READ_ORGANISATION,
        Action.WRITE_ORGANISATION,
    }
)
"""What never comes to a patient's data. Of who read the trail the trail says nothing."""
RECORDED: frozenset[Action] = frozenset(Action) - UNRECORDED
"""What goes on record, by whom, of whom and whether it was allowed, as soon as a patient is named:
a new action does, unless it is taken out above.
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the verified token says."""

    user_id: str
    org_id: str
    roles: frozenset[Role]

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


def role_permits(caller: Caller, action: Action) -> bool:
    """Whether any of the caller's roles could do this to anything."""
    return not caller.roles.isdisjoint(POLICY[action])


def permits(caller: Caller, action: Action, relations: Iterable[Relation]) -> bool:
    """Whether one of the caller's roles may do this where these relations hold."""
    held = frozenset(relations)
    return any(role in POLICY[action] and POLICY[action][role] <= held for role in caller.roles)
