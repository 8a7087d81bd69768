"""Reads template.yaml into a Blueprint, and refuses aloud whatever it does not understand: the
stack must never differ in silence.

Every resource type is either read (resources.py), property by property, or listed here as one
without a local meaning. Starts nothing.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.errors import TemplateError
from local.template.blueprint import Blueprint
from local.template.event_sources import STREAM
from local.template.intrinsics import (
    ACCOUNT,
    REGION,
    STACK,
    Resolver,
)
from local.template.resource import Resource
from local.template.resources import KINDS, blueprint
from local.template.translation import parameter_values, read, translate

NO_LOCAL_MEANING = re.compile(
    r"AWS::(IAM|KMS|Cognito|CloudWatch|CloudFront|WAFv2)::\w+|AWS::Logs::LogGroup|AWS::SNS::(Topic|TopicPolicy)"
    r"|AWS::Lambda::Permission|AWS::Lambda::EventInvokeConfig|AWS::ApiGatewayV2::Stage|AWS::S3::BucketPolicy|AWS::SQS::QueuePolicy"
)
EVENT_TYPES = ("HttpApi", "SQS", "ScheduleV2", "DynamoDB")


def load(path: Path, *, endpoint: str, parameters: Mapping[str, str] | None = None) -> Blueprint:
    """`endpoint`: where the local AWS answers, for queue URLs."""
    document = read(path)
    _refuse_unknown_events(document["Resources"])
    values = parameter_values(document, parameters or {})
    translated = translate(document, values)
    _refuse_unknown(translated["Resources"])
    names = _Names(translated["Resources"], endpoint)
    names.resolver = Resolver(
        values,
        translated.get("Conditions") or {},
        translated.get("Mappings") or {},
        names.attribute_of,
    )
    return blueprint([r for r in names.resources() if r.type in KINDS])


def _refuse_unknown_events(resources: Mapping[str, Any]) -> None:
    """Before the translation, which turns some into properties of resources that mean
    nothing here.
    """
    for name, resource in resources.items():
        events = (
            resource.get("Properties", {}).get("Events")
            if resource.get("Type") == "AWS::Serverless::Function"
            else None
        )
        for event, spec in (events or {}).items():
            if spec.get("Type") not in EVENT_TYPES:
                where = f"Resources.{name}.Properties.Events.{event}"
                raise TemplateError(
                    where, f"the local stack does not know events of type {spec.get('Type')}"
                )


def _refuse_unknown(resources: Mapping[str, Any]) -> None:
    for name, resource in resources.items():
        kind = KINDS.get(resource["Type"])
        if kind is None:
            if not NO_LOCAL_MEANING.fullmatch(resource["Type"]):
                raise TemplateError(
                    f"Resources.{name}",
                    f"the local stack does not know the resource type {resource['Type']}",
                )
            continue
        for key in resource.get("Properties") or {}:
            if key not in kind.read | kind.silent:
                where = f"Resources.{name}.Properties.{key}"
                raise TemplateError(
                    where, f"the local stack does not know this property of {resource['Type']}"
                )


class _Names:
    """What Ref and GetAtt give for each resource."""

    resolver: Resolver

    def __init__(self, resources: Mapping[str, Any], endpoint: str) -> None:
        self._resources = resources
        self._endpoint = endpoint

    def resources(self) -> list[Resource]:
        return [
            self._resource(name)
            for name, body in self._resources.items()
            if self._exists(name, body)
        ]

    def attribute_of(self, name: str, attribute: str | None, where: str) -> Any:
        body = self._resources.get(name)
        if body is None:
            raise TemplateError(where, f"there is no parameter or resource {name}")
        if not self._exists(name, body):
            raise TemplateError(where, f"{name} does not exist under its condition")
        if body["Type"] not in KINDS and attribute == "DomainName":
            # a host of its own kind: it stands among the API's allowed origins
            return f"{name.lower()}.local.invalid"
        if body["Type"] not in KINDS:
            return (
                f"local-{name}"
                if attribute is None
                else f"arn:aws:local:{REGION}:{ACCOUNT}:{name}/{attribute}"
            )
        known = self._known(self._resource(name))
        if attribute not in known:
            raise TemplateError(
                where, f"the local stack does not know {attribute or 'Ref'} of {body['Type']}"
            )
        return known[attribute]

    def _exists(self, name: str, body: Mapping[str, Any]) -> bool:
        return "Condition" not in body or self.resolver.condition(
            body["Condition"], f"Resources.{name}.Condition"
        )

    def _resource(self, name: str) -> Resource:
        body = self._resources[name]
        kind, properties = KINDS.get(body["Type"]), body.get("Properties") or {}
        given = properties.get(kind.name_property) if kind else None
        physical = self.resolver.resolve(given, f"Resources.{name}") if given else f"{STACK}-{name}"
        return Resource(
            name,
            body["Type"],
            physical.lower() if body["Type"] == "AWS::S3::Bucket" else physical,
            properties,
            self.resolver,
        )

    def _known(self, resource: Resource) -> Mapping[str | None, str]:
        name, own = resource.physical, f"arn:aws:{KINDS[resource.type].service}:{REGION}:{ACCOUNT}"
        match resource.type:
            case "AWS::SQS::Queue":
                url = f"{self._endpoint}/{ACCOUNT}/{name}"
                return {None: url, "QueueUrl": url, "Arn": f"{own}:{name}", "QueueName": name}
            case "AWS::DynamoDB::Table":
                arn = f"{own}:table/{name}"
                return {None: name, "Arn": arn, "StreamArn": f"{arn}{STREAM}local"}
            case "AWS::S3::Bucket":
                return {None: name, "Arn": f"arn:aws:s3:::{name}"}
            case "AWS::Lambda::Function":
                return {None: name, "Arn": f"{own}:function:{name}"}
            case "AWS::SecretsManager::Secret":
                return {None: f"{own}:secret:{name}", "Id": f"{own}:secret:{name}"}
        return {None: name}
