"""Runs of any workflow, and orchestrations."""

from shared.records.run import Status
from tools.openapi.answers.artifacts import ArtifactRow, UnavailableArtifact
from tools.openapi.answers.metrics import Metrics, Profile
from tools.openapi.answers.runs import (
    Advanced,
    Event,
    Patch,
    Receipt,
    Run,
    RunRow,
    UnreadableRun,
    Waiting,
)
from tools.openapi.answers.shape import Count, Id, Json, Time
from tools.openapi.answers.usage import Usage
from tools.openapi.answers.words import Reason
from tools.openapi.operation import MAYBE_CURSOR, Answer, Operation, Routes, data, page, whole

TAG = "Runs"
_RUN = data("Run", run=Run | UnreadableRun)
_CREATED = data("CreatedRun", run=Run)
_ADVANCED = whole("Advanced", Advanced)
_COMPARED = dict[str, Usage | None]

ROUTES: Routes = {
    "POST /runs": Operation(
        TAG,
        {201: _CREATED, 200: _CREATED},
        errors=(429,),
        keyed=True,
        waits=True,
        example={"profile": "analytics_forecast_app", "intake": "A demand forecast for bakeries."},
    ),
    "GET /runs": Operation(
        TAG,
        {200: page("Runs", runs=list[RunRow | UnreadableRun])},
        parameters={
            "workflow": "Only runs of this workflow",
            "profile": "Only orchestrations under this profile",
            "tag": "Only runs that bear this tag",
        },
    ),
    "GET /runs/{runId}": Operation(TAG, {200: _RUN}, errors=(429,), waits=True),
    "POST /runs/{runId}/next": Operation(
        TAG,
        {202: _ADVANCED, 200: _ADVANCED},
        errors=(409, 410, 429),
        keyed=True,
        waits=True,
        example={"skip_validation": False},
    ),
    "POST /runs/{runId}/cancel": Operation(
        TAG, {200: data("Cancelled", run=Run, receipt=Receipt)}, errors=(409, 410)
    ),
    "POST /runs/{runId}/retry": Operation(
        TAG,
        {202: _CREATED, 200: _CREATED},
        errors=(409, 410, 429, 503),
        keyed=True,
        waits=True,
    ),
    "POST /runs/{runId}/clone": Operation(
        TAG,
        {201: _CREATED, 200: _CREATED},
        errors=(409, 410, 429),
        keyed=True,
        waits=True,
        example={"overrides": {"tags": ["again"]}},
    ),
    "GET /runs/{runId}/artifacts": Operation(
        TAG,
        {
            200: page(
                "ArtifactTree",
                run_id=Id,
                total_count=Count,
                artifacts_by_phase=dict[str, list[ArtifactRow | UnavailableArtifact]],
                artifacts=list[ArtifactRow | UnavailableArtifact],
            )
        },
        errors=(409, 410),
    ),
    "GET /runs/{runId}/artifacts/{artifactId}/download": Operation(
        TAG,
        {
            302: Answer(
                "`Location` holds a presigned URL, good for five minutes, that names the file",
                None,
                headers=("Location",),
            )
        },
        errors=(409, 410),
    ),
    "GET /runs/{runId}/events": Operation(
        TAG, {200: page("Events", events=list[Event])}, errors=(409, 429), waits=True
    ),
    "GET /runs/{runId}/metrics": Operation(TAG, {200: whole("Metrics", Metrics)}, errors=(409,)),
    "GET /runs/{runId}/why": Operation(
        TAG,
        {
            200: data(
                "Why",
                status=Status,
                blocked_by=Reason | None,
                waiting_for=list[Waiting],
                looked_at_again_at=Time | None,
                ends_by=Time | None,
            )
        },
        errors=(409,),
    ),
    "GET /runs/{runId}/stream": Operation(
        TAG,
        {
            200: Answer(
                "The events after the last that was seen, as server-sent events: `id: SEQ`, "
                "`event: <to>`, "
                "`data: {event}`, always with `retry: 1000`; `event: end` closes the "
                "last answer of an ended run",
                None,
                media="text/event-stream",
            ),
            204: Answer("The run has ended and everything was seen", None),
        },
        errors=(409, 429),
        resumes=True,
    ),
    "GET /runs/compare": Operation(
        TAG,
        {
            200: data(
                "Comparison",
                a=Id,
                b=Id,
                input=list[Patch] | None,
                pack=list[Patch] | None,
                output=list[Patch] | None,
                usage=_COMPARED,
                steps=list[Json],
            )
        },
        errors=(404, 409, 410),
    ),
    "GET /profiles": Operation(
        TAG, {200: data("Profiles", profiles=list[Profile], next_cursor=MAYBE_CURSOR)}
    ),
}
