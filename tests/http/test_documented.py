"""The check that every answer of the HTTP tests goes through: an answer that differs from the
document fails, whatever differs.

Each case changes one thing of a real answer, as a mutation of the code would.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.demo.client import Answer
from tests.support.care import Ward, any_uuid
from tests.support.documented import Undocumented, documented

Json = dict[str, Any]


def _added(body: Json) -> None:
    body["data"]["run"]["usage"]["surprise"] = 1


def _left_out(body: Json) -> None:
    del body["data"]["run"]["subject"]


def _of_another_type(body: Json) -> None:
    body["data"]["run"]["attempt"] = "1"


def _of_another_word(body: Json) -> None:
    body["data"]["run"]["status"] = "completed"


def _no_uuid(body: Json) -> None:
    body["data"]["run"]["id"] = "run-1"


def _no_time(body: Json) -> None:
    body["data"]["run"]["created_at"] = "yesterday"


def _below(body: Json) -> None:
    body["data"]["run"]["usage"]["cost_usd"] = -1


def _no_diagnosis(body: Json) -> None:
    del body["data"]["run"]["output"]["diagnosis"]["summary"]


def _no_envelope(body: Json) -> None:
    del body["requestId"]


@pytest.mark.parametrize(
    "change",
    [
        _added,
        _left_out,
        _of_another_type,
        _of_another_word,
        _no_uuid,
        _no_time,
        _below,
        _no_diagnosis,
        _no_envelope,
    ],
    ids=lambda change: change.__name__.strip("_"),
)
def test_a_body_that_differs_is_refused(ward: Ward, change: Callable[[Json], None]) -> None:
    answer = _diagnosed(ward)
    body = json.loads(answer.raw)
    _check(answer)
    change(body)
    with pytest.raises(Undocumented, match="differs from the document"):
        _check(answer, body=json.dumps(body).encode())


@pytest.mark.parametrize(
    ("method", "path", "status", "headers", "body"),
    [
        ("GET", "/elsewhere", 200, {}, b"{}"),
        ("DELETE", "/health", 200, {}, b"{}"),
        ("GET", "/health", 418, {}, b"{}"),
        ("GET", "/health", 200, {"content-type": "text/html"}, b"<p>"),
        ("GET", "/health", 200, {"content-type": "application/json", "retry-after": "1"}, b"{}"),
        ("DELETE", "/api/patients/p/clinicians/c", 204, {}, b"gone"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_route_a_status_a_type_or_a_header_that_is_not_there_is_refused(
    method: str, path: str, status: int, headers: dict[str, str], body: bytes
) -> None:
    with pytest.raises(Undocumented, match="make openapi"):
        documented().check(method, path, status, {"x-request-id": "r", **headers}, body)


def test_an_answer_without_its_request_id_is_refused(ward: Ward) -> None:
    answer = _read(ward, "queued")
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    with pytest.raises(Undocumented, match="x-request-id"):
        _check(Answer(answer.status, headers, answer.raw))


def _diagnosed(ward: Ward) -> Answer:
    run = ward.create(wait=25).data["run"]
    return ward.client.call(
        "GET", f"/api/studio/diagnosis-runs/{run['id']}", None, "clinician", prefer="wait=25"
    )


def _read(ward: Ward, status: str) -> Answer:
    run_id = ward.a_run(status)
    return ward.client.call("GET", f"/api/studio/diagnosis-runs/{run_id}", None, "clinician")


def _check(answer: Answer, body: bytes | None = None) -> None:
    path = f"/api/studio/diagnosis-runs/{any_uuid()}"
    sent = answer.raw if body is None else body
    documented().check("GET", path, answer.status, answer.headers, sent)
