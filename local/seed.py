"""The patient that a fresh stack holds, put there through the product's own HTTP API as an admin
would. Knows no store.
"""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from local.errors import LocalStackError
from local.gateway.issuer import USERS, Issuer

PATIENT_ID = "11111111-1111-4111-8111-111111111111"
RECORD = Path(__file__).with_name("seed_record.json")


def seed(url: str, issuer: Issuer) -> None:
    """Idempotent. Raises LocalStackError with the API's answer when it refuses."""
    token = issuer.token(USERS["admin"])
    patient = f"{url}/api/patients/{PATIENT_ID}"
    _put(patient, token, {"user_id": USERS["patient"].sub})
    _put(f"{patient}/clinicians/{USERS['clinician'].sub}", token, {})
    _put(f"{patient}/record", token, json.loads(RECORD.read_text(encoding="utf-8")))


def _put(url: str, token: str, body: Any) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=60):
            return
    except urllib.error.HTTPError as exc:
        raise LocalStackError(
            f"seeding: PUT {url}: {exc.code} {exc.read().decode(errors='replace')}"
        ) from exc
    except OSError as exc:
        raise LocalStackError(f"seeding: PUT {url}: {exc}") from exc
