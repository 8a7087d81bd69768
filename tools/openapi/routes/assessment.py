"""The assessment door: diagnosis runs of an assessment."""

from tools.openapi.answers.runs import AssessmentRun, AssessmentRunRow, UnreadableRun
from tools.openapi.operation import Operation, Routes, data, page

TAG = "Diagnosis runs of an assessment"
_RUN = data("AssessmentRun", run=AssessmentRun)

ROUTES: Routes = {
    "POST /api/diagnosis-runs": Operation(
        TAG,
        {201: _RUN, 200: _RUN},
        errors=(404, 410, 429),
        natural=True,
        waits=True,
        example={
            "assessment_id": "01a1fc26-dd91-77aa-a0ff-f719d478ba66",
            "correlation_id": "visit-42",
        },
    ),
    "GET /api/diagnosis-runs": Operation(
        TAG, {200: page("AssessmentRuns", runs=list[AssessmentRunRow | UnreadableRun])}
    ),
    "GET /api/diagnosis-runs/{runId}": Operation(
        TAG,
        {200: data("ReadAssessmentRun", run=AssessmentRun | UnreadableRun)},
        errors=(429,),
        waits=True,
    ),
    "POST /api/diagnosis-runs/{runId}/process": Operation(
        TAG, {202: _RUN, 200: _RUN}, errors=(409, 410, 429, 503), waits=True
    ),
}
