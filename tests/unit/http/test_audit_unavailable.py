"""Nobody looks unrecorded: where the trail cannot be written, there is no answer."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.get_patient.handler import handler as get_patient
from functions.list_projects.handler import handler as list_projects
from shared import bootstrap
from tests.support.table import TEMPLATE, table_arguments

pytestmark = pytest.mark.rule("R-AUDIT-2")
EVENTS = TEMPLATE.parent / "events"
PATIENT = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def without_a_trail() -> Iterator[Any]:
    """Stores with one patient of `demo`, and no audit table yet."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("TABLE_NAME", "table")
        patch.setenv("AUDIT_TABLE_NAME", "audit")
        dynamodb = boto3.client("dynamodb")
        dynamodb.create_table(**table_arguments("table"))
        bootstrap.reset()
        yield dynamodb
    bootstrap.reset()


def asked(handler: Any, name: str, roles: str, sub: str = "somebody") -> tuple[int, Any]:
    event = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    claims |= {"cognito:groups": f"[{roles}]", "sub": sub}
    answer = handler(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def put_patient() -> None:
    from functions.put_patient.handler import handler

    status, _ = asked(handler, "put_patient", "admin")
    assert status in (201, 503)


@pytest.mark.parametrize("roles", ["admin", "clinician", "member"])
def test_neither_an_answer_nor_a_refusal_leaves_unrecorded(
    without_a_trail: Any, roles: str
) -> None:
    put_patient()
    status, body = asked(get_patient, "get_patient", roles)
    assert (status, body["error"]["code"]) == (503, "AUDIT_UNAVAILABLE")
    assert PATIENT not in json.dumps(body)


def test_it_answers_when_the_trail_is_back(without_a_trail: Any) -> None:
    put_patient()
    without_a_trail.create_table(**table_arguments("audit", "AuditTable"))
    status, _ = asked(get_patient, "get_patient", "admin")
    assert status == 200
    (item,) = without_a_trail.scan(TableName="audit")["Items"]
    assert item["ac"] == {"S": "get_patient"}


def test_what_is_no_patients_needs_no_trail(without_a_trail: Any) -> None:
    status, _ = asked(list_projects, "list_projects", "member")
    assert status == 200
