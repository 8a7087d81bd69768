"""The same event of the same arrangement twice: entered here, as the local stack does, and in a
container. Both use one local AWS, which is arranged anew for each.
"""

import importlib
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from local.aws.served import LocalAws
from local.clock.stack_clock import StackClock
from local.environment import aws_environment
from local.runtime.lambdas import LambdaContext
from local.template import reader
from local.template.blueprint import Blueprint, Function
from local.template.intrinsics import STACK
from shared import bootstrap
from tests.sam_local.docker import ROOT, Containers
from tests.support.furnished import event_of, furnish

_PARAMETERS = {
    "JwtIssuer": "https://issuer.example",
    "DiagnosisWorkerEnabled": "true",
    "DocsEnabled": "true",
}


@dataclass(frozen=True)
class Outcome:
    """What a function answered, in outline, and how many things it left in each store."""

    answer: Any
    left: Mapping[str, int]


class World:
    """A local AWS with what the template declares; nothing in it runs by itself."""

    def __init__(self) -> None:
        self.aws = LocalAws(StackClock())
        self.aws.start()
        self.blueprint: Blueprint = reader.load(
            ROOT / "template.yaml", endpoint=self.aws.endpoint, parameters=_PARAMETERS
        )

    def function(self, name: str) -> Function:
        handler = f"functions.{name}.handler.handler"
        (found,) = [one for one in self.blueprint.functions.values() if one.handler == handler]
        return found

    def variables(self) -> dict[str, Mapping[str, str]]:
        """Each function's, by its logical id."""
        functions = self.blueprint.functions.values()
        return {logical_id(function): function.environment for function in functions}

    def arrange(self, name: str, environment: pytest.MonkeyPatch) -> None:
        """What the event speaks of and nothing else, in this function's environment."""
        self.aws.empty()
        self.aws.create(self.blueprint)
        for variable, value in aws_environment(self.aws.endpoint).items():
            environment.setenv(variable, value)
        for variable, value in self.function(name).environment.items():
            environment.setenv(variable, value)
        bootstrap.reset()
        furnish(name)

    def left(self) -> dict[str, int]:
        dynamodb, s3 = self.aws.client("dynamodb"), self.aws.client("s3")
        found = Counter(
            {
                table.name: dynamodb.scan(TableName=table.name, Select="COUNT")["Count"]
                for table in self.blueprint.tables
            }
        )
        for bucket in self.blueprint.buckets:
            found[bucket.name] = s3.list_objects_v2(Bucket=bucket.name)["KeyCount"]
        return dict(found)

    def here(self, name: str, environment: pytest.MonkeyPatch) -> Outcome:
        self.arrange(name, environment)
        function = self.function(name)
        handler = importlib.import_module(function.handler.rpartition(".")[0]).handler
        context = LambdaContext(
            function.name, str(function.memory), function.timeout, time.monotonic
        )
        answer = json.loads(json.dumps(handler(event_of(name), context)))
        return Outcome(outline(answer), self.left())

    def in_a_container(
        self, name: str, environment: pytest.MonkeyPatch, containers: Containers
    ) -> Outcome:
        self.arrange(name, environment)
        answer = containers.call(logical_id(self.function(name)), event_of(name))
        return Outcome(outline(answer), self.left())

    def stop(self) -> None:
        bootstrap.reset()
        self.aws.stop()


def logical_id(function: Function) -> str:
    return function.name.removeprefix(f"{STACK}-")


def outline(answer: Any) -> Any:
    """Of an HTTP answer its status, its headers' names and its body's form; anything else whole."""
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return answer
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    is_json = headers.get("content-type", "").startswith("application/json")
    body = answer.get("body") or ""
    return {
        "status": answer["statusCode"],
        "headers": sorted(headers),
        "body": form(json.loads(body)) if is_json and body else bool(body),
    }


def form(value: Any) -> Any:
    """Names and types, without values, which are ids and times."""
    if isinstance(value, dict):
        return {name: form(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [form(inner) for inner in value]
    return type(value).__name__
