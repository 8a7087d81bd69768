"""The template in MiniStack, put there by `sam deploy`; its functions are called with the sample
events of events/.

What differs from a deployment in AWS is here and nowhere else: where the worker's model is, and
what MiniStack reads wrongly.
"""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3

from local.template.translation import parameter_values, read
from tests.support.ministack import ACCOUNT, REGION, SECRET, readable, without_aws

ROOT = Path(__file__).parents[2]
STACK = "studio-runs-dev"
MODEL_KEY = "sk-deployment"
SERVICES = (
    *("apigatewayv2", "cloudformation", "dynamodb", "lambda", "s3", "secretsmanager", "sqs"),
)
Template = dict[str, Any]
_SAM_CLI = {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_BETA_PACKAGE_PERFORMANCE": "1"}
_SAM = ROOT / ".sam-venv" / "bin" / "sam"
_BUILT = ROOT / ".aws-sam" / "build"


def one_artifact(template: Template) -> Template:
    """All functions have the same; so SAM packs it once, and not again for each."""
    functions = [
        one["Properties"]
        for one in template["Resources"].values()
        if one["Type"] == "AWS::Serverless::Function"
    ]
    for properties in functions:
        properties["CodeUri"] = functions[0]["CodeUri"]
    return template


def with_values(template: Template, parameters: Mapping[str, str]) -> Template:
    """With the parameters' values as their defaults: MiniStack has SAM translated with these, and
    a list is a list there.
    """
    values = parameter_values(template, parameters)
    for name, declared in template["Parameters"].items():
        declared["Default"] = values[name]
    return template


class Deployment:
    """`sam deploy --config-env dev` to the endpoint, with more parameters; the model is the one
    that speaks the Messages API at `model_url`.
    """

    def __init__(self, endpoint: str, model_url: str, **parameters: str) -> None:
        self.endpoint = endpoint
        session = boto3.Session(ACCOUNT, SECRET, region_name=REGION)
        self.clients = {name: session.client(name, endpoint_url=endpoint) for name in SERVICES}
        self.s3, self.sqs, self._lambda = (self.clients[name] for name in ("s3", "sqs", "lambda"))
        key = self.clients["secretsmanager"].create_secret(
            Name="studio-runs/claude", SecretString=MODEL_KEY
        )
        self.parameters = {
            "DiagnosisWorkerEnabled": "true",
            "DeletionProtection": "false",
            "Architecture": "x86_64",
            "ModelKeySecretArn": key["ARN"],
        } | parameters
        self._model = {"MODEL_BASE_URL": model_url}
        self.deploy()
        self.settle()

    def settle(self) -> None:
        """What a deployment to MiniStack needs after it, and after each other one."""
        stacks = self.clients["cloudformation"].describe_stacks(StackName=STACK)["Stacks"]
        self.outputs = {
            output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]
        }
        pages = (
            self.clients["cloudformation"]
            .get_paginator("list_stack_resources")
            .paginate(StackName=STACK)
        )
        resources = [found for page in pages for found in page["StackResourceSummaries"]]
        self.physical = {
            found["LogicalResourceId"]: found["PhysicalResourceId"] for found in resources
        }
        self.functions = tuple(
            found["LogicalResourceId"]
            for found in resources
            if found["ResourceType"] == "AWS::Lambda::Function"
        )
        self.set_variables(self._model, "Worker")
        self.listen(enabled=True)

    def deploy(self, change: Callable[[Template], Template] = lambda template: template) -> str:
        """What SAM said. Raises AssertionError, with all of it, when it failed.

        `change`: what to do to the template before.
        """
        account = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
        }
        template = _BUILT / "emulated.json"  # beside the built one, whose paths begin there
        built = one_artifact(readable(read(_BUILT / "template.yaml")))
        document = change(with_values(built, self.parameters))
        template.write_text(json.dumps(document, default=str), encoding="utf-8")
        config = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "dev"]
        overrides = " ".join(f"{name}={value}" for name, value in self.parameters.items())
        options = [*config, "--parameter-overrides", overrides]
        done = subprocess.run(
            [str(_SAM), "deploy", "--template-file", str(template), *options],
            cwd=ROOT,
            env=without_aws() | account | _SAM_CLI,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def set_variables(self, variables: Mapping[str, str], *functions: str) -> None:
        """Set variables of the functions of these logical ids beside those of the template."""
        for function in functions:
            name = self.physical[function]
            held = self._lambda.get_function_configuration(FunctionName=name)
            changed = held["Environment"]["Variables"] | variables
            if changed != held["Environment"]["Variables"]:
                self._lambda.update_function_configuration(
                    FunctionName=name, Environment={"Variables": changed}
                )

    def listen(self, *, enabled: bool) -> None:
        """Whether the worker takes messages.

        MiniStack polls no source whose numbers came as strings, as parameters do: set again.
        """
        for source in self._lambda.list_event_source_mappings()["EventSourceMappings"]:
            if "ScalingConfig" not in source:
                continue  # the table's stream, which is no queue
            most = {"MaximumConcurrency": int(source["ScalingConfig"]["MaximumConcurrency"])}
            self._lambda.update_event_source_mapping(
                UUID=source["UUID"],
                BatchSize=int(source["BatchSize"]),
                ScalingConfig=most,
                Enabled=enabled,
            )

    def call(
        self, function: str, *, headers: dict[str, str] | None = None, **ids: str
    ) -> dict[str, Any]:
        """The `data` that the function of that folder answers to its sample event, with other ids
        in the path and more headers.
        """
        event = json.loads((ROOT / "events" / f"{function}.json").read_text("utf-8"))
        event["headers"] |= headers or {}
        for name, value in ids.items():
            event["rawPath"] = event["rawPath"].replace(event["pathParameters"][name], value)
            event["pathParameters"][name] = value
        event["requestContext"]["http"]["path"] = event["rawPath"]
        logical_id = "".join(word.capitalize() for word in function.split("_"))
        answer = self._lambda.invoke(
            FunctionName=self.physical[logical_id], Payload=json.dumps(event)
        )
        response = json.loads(answer["Payload"].read())
        assert response.get("statusCode") in (200, 201, 202), response
        data: dict[str, Any] = json.loads(response["body"])["data"]
        return data

    def close(self) -> None:
        for client in self.clients.values():
            client.close()
