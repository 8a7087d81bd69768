"""FHIR bundles and the ways to send them, for the tests of records over HTTP."""

import hashlib
import json
from typing import Any

from local.demo.client import Answer
from tests.support.care import Ward

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "gender": "female",
    "birthDate": "1961-04-12",
    "identifier": [{"system": "urn:mrn", "value": "42"}],
}
MB = 1024 * 1024


def bundle(*resources: dict[str, Any], **of: Any) -> dict[str, Any]:
    entry = [{"resource": one} for one in (PATIENT | of, *resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entry}


def condition(name: str = "Hypertension", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": name.lower(),
        "subject": {"reference": "Patient/p1"},
        "code": {"text": name},
    } | more


def packed(value: Any) -> bytes:
    return json.dumps(value).encode()


def record_path(ward: Ward, query: str = "") -> str:
    return f"/api/patients/{ward.patient}/record{query}"


def put(ward: Ward, body: Any, query: str = "", **headers: str) -> Answer:
    return ward.client.call("PUT", record_path(ward, query), body, "clinician", **headers)


def held(ward: Ward) -> Any:
    return ward.client.call("GET", record_path(ward), None, "clinician")


def announced(ward: Ward, data: bytes, key: str | None = None, **said: Any) -> Answer:
    body = {
        "size_bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "format": "json",
    } | said
    keyed = {"idempotency_key": key} if key else {}
    return ward.client.call(
        "POST", f"/api/patients/{ward.patient}/record/uploads", body, "clinician", **keyed
    )


def uploaded(ward: Ward, data: bytes, **said: Any) -> str:
    upload = announced(ward, data, **said).data["upload"]
    assert ward.client.carry(upload["url"], data, upload["headers"]).status == 200
    return str(upload["id"])


def take(ward: Ward, upload_id: str, query: str = "") -> Answer:
    return put(ward, {"upload_id": upload_id}, query)
