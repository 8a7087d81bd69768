"""The template in MiniStack, put there by `sam deploy`; its functions are called with the sample
events of events/.

What differs from a deployment in AWS is here and nowhere else: where the worker's model is, and
what MiniStack reads wrongly.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import boto3

from local.template.translation import read
from tests.support.ministack import REGION, without_aws, without_metric_math

ROOT = Path(__file__).parents[2]
STACK = "studio-runs-dev"
_KEY = "deployment"
_SAM = ROOT / ".sam-venv" / "bin" / "sam"
_BUILT = ROOT / ".aws-sam" / "build"


class Deployment:
    """`sam deploy --config-env dev` to the endpoint; the model is the one that speaks the Messages
    API at `model_url`.
    """

    def __init__(self, endpoint: str, model_url: str) -> None:
        self._endpoint = endpoint
        session = boto3.Session(
            aws_access_key_id=_KEY, aws_secret_access_key=_KEY, region_name=REGION
        )
        names = ("cloudformation", "lambda", "s3", "secretsmanager", "sqs")
        self._clients = {name: session.client(name, endpoint_url=endpoint) for name in names}
        self.s3, self.sqs, self._lambda = (self._clients[name] for name in ("s3", "sqs", "lambda"))
        self.deploy()
        stacks = self._clients["cloudformation"].describe_stacks(StackName=STACK)["Stacks"]
        self.outputs = {
            output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]
        }
        pages = (
            self._clients["cloudformation"]
            .get_paginator("list_stack_resources")
            .paginate(StackName=STACK)
        )
        self._physical = {
            found["LogicalResourceId"]: found["PhysicalResourceId"]
            for page in pages
            for found in page["StackResourceSummaries"]
        }
        self._lead_the_worker_to(model_url)
        self.listen(enabled=True)

    def deploy(self) -> str:
        """What SAM said. Raises AssertionError, with all of it, when it failed."""
        parameters = "DiagnosisWorkerEnabled=true DeletionProtection=false Architecture=x86_64"
        account = {
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _KEY,
            "AWS_DEFAULT_REGION": REGION,
        }
        template = _BUILT / "emulated.json"  # beside the built one, whose paths begin there
        document = without_metric_math(read(_BUILT / "template.yaml"))
        template.write_text(json.dumps(document, default=str), encoding="utf-8")
        config = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "dev"]
        options = [*config, "--parameter-overrides", parameters]
        done = subprocess.run(
            [str(_SAM), "deploy", "--template-file", str(template), *options],
            cwd=ROOT,
            env=without_aws() | account | {"SAM_CLI_TELEMETRY": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def _lead_the_worker_to(self, model_url: str) -> None:
        """By its variables: MiniStack deploys no template with a ModelKeySecretArn, as it knows no
        AWS::IAM::RolePolicy.
        """
        worker, secrets = self._physical["Worker"], self._clients["secretsmanager"]
        variables = self._lambda.get_function_configuration(FunctionName=worker)["Environment"][
            "Variables"
        ]
        variables["MODEL_KEY_SECRET_ARN"] = secrets.create_secret(
            Name="studio-runs/claude", SecretString="sk-deployment"
        )["ARN"]
        variables["MODEL_BASE_URL"] = model_url
        self._lambda.update_function_configuration(
            FunctionName=worker, Environment={"Variables": variables}
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
            FunctionName=self._physical[logical_id], Payload=json.dumps(event)
        )
        response = json.loads(answer["Payload"].read())
        assert response.get("statusCode") in (200, 201, 202), response
        data: dict[str, Any] = json.loads(response["body"])["data"]
        return data

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
