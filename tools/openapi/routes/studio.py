"""The studio door: diagnosis runs of a patient."""

from tools.openapi.answers.artifacts import Artifact, ArtifactRow, UnavailableArtifact
from tools.openapi.answers.runs import StudioRun, StudioRunRow, UnreadableRun
from tools.openapi.operation import Operation, Routes, data, page

TAG = "Diagnosis runs of a patient"
_RUN = data("StudioRun", run=StudioRun)
_ARTIFACT = data("Artifact", artifact=Artifact)

ROUTES: Routes = {
    "POST /api/studio/patients/{patientId}/diagnosis-runs": Operation(
        TAG,
        {201: _RUN, 200: _RUN},
        errors=(410, 429),
        keyed=True,
        waits=True,
        example={"input_config": {"question": "What should be looked at first?"}},
    ),
    "GET /api/studio/patients/{patientId}/diagnosis-runs": Operation(
        TAG, {200: page("StudioRuns", runs=list[StudioRunRow | UnreadableRun])}, errors=(410,)
    ),
    "GET /api/studio/diagnosis-runs/{runId}": Operation(
        TAG,
        {200: data("ReadStudioRun", run=StudioRun | UnreadableRun)},
        errors=(429,),
        waits=True,
    ),
    "PATCH /api/studio/diagnosis-runs/{runId}": Operation(
        TAG, {200: _RUN}, errors=(409, 410), example={"status": "running"}
    ),
    "POST /api/studio/diagnosis-runs/{runId}/execute": Operation(
        TAG, {202: _RUN, 200: _RUN}, errors=(409, 410, 429, 503), waits=True
    ),
    "GET /api/studio/diagnosis-runs/{runId}/artifacts": Operation(
        TAG,
        {200: page("Artifacts", artifacts=list[ArtifactRow | UnavailableArtifact])},
        errors=(409, 410),
    ),
    "POST /api/studio/diagnosis-runs/{runId}/artifacts": Operation(
        TAG,
        {201: _ARTIFACT, 200: _ARTIFACT},
        errors=(409, 410, 429),
        keyed=True,
        example={
            "artifact_type": "ecg_analysis",
            "artifact_name": "ECG of today",
            "artifact_data": {"rhythm": "sinus"},
        },
    ),
    "GET /api/studio/diagnosis-artifacts/{artifactId}": Operation(
        TAG, {200: _ARTIFACT}, errors=(409, 410)
    ),
}
