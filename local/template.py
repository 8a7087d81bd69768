"""Reads template.yaml into a Blueprint, and refuses aloud whatever it does not understand: the stack must never differ in silence.

Every resource type is either read here, property by property, or listed as one without a local meaning. Starts nothing.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import http_api
from local.blueprint import Blueprint, Bucket, EventSource, Function, Queue, Schedule, Table
from local.errors import TemplateError
from local.intrinsics import ACCOUNT, REGION, STACK, Resolver
from local.translation import parameter_values, read, translate

NO_LOCAL_MEANING = re.compile(
    r"AWS::(IAM|Logs|KMS|Cognito|CloudWatch|SNS|CloudFront|WAFv2)::\w+"
    r"|AWS::Lambda::Permission|AWS::ApiGatewayV2::Stage|AWS::S3::BucketPolicy|AWS::SQS::QueuePolicy"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a resource type is named and which of its properties are read; `silent` ones have no local meaning."""

    service: str
    name_property: str
    read: frozenset[str]
    silent: frozenset[str]


def _kind(service: str, name_property: str, read_them: str, silent: str = "") -> Kind:
    return Kind(service, name_property, frozenset(read_them.split()), frozenset(silent.split()) | {"Tags", name_property})


KINDS: Mapping[str, Kind] = {
    "AWS::Lambda::Function": _kind(
        "lambda",
        "FunctionName",
        "Handler Environment Timeout MemorySize",
        "Role Code Runtime Architectures Description TracingConfig LoggingConfig KmsKeyArn EphemeralStorage PackageType",
    ),
    "AWS::Lambda::EventSourceMapping": _kind(
        "lambda",
        "",
        "EventSourceArn FunctionName BatchSize MaximumBatchingWindowInSeconds FunctionResponseTypes ScalingConfig Enabled",
    ),
    "AWS::ApiGatewayV2::Api": _kind("apigateway", "Name", "Body", "Description DisableExecuteApiEndpoint FailOnWarnings"),
    "AWS::Scheduler::Schedule": _kind(
        "scheduler",
        "Name",
        "ScheduleExpression ScheduleExpressionTimezone FlexibleTimeWindow State Target",
        "Description GroupName KmsKeyArn",
    ),
    "AWS::SQS::Queue": _kind(
        "sqs",
        "QueueName",
        "VisibilityTimeout DelaySeconds MessageRetentionPeriod ReceiveMessageWaitTimeSeconds MaximumMessageSize RedrivePolicy",
        "KmsMasterKeyId KmsDataKeyReusePeriodSeconds SqsManagedSseEnabled RedriveAllowPolicy",
    ),
    "AWS::DynamoDB::Table": _kind(
        "dynamodb",
        "TableName",
        "AttributeDefinitions KeySchema BillingMode GlobalSecondaryIndexes LocalSecondaryIndexes",
        # Time to live is a promise to clean up some day, which nothing may count on.
        "SSESpecification PointInTimeRecoverySpecification DeletionProtectionEnabled OnDemandThroughput TimeToLiveSpecification",
    ),
    "AWS::SecretsManager::Secret": _kind("secretsmanager", "Name", "SecretString GenerateSecretString", "Description KmsKeyId"),
    "AWS::S3::Bucket": _kind(
        "s3",
        "BucketName",
        "VersioningConfiguration",
        "BucketEncryption PublicAccessBlockConfiguration OwnershipControls LifecycleConfiguration CorsConfiguration LoggingConfiguration",
    ),
}


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource that exists (its condition holds). A property is resolved when it is asked for."""

    name: str
    type: str
    physical: str
    properties: Mapping[str, Any]
    resolver: Resolver

    def get(self, key: str, default: Any = None) -> Any:
        value = self.resolver.resolve(self.properties.get(key), f"Resources.{self.name}.Properties.{key}")
        return default if value is None else value

    def need(self, key: str) -> Any:
        value = self.get(key)
        if value is None:
            raise TemplateError(f"Resources.{self.name}.Properties.{key}", "is missing")
        return value

    def integer(self, key: str, default: int) -> int:
        value = self.get(key, default)
        if not str(value).isdigit():
            raise TemplateError(f"Resources.{self.name}.Properties.{key}", f"must be a number, not {value!r}")
        return int(value)


def load(path: Path, *, endpoint: str, parameters: Mapping[str, str] | None = None) -> Blueprint:
    """`endpoint`: where the local AWS answers, for queue URLs."""
    document = read(path)
    values = parameter_values(document, parameters or {})
    translated = translate(document, values)
    _refuse_unknown(translated["Resources"])
    names = _Names(translated["Resources"], endpoint)
    names.resolver = Resolver(
        values, translated.get("Conditions") or {}, translated.get("Mappings") or {}, names.attribute_of, names.secret
    )
    return _blueprint([r for r in names.resources() if r.type in KINDS])


def _refuse_unknown(resources: Mapping[str, Any]) -> None:
    for name, resource in resources.items():
        kind = KINDS.get(resource["Type"])
        if kind is None:
            if not NO_LOCAL_MEANING.fullmatch(resource["Type"]):
                raise TemplateError(f"Resources.{name}", f"the local stack does not know the resource type {resource['Type']}")
            continue
        for key in resource.get("Properties") or {}:
            if key not in kind.read | kind.silent:
                where = f"Resources.{name}.Properties.{key}"
                raise TemplateError(where, f"the local stack does not know this property of {resource['Type']}")


class _Names:
    """What Ref and GetAtt give for each resource."""

    resolver: Resolver

    def __init__(self, resources: Mapping[str, Any], endpoint: str) -> None:
        self._resources = resources
        self._endpoint = endpoint
        self._secrets: dict[str, str] = {}

    def resources(self) -> list[Resource]:
        return [self._resource(name) for name, body in self._resources.items() if self._exists(name, body)]

    def attribute_of(self, name: str, attribute: str | None, where: str) -> Any:
        body = self._resources.get(name)
        if body is None:
            raise TemplateError(where, f"there is no parameter or resource {name}")
        if not self._exists(name, body):
            raise TemplateError(where, f"{name} does not exist under its condition")
        if body["Type"] not in KINDS:
            return f"local-{name}" if attribute is None else f"arn:aws:local:{REGION}:{ACCOUNT}:{name}/{attribute}"
        known = self._known(self._resource(name))
        if attribute not in known:
            raise TemplateError(where, f"the local stack does not know {attribute or 'Ref'} of {body['Type']}")
        return known[attribute]

    def secret(self, reference: str, where: str) -> str:
        """The text of a secret of this template; one that CloudFormation would generate is made up anew at every start."""
        arn, _, selector = reference.partition(":SecretString")
        own = next((r for r in self.resources() if r.type == "AWS::SecretsManager::Secret" and self._known(r)[None] == arn), None)
        if own is None or selector.strip(":"):
            raise TemplateError(where, f"only the whole text of a secret of this template is known, not {reference}")
        generated = own.get("GenerateSecretString", {})
        if unknown := set(generated) - {"PasswordLength", "ExcludePunctuation"}:
            raise TemplateError(f"Resources.{own.name}.Properties.GenerateSecretString", f"is not known: {sorted(unknown)}")
        made = secrets.token_hex(32)[: int(generated.get("PasswordLength", 32))]
        return self._secrets.setdefault(arn, own.get("SecretString") or made)

    def _exists(self, name: str, body: Mapping[str, Any]) -> bool:
        return "Condition" not in body or self.resolver.condition(body["Condition"], f"Resources.{name}.Condition")

    def _resource(self, name: str) -> Resource:
        body = self._resources[name]
        kind, properties = KINDS.get(body["Type"]), body.get("Properties") or {}
        given = properties.get(kind.name_property) if kind else None
        physical = self.resolver.resolve(given, f"Resources.{name}") if given else f"{STACK}-{name}"
        return Resource(name, body["Type"], physical.lower() if body["Type"] == "AWS::S3::Bucket" else physical, properties, self.resolver)

    def _known(self, resource: Resource) -> Mapping[str | None, str]:
        name, own = resource.physical, f"arn:aws:{KINDS[resource.type].service}:{REGION}:{ACCOUNT}"
        match resource.type:
            case "AWS::SQS::Queue":
                url = f"{self._endpoint}/{ACCOUNT}/{name}"
                return {None: url, "QueueUrl": url, "Arn": f"{own}:{name}", "QueueName": name}
            case "AWS::DynamoDB::Table":
                return {None: name, "Arn": f"{own}:table/{name}"}
            case "AWS::S3::Bucket":
                return {None: name, "Arn": f"arn:aws:s3:::{name}"}
            case "AWS::Lambda::Function":
                return {None: name, "Arn": f"{own}:function:{name}"}
            case "AWS::SecretsManager::Secret":
                return {None: f"{own}:secret:{name}", "Id": f"{own}:secret:{name}"}
        return {None: name}


def _blueprint(resources: list[Resource]) -> Blueprint:
    of: dict[str, list[Resource]] = {kind: [r for r in resources if r.type == kind] for kind in KINDS}
    functions = {r.physical: _function(r) for r in of["AWS::Lambda::Function"]}
    api = http_api.read(of["AWS::ApiGatewayV2::Api"], frozenset(functions))
    return Blueprint(
        functions=functions,
        authorizers=api.authorizers,
        routes=api.routes,
        cors=api.cors,
        event_sources=tuple(_event_source(r) for r in of["AWS::Lambda::EventSourceMapping"]),
        schedules=tuple(_schedule(r) for r in of["AWS::Scheduler::Schedule"]),
        queues=tuple(_queue(r) for r in of["AWS::SQS::Queue"]),
        tables=tuple(_table(r) for r in of["AWS::DynamoDB::Table"]),
        buckets=tuple(Bucket(r.physical, r.get("VersioningConfiguration", {}).get("Status") == "Enabled") for r in of["AWS::S3::Bucket"]),
    )


def _function(resource: Resource) -> Function:
    variables = resource.get("Environment", {}).get("Variables", {})
    return Function(
        name=resource.physical,
        handler=resource.need("Handler"),
        environment={key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in variables.items()},
        timeout=resource.integer("Timeout", 3),
        memory=resource.integer("MemorySize", 128),
    )


def _event_source(resource: Resource) -> EventSource:
    where, arn = f"Resources.{resource.name}.Properties", str(resource.need("EventSourceArn"))
    if not arn.startswith("arn:aws:sqs:"):
        raise TemplateError(f"{where}.EventSourceArn", f"only queues are known as event sources, not {arn}")
    responses, scaling = resource.get("FunctionResponseTypes", []), resource.get("ScalingConfig", {})
    if set(responses) - {"ReportBatchItemFailures"} or set(scaling) - {"MaximumConcurrency"}:
        raise TemplateError(where, f"FunctionResponseTypes {responses} or ScalingConfig {scaling} is not known")
    window = resource.integer("MaximumBatchingWindowInSeconds", 0)
    size = resource.integer("BatchSize", 10)
    if not 1 <= size <= (10_000 if window else 10):
        raise TemplateError(f"{where}.BatchSize", f"{size}: from 1 to 10, or 10000 with a batching window")
    concurrency = scaling.get("MaximumConcurrency")
    return EventSource(
        name=resource.name,
        function=str(resource.need("FunctionName")).rpartition(":")[2],
        queue_arn=arn,
        batch_size=size,
        window_seconds=window,
        max_concurrency=None if concurrency is None else int(concurrency),
        partial="ReportBatchItemFailures" in responses,
        enabled=str(resource.get("Enabled", True)).lower() == "true",
    )


def _schedule(resource: Resource) -> Schedule:
    where, target = f"Resources.{resource.name}.Properties", resource.need("Target")
    if resource.get("FlexibleTimeWindow", {}).get("Mode", "OFF") != "OFF":
        raise TemplateError(f"{where}.FlexibleTimeWindow", "only OFF is known")
    if resource.get("ScheduleExpressionTimezone", "UTC") != "UTC":
        raise TemplateError(f"{where}.ScheduleExpressionTimezone", "only UTC is known")
    if set(target) - {"Arn", "RoleArn", "Input", "RetryPolicy", "DeadLetterConfig"} or ":function:" not in target["Arn"]:
        raise TemplateError(f"{where}.Target", f"only a function with an Input is known, not {target}")
    return Schedule(
        name=resource.name,
        function=target["Arn"].rpartition(":")[2],
        expression=str(resource.need("ScheduleExpression")),
        payload=http_api.parsed_json(target.get("Input", "{}"), f"{where}.Target.Input"),
        enabled=resource.get("State", "ENABLED") == "ENABLED",
    )


def _queue(resource: Resource) -> Queue:
    redrive = resource.get("RedrivePolicy") or {}
    plain = KINDS[resource.type].read - {"RedrivePolicy"}
    return Queue(
        name=resource.physical,
        arn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{resource.physical}",
        attributes={key: str(resource.integer(key, 0)) for key in sorted(plain) if key in resource.properties}
        | ({"RedrivePolicy": http_api.compact_json(redrive)} if redrive else {}),
        dead_letter_arn=redrive.get("deadLetterTargetArn"),
    )


def _table(resource: Resource) -> Table:
    arguments = {key: resource.get(key) for key in sorted(KINDS[resource.type].read) if key in resource.properties}
    return Table(resource.physical, {"TableName": resource.physical, "BillingMode": "PAY_PER_REQUEST"} | arguments)
