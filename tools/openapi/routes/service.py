"""The service itself."""

from tools.openapi.answers.service import AuditEntry, Health, Invariants
from tools.openapi.operation import Answer, Operation, Routes, page, whole

TAG = "Service"

ROUTES: Routes = {
    "GET /health": Operation(TAG, {200: whole("Health", Health)}),
    "GET /health/invariants": Operation(TAG, {200: whole("Invariants", Invariants)}),
    "GET /audit": Operation(TAG, {200: page("Audit", entries=list[AuditEntry])}, errors=(503,)),
    "GET /openapi.json": Operation(
        TAG, {200: Answer("This document", None, media="application/json")}
    ),
    "GET /docs": Operation(
        TAG,
        {200: Answer("A page that shows this document", None, media="text/html")},
        errors=(404,),
    ),
}
