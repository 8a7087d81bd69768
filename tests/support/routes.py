"""Every route that docs/openapi.json declares, with a request to it that is legal in form and asks
for what does not exist.

The suites that hold for all routes are enumerated from here, so that a new route cannot be
forgotten by them: one without a request below fails test_every_route_has_a_request.
"""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

OPENAPI = Path(__file__).parents[2] / "docs" / "openapi.json"
_PARAMETER = re.compile(r"\{(\w+)\}")

FUNNEL = {"slug": "sleep", "version": "1", "questions": [{"id": "q1", "text": "How do you sleep?"}]}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": "p1"}}],
}

BODIES: Mapping[str, Any] = {
    "POST /api/studio/patients/{patientId}/diagnosis-runs": {
        "input_config": {},
        "dispatch": "manual",
    },
    "PATCH /api/studio/diagnosis-runs/{runId}": {"status": "running"},
    "POST /api/studio/diagnosis-runs/{runId}/execute": None,
    "POST /api/studio/diagnosis-runs/{runId}/artifacts": {
        "artifact_type": "note",
        "artifact_name": "n",
        "artifact_data": {},
    },
    "POST /api/diagnosis-runs": {
        "assessment_id": "00000000-0000-4000-8000-000000000000",
        "correlation_id": "c",
        "dispatch": "manual",
    },
    "POST /api/diagnosis-runs/{runId}/process": None,
    "POST /runs": {"profile": "analytics_forecast_app", "intake": "A forecast."},
    "POST /runs/{runId}/next": None,
    "PUT /budgets/{scope}": {"limit_usd": 1_000_000, "period": "month"},
    "PATCH /organisation": {"retention_days": None},
    "POST /bulk": {"action": "cancel", "filter": {"tag": "of nobody"}},
    "POST /bulk/{bulkId}/cancel": None,
    "POST /webhooks": {"url": "https://hooks.example.org/studio", "events": ["budget.reached"]},
    "PATCH /webhooks/{webhookId}": {"status": "enabled"},
    "POST /webhooks/{webhookId}/rotate": None,
    "POST /webhooks/{webhookId}/test": None,
    "POST /webhooks/{webhookId}/deliveries/{deliveryId}/replay": None,
    "POST /runs/{runId}/cancel": None,
    "POST /runs/{runId}/retry": None,
    "POST /runs/{runId}/clone": None,
    "POST /api/projects": {"name": "A project"},
    "POST /api/projects/{projectId}/inputs": {"input": {"hypothesis": "It sells."}},
    "POST /api/projects/{projectId}/generate": None,
    "PUT /api/patients/{patientId}": {},
    "PUT /api/patients/{patientId}/clinicians/{userId}": None,
    "PUT /api/patients/{patientId}/record": BUNDLE,
    "POST /api/patients/{patientId}/record/uploads": {
        "size_bytes": 2,
        "sha256": "ab" * 32,
        "format": "json",
    },
    "POST /api/patients/{patientId}/assessments": {"funnel": FUNNEL, "answers": {"q1": "badly"}},
}
"""What is sent to each route that takes a body; None for an action, whose body may be absent."""

QUERIES: Mapping[str, str] = {
    "GET /runs/compare": "?a={runId}&b={runId}",
    "DELETE /api/patients/{patientId}": "?confirm={patientId}",
}
"""What a route cannot be asked without, beside its path."""

OPEN = frozenset({"GET /health", "GET /openapi.json", "GET /docs"})
"""Routes that need no token."""


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    template: str
    query: tuple[str, ...] = field(default=(), compare=False)

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def parameters(self) -> list[str]:
        return _PARAMETER.findall(self.template)

    @property
    def takes_body(self) -> bool:
        return self.name in BODIES

    @property
    def body(self) -> Any:
        """One that its schema allows."""
        return BODIES.get(self.name)

    @property
    def is_list(self) -> bool:
        return "cursor" in self.query

    def path(self, **ids: str) -> str:
        """With these parameters; the others name nothing that exists."""
        unknown = {name: str(uuid.uuid4()) for name in self.parameters}
        ids = {**unknown, "scope": "organisation", **ids}
        return _PARAMETER.sub(
            lambda found: ids.get(found[1]) or str(uuid.uuid4()),
            self.template + QUERIES.get(self.name, ""),
        )


@lru_cache(maxsize=1)
def routes() -> tuple[Route, ...]:
    document = json.loads(OPENAPI.read_text("utf-8"))
    return tuple(
        Route(
            method.upper(),
            path,
            tuple(p["name"] for p in operation.get("parameters", []) if p.get("in") == "query"),
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )


def route(name: str) -> Route:
    """The route of that name, such as `GET /runs/{runId}`.

    Raises StopIteration for one that there is not.
    """
    return next(found for found in routes() if found.name == name)


def guarded() -> list[Route]:
    """The routes that need a token."""
    return [found for found in routes() if found.name not in OPEN]


def with_body() -> list[Route]:
    return [found for found in routes() if found.takes_body]


def of_things() -> list[Route]:
    """Guarded routes whose path names what has to exist; a person (`userId`) and a budget's
    scope need not,
    nor what PUT makes.
    """
    return [
        found
        for found in guarded()
        if set(found.parameters) - {"userId", "scope"}
        and found.name != "PUT /api/patients/{patientId}"
    ]


def lists() -> list[Route]:
    return [found for found in routes() if found.is_list]
