"""Who may do what, as a table to be read by people who must answer for it. test_access_matrix.py
asks the API for every cell.

    yes     the request is served; what then comes depends on the run's state only, see WHEN
    no      403: known, but not to be used by this caller
    hidden  404: exactly as if it did not exist
    login   401: no valid token

A relation to a patient is the one that holds *now*. Having created a patient's run never lets
anybody see more; it only narrows who may end it by hand.
"""

from collections.abc import Mapping

Table = Mapping[str, Mapping[str, str]]
YES, NO, HIDDEN, LOGIN = "yes", "no", "hidden", "login"


def _table(text: str) -> Table:
    """{row: {column: cell}} of lines whose cells are separated by two spaces or more after a row's
    name and a `|`.
    """
    lines = [
        line
        for line in text.strip("\n").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    columns = lines[0].partition("|")[2].split()
    return {
        row.strip(): dict(zip(columns, cells.split(), strict=True))
        for row, _, cells in (line.partition("|") for line in lines[1:])
    }


PEOPLE = {
    "creator": "a clinician of the patient, who created the run",
    "assigned": "another clinician of the patient",
    "former": "the clinician who created the run, but is the patient's clinician no more",
    "unassigned": "a clinician of the organisation who never was the patient's",
    "self": "the patient",
    "patient": "another patient of the organisation",
    "admin": "an admin of the organisation",
    "system": "a system account of the organisation",
    "member": "a member of the organisation without a part in care",
    "outsider": "an admin of another organisation",
    "nobody": "whoever has no valid token",
}

PATIENTS = _table("""
of a patient, or of a patient's run                  | creator assigned former  unassigned self patient admin system member outsider nobody
# the patient, who cares for them, and what is known of them
GET /api/patients/{patientId}                        | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
PUT /api/patients/{patientId}                        | no      no       no      no         no   no      yes   yes    no     yes      login
DELETE /api/patients/{patientId}                     | no      no       no      no         no   no      yes   no     no     hidden   login
GET /api/patients/{patientId}/clinicians             | no      no       no      no         no   no      yes   no     no     hidden   login
PUT /api/patients/{patientId}/clinicians/{userId}    | no      no       no      no         no   no      yes   no     no     hidden   login
DELETE /api/patients/{patientId}/clinicians/{userId} | no      no       no      no         no   no      yes   no     no     hidden   login
GET /api/patients/{patientId}/record                 | yes     yes      no      no         no   no      yes   yes    no     hidden   login
PUT /api/patients/{patientId}/record                 | yes     yes      no      no         no   no      yes   yes    no     hidden   login
GET /api/patients/{patientId}/record/versions        | yes     yes      no      no         no   no      yes   yes    no     hidden   login
POST /api/patients/{patientId}/record/uploads        | yes     yes      no      no         no   no      yes   yes    no     hidden   login
GET /api/patients/{patientId}/assessments            | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
POST /api/patients/{patientId}/assessments           | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
# diagnosis runs, studio door
POST /api/studio/patients/{patientId}/diagnosis-runs | yes     yes      no      no         no   no      yes   no     no     hidden   login
GET /api/studio/patients/{patientId}/diagnosis-runs  | yes     yes      no      no         no   no      yes   no     no     hidden   login
GET /api/studio/diagnosis-runs/{runId}               | yes     yes      no      no         no   no      yes   no     no     hidden   login
PATCH /api/studio/diagnosis-runs/{runId}             | yes     no       no      no         no   no      yes   no     no     hidden   login
POST /api/studio/diagnosis-runs/{runId}/execute      | yes     yes      no      no         no   no      yes   no     no     hidden   login
GET /api/studio/diagnosis-runs/{runId}/artifacts     | yes     yes      no      no         no   no      yes   no     no     hidden   login
POST /api/studio/diagnosis-runs/{runId}/artifacts    | yes     yes      no      no         no   no      yes   no     no     hidden   login
# whoever may see a run that it belongs to
GET /api/studio/diagnosis-artifacts/{artifactId}     | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
# diagnosis runs, assessment door
POST /api/diagnosis-runs                             | yes     yes      no      no         no   no      yes   yes    no     hidden   login
GET /api/diagnosis-runs/{runId}                      | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
POST /api/diagnosis-runs/{runId}/process             | no      no       no      no         no   no      yes   yes    no     hidden   login
# the same runs at the door of all runs
GET /runs/{runId}                                    | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
GET /runs/{runId}/artifacts                          | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
GET /runs/{runId}/artifacts/{artifactId}/download    | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
GET /runs/{runId}/events                             | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
GET /runs/{runId}/stream                             | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
GET /runs/compare                                    | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
GET /runs/{runId}/metrics                            | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
GET /runs/{runId}/why                                | yes     yes      no      no         yes  no      yes   yes    no     hidden   login
POST /runs/{runId}/next                              | yes     yes      no      no         no   no      yes   no     no     hidden   login
POST /runs/{runId}/cancel                            | yes     yes      no      no         no   no      yes   no     no     hidden   login
POST /runs/{runId}/retry                             | yes     yes      no      no         no   no      yes   no     no     hidden   login
POST /runs/{runId}/clone                             | yes     yes      no      no         no   no      yes   no     no     hidden   login
""")

OWNERS = {
    "creator": "the member who made it",
    "colleague": "another member of the organisation",
    "clinician": "a clinician of the organisation",
    "patient": "a patient of the organisation",
    "admin": "an admin of the organisation",
    "system": "a system account of the organisation",
    "outsider": "an admin of another organisation",
    "nobody": "whoever has no valid token",
}

OWNED = _table("""
of an orchestration, a project, or a project's run   | creator colleague clinician patient admin system outsider nobody
GET /runs/{runId}                                    | yes     no        no        no      yes   no     hidden   login
POST /runs/{runId}/next                              | yes     no        no        no      yes   no     hidden   login
POST /runs/{runId}/cancel                            | yes     no        no        no      yes   no     hidden   login
POST /runs/{runId}/retry                             | yes     no        no        no      yes   no     hidden   login
POST /runs/{runId}/clone                             | yes     no        no        no      yes   no     hidden   login
GET /runs/{runId}/artifacts                          | yes     no        no        no      yes   no     hidden   login
GET /runs/{runId}/artifacts/{artifactId}/download    | yes     no        no        no      yes   no     hidden   login
GET /runs/{runId}/events                             | yes     no        no        no      yes   no     hidden   login
GET /runs/{runId}/stream                             | yes     no        no        no      yes   no     hidden   login
GET /runs/compare                                    | yes     no        no        no      yes   no     hidden   login
GET /runs/{runId}/metrics                            | yes     no        no        no      yes   no     hidden   login
GET /runs/{runId}/why                                | yes     no        no        no      yes   no     hidden   login
# these routes are for patients' runs: to everybody else's they are as good as missing, once the role is let in at all
GET /api/studio/diagnosis-runs/{runId}               | no      no        hidden    no      hidden no    hidden   login
GET /api/diagnosis-runs/{runId}                      | no      no        hidden    hidden  hidden hidden hidden  login
POST /api/diagnosis-runs/{runId}/process             | no      no        no        no      hidden hidden hidden  login
# what a bulk does to each run is asked of that run
GET /bulk/{bulkId}                                   | yes     no        no        no      yes   no     hidden   login
POST /bulk/{bulkId}/cancel                           | yes     no        no        no      yes   no     hidden   login
# webhooks are the admins'
GET /webhooks/{webhookId}                            | no      no        no        no      yes   no     hidden   login
PATCH /webhooks/{webhookId}                          | no      no        no        no      yes   no     hidden   login
DELETE /webhooks/{webhookId}                         | no      no        no        no      yes   no     hidden   login
POST /webhooks/{webhookId}/rotate                    | no      no        no        no      yes   no     hidden   login
POST /webhooks/{webhookId}/test                      | no      no        no        no      yes   no     hidden   login
GET /webhooks/{webhookId}/deliveries                 | no      no        no        no      yes   no     hidden   login
POST /webhooks/{webhookId}/deliveries/{deliveryId}/replay | no      no        no        no      yes   no     hidden   login
# projects
POST /api/projects/{projectId}/inputs                | yes     no        no        no      yes   no     hidden   login
GET /api/projects/{projectId}/inputs                 | yes     no        no        no      yes   no     hidden   login
POST /api/projects/{projectId}/generate              | yes     no        no        no      yes   no     hidden   login
GET /api/projects/{projectId}/runs                   | yes     no        no        no      yes   no     hidden   login
GET /api/projects/{projectId}/runs/latest            | yes     no        no        no      yes   no     hidden   login
""")

ROLES = _table("""
of nothing in particular                             | clinician patient member admin system outsider nobody
GET /api/patients                                    | yes       yes     no     yes   yes    yes      login
GET /profiles                                        | yes       yes     yes    yes   yes    yes      login
GET /api/diagnosis-runs                              | yes       yes     no     yes   yes    yes      login
POST /runs                                           | yes       no      yes    yes   no     yes      login
GET /runs                                            | yes       yes     yes    yes   yes    yes      login
POST /api/projects                                   | yes       no      yes    yes   no     yes      login
GET /api/projects                                    | yes       no      yes    yes   no     yes      login
POST /bulk                                           | yes       no      yes    yes   no     yes      login
POST /webhooks                                       | no        no      no     yes   no     yes      login
GET /webhooks                                        | no        no      no     yes   no     yes      login
GET /budgets                                         | no        no      no     yes   yes    yes      login
PUT /budgets/{scope}                                 | no        no      no     yes   no     yes      login
DELETE /budgets/{scope}                              | no        no      no     yes   no     yes      login
GET /organisation                                    | yes       no      yes    yes   yes    yes      login
PATCH /organisation                                  | no        no      no     yes   no     yes      login
GET /health                                          | yes       yes     yes    yes   yes    yes      yes
GET /health/invariants                               | no        no      no     yes   yes    yes      login
GET /stats                                           | no        no      no     yes   yes    yes      login
GET /audit                                           | no        no      no     yes   no     yes      login
GET /openapi.json                                    | yes       yes     yes    yes   yes    yes      yes
GET /docs                                            | yes       yes     yes    yes   yes    yes      yes
""")

LISTED = _table("""
the patient, or the patient's runs, in a list   | creator assigned former  unassigned self patient admin system member outsider nobody
GET /api/patients                                    | yes     yes      no      no         yes  no      yes   yes    no     no       no
GET /api/diagnosis-runs                              | yes     yes      no      no         yes  no      yes   yes    no     no       no
GET /runs                                            | yes     no       no      no         no   no      yes   no     no     no       no
""")
"""GET /runs shows what one created and may still see, and an admin the organisation's."""

WHEN = _table("""
what a patient's run takes in which state            | queued running succeeded failed cancelled
PATCH /api/studio/diagnosis-runs/{runId}             | yes    no      no        no     no
POST /api/studio/diagnosis-runs/{runId}/execute      | yes    no      no        no     no
POST /api/studio/diagnosis-runs/{runId}/artifacts    | yes    no      no        no     no
POST /api/diagnosis-runs/{runId}/process             | yes    no      no        no     no
POST /runs/{runId}/next                              | no     no      no        no     no
POST /runs/{runId}/cancel                            | yes    yes     no        no     yes
POST /runs/{runId}/retry                             | no     no      no        yes    no
POST /runs/{runId}/clone                             | yes    yes     yes       yes    yes
""")
"""PATCH means taking the run into one's hands.

Here `no` is a 409. What is not named is served in every state.
"""
