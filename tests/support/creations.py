"""One request for everything that a POST creates, by route: what the suites about creating are
enumerated from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.demo.client import Answer, Client
from tests.support.care import Ward
from tests.support.routes import FUNNEL


@dataclass(frozen=True)
class Creation:
    """A request that creates something; `other` is another body that would create something too."""

    client: Client
    path: str
    body: Any
    other: Any
    user: str = "clinician"

    def send(self, key: str | None = None, body: Any = None, user: str | None = None) -> Answer:
        headers = {} if key is None else {"idempotency_key": key}
        return self.client.call(
            "POST", self.path, self.body if body is None else body, user or self.user, **headers
        )


def made(answer: Answer) -> Any:
    """The one thing in the answer's data; a presigned URL is signed anew each time."""
    (thing,) = (value for value in answer.data.values() if isinstance(value, dict))
    return {name: value for name, value in thing.items() if name != "url"}


def a_patients_run(ward: Ward) -> Creation:
    body = {
        "input_config": {"question": "why", "since": [1, 2.5, None, True]},
        "dispatch": "manual",
        "tags": ["a", "b"],
    }
    return Creation(
        ward.client,
        f"/api/studio/patients/{ward.patient}/diagnosis-runs",
        body,
        body | {"tags": ["b", "a"]},
    )


def an_artifact(ward: Ward) -> Creation:
    body = {
        "artifact_type": "ecg_analysis",
        "artifact_name": "ECG",
        "artifact_data": {"rate": 61, "rhythm": "sinus"},
    }
    return Creation(
        ward.client,
        f"/api/studio/diagnosis-runs/{ward.a_run()}/artifacts",
        body,
        body | {"artifact_name": "Other"},
    )


def a_link(ward: Ward) -> Creation:
    """The same route with its other body: naming an artifact that is there."""
    one, other = (
        made(ward.attach(ward.a_run(), artifact_type="note", artifact_name=n, artifact_data={}))[
            "id"
        ]
        for n in ("one", "two")
    )
    return Creation(
        ward.client,
        f"/api/studio/diagnosis-runs/{ward.a_run()}/artifacts",
        {"artifact_id": one},
        {"artifact_id": other},
    )


def an_assessment(ward: Ward) -> Creation:
    body = {"funnel": FUNNEL, "answers": {"q1": "badly"}}
    return Creation(
        ward.client,
        f"/api/patients/{ward.patient}/assessments",
        body,
        body | {"answers": {"q1": "well"}},
    )


def an_upload(ward: Ward) -> Creation:
    body = {"size_bytes": 10, "sha256": "ab" * 32, "format": "json"}
    path = f"/api/patients/{ward.patient}/record/uploads"
    return Creation(ward.client, path, body, body | {"size_bytes": 11})


def an_orchestration(ward: Ward) -> Creation:
    body = {
        "profile": "analytics_forecast_app",
        "intake": "Forecast the demand.",
        "metadata": {"client": "Acme", "team": "A"},
    }
    return Creation(ward.client, "/runs", body, body | {"intake": "Forecast the supply."}, "member")


def a_clone(ward: Ward) -> Creation:
    body: dict[str, Any] = {"overrides": {"dispatch": "manual", "tags": ["again"]}}
    return Creation(
        ward.client, f"/runs/{ward.a_run()}/clone", body, {"overrides": {"dispatch": "manual"}}
    )


def a_project(ward: Ward) -> Creation:
    return Creation(ward.client, "/api/projects", {"name": "One"}, {"name": "Two"}, "member")


def an_input(ward: Ward) -> Creation:
    project = made(a_project(ward).send())["id"]
    body = {"input": {"hypothesis": "It sells."}, "status": "draft"}
    return Creation(
        ward.client, f"/api/projects/{project}/inputs", body, body | {"status": "final"}, "member"
    )


CREATING: Mapping[str, list[Callable[[Ward], Creation]]] = {
    "POST /api/studio/patients/{patientId}/diagnosis-runs": [a_patients_run],
    "POST /api/studio/diagnosis-runs/{runId}/artifacts": [an_artifact, a_link],
    "POST /api/patients/{patientId}/assessments": [an_assessment],
    "POST /api/patients/{patientId}/record/uploads": [an_upload],
    "POST /runs": [an_orchestration],
    "POST /runs/{runId}/clone": [a_clone],
    "POST /api/projects": [a_project],
    "POST /api/projects/{projectId}/inputs": [an_input],
}
"""Every route whose key is the header's, with the things it makes."""

NATURAL = {"POST /api/diagnosis-runs", "POST /api/projects/{projectId}/generate"}
"""Every route whose requests are the same by what they name."""

ADMINS = {"POST /webhooks"}
"""Keyed, but for admins alone, so no clinician's ward makes them; tests/http/test_webhooks.py has
their keys.
"""
