"""Putting the console into a deployment."""

import json
from typing import Any

from tests.support.aws import in_process_aws
from tools.console_deploy import (
    NO_ORIGIN,
    config,
    deploy,
    files,
    introduce,
)

OUTPUTS = {
    "ApiUrl": "https://api.example",
    "SignInUrl": "https://pool.auth.example",
    "ClientId": "c1",
}


def test_every_file_is_uploaded_with_its_type_and_the_deployments_own_configuration() -> None:
    with in_process_aws() as clients:
        clients.s3.create_bucket(
            Bucket="console-files", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        count = deploy(clients.s3, "console-files", OUTPUTS)
        listed = {o["Key"] for o in clients.s3.list_objects_v2(Bucket="console-files")["Contents"]}
        assert listed == {key for key, _, _ in files()} | {"config.json"}
        assert count == len(listed)
        page = clients.s3.get_object(Bucket="console-files", Key="index.html")
        assert page["ContentType"] == "text/html"
        stored = json.loads(
            clients.s3.get_object(Bucket="console-files", Key="config.json")["Body"].read()
        )
    assert stored == {
        "mode": "cognito",
        "api": "https://api.example",
        "domain": "pool.auth.example",
        "clientId": "c1",
    }
    assert json.loads(config(OUTPUTS)) == stored


class Stacks:
    """Takes what would be sent to CloudFormation."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def update_stack(self, **request: Any) -> None:
        self.sent.append(request)

    def get_waiter(self, name: str) -> "Stacks":
        return self

    def wait(self, StackName: str) -> None: ...


def test_the_consoles_origin_is_added_once_and_everything_else_kept() -> None:
    stacks = Stacks()
    stack = {
        "StackName": "s",
        "Parameters": [
            {"ParameterKey": "AllowedOrigins", "ParameterValue": f"{NO_ORIGIN},https://a.example"},
            {"ParameterKey": "ConsoleApiHost", "ParameterValue": ""},
            {"ParameterKey": "DocsEnabled", "ParameterValue": "true"},
        ],
    }
    assert introduce(stacks, stack, "https://console.example", "https://api.example")
    assert stacks.sent[0]["Parameters"] == [
        {
            "ParameterKey": "AllowedOrigins",
            "ParameterValue": "https://a.example,https://console.example",
        },
        {"ParameterKey": "ConsoleApiHost", "ParameterValue": "api.example"},
        {"ParameterKey": "DocsEnabled", "UsePreviousValue": True},
    ]
    known = [
        {"ParameterKey": "AllowedOrigins", "ParameterValue": "https://a.example"},
        {"ParameterKey": "ConsoleApiHost", "ParameterValue": "api.example"},
    ]
    assert not introduce(
        stacks, {**stack, "Parameters": known}, "https://a.example", "https://api.example"
    )
    assert len(stacks.sent) == 1
