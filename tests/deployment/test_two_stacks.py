"""Two stacks of the template side by side in one account and region: what the template becomes is
created twice in MiniStack, with an empty artifact.
"""

import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.template.translation import parameter_values, read, translate
from tests.support.ministack import REGION, ministack, readable
from tests.support.waiting import until

pytestmark = pytest.mark.deployment
if "STUDIO_DEPLOYMENT" not in os.environ:
    pytest.skip("`make deploy-check` deploys the template to an emulator", allow_module_level=True)
TEMPLATE = Path(__file__).parents[2] / "template.yaml"
CODE, ARTIFACT, PROCESSED = "code", "artifact.zip", "template.json"
CREATED_WITHIN = 300
NAMED_WITHIN_THEIRS = {
    "ApiApiGatewayDefaultStage",
    *("PatientGroup", "ClinicianGroup", "MemberGroup", "AdminGroup", "SystemGroup"),
}
"""Names that are unique within the API or the user pool that they belong to."""


class Account:
    """An empty one, with the template and the artifact in a bucket."""

    def __init__(self, endpoint: str) -> None:
        session = boto3.Session("two", "two", region_name=REGION)
        self._cloudformation = session.client("cloudformation", endpoint_url=endpoint)
        self._template = f"{endpoint}/{CODE}/{PROCESSED}"
        s3 = session.client("s3", endpoint_url=endpoint)
        s3.create_bucket(Bucket=CODE, CreateBucketConfiguration={"LocationConstraint": REGION})
        for key, content in ((ARTIFACT, artifact()), (PROCESSED, processed())):
            s3.put_object(Bucket=CODE, Key=key, Body=content)

    def create(self, name: str) -> str:
        """The status in which it ends."""
        self._cloudformation.create_stack(
            StackName=name, TemplateURL=self._template, Capabilities=["CAPABILITY_IAM"]
        )

        def look() -> str:
            found = self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            return str(found["StackStatus"])

        return until(look, lambda status: not status.endswith("IN_PROGRESS"), CREATED_WITHIN)

    def refusals(self, name: str) -> list[str]:
        """What the emulator said of the resources that it did not make."""
        events = self._cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        return [
            f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason')}"
            for one in events
            if one["ResourceStatus"].endswith("FAILED")
        ]

    def resources(self, name: str) -> dict[str, str]:
        """Physical ids by logical ones."""
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        return {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for page in pages
            for one in page["StackResourceSummaries"]
        }


def processed() -> bytes:
    document = readable(read(TEMPLATE))
    template: dict[str, Any] = translate(document, parameter_values(document, {}))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Code"] = {"S3Bucket": CODE, "S3Key": ARTIFACT}
    return json.dumps(template).encode()


def artifact() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("empty.py", "")
    return file.getvalue()


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with ministack() as endpoint:
        yield Account(endpoint)


def test_whatever_bears_a_name_bears_another_in_another_stack(account: Account) -> None:
    for name in ("runs-one", "runs-two"):
        assert account.create(name) == "CREATE_COMPLETE", account.refusals(name)
    one, two = account.resources("runs-one"), account.resources("runs-two")
    assert one.keys() == two.keys()
    assert {name for name in one if one[name] == two[name]} == NAMED_WITHIN_THEIRS
