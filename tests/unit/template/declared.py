"""template.yaml as the tests read it: functions, their environment, routes and what their roles
allow.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from tests.support.granted import Grant

ROOT = Path(__file__).parents[3]
DOCUMENT: Mapping[str, Any] = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
RESOURCES: Mapping[str, Any] = DOCUMENT["Resources"]
GLOBAL: Mapping[str, Any] = DOCUMENT["Globals"]["Function"]


def folders() -> set[str]:
    return {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}


def of_type(kind: str) -> dict[str, Mapping[str, Any]]:
    return {
        name: resource.get("Properties", {})
        for name, resource in RESOURCES.items()
        if resource["Type"] == kind
    }


@dataclass(frozen=True)
class Function:
    """`name` is the folder's."""

    logical_id: str
    properties: Mapping[str, Any]
    name: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", re.sub(r"(?<!^)(?=[A-Z])", "_", self.logical_id).lower())

    @property
    def timeout(self) -> int:
        return int(self.properties.get("Timeout", GLOBAL["Timeout"]))

    @property
    def variables(self) -> Mapping[str, Any]:
        own = self.properties.get("Environment", {}).get("Variables", {})
        return {**GLOBAL["Environment"]["Variables"], **own}

    def events(self, kind: str) -> list[Mapping[str, Any]]:
        return [
            event["Properties"]
            for event in self.properties.get("Events", {}).values()
            if event["Type"] == kind
        ]

    def policies(self) -> list[str]:
        """Names of the capabilities that it is given."""
        own = self.properties.get("Policies", [])
        if "Role" in self.properties:
            role = RESOURCES[get_att(self.properties["Role"])[0]]["Properties"]
            own = [arn for arn in role["ManagedPolicyArns"] if "Ref" in arn]
        return [policy["Ref"] for policy in own]

    def grants(self) -> set[Grant]:
        statements = [
            s
            for name in self.policies()
            for s in RESOURCES[name]["Properties"]["PolicyDocument"]["Statement"]
        ]
        if "Role" in self.properties:
            statements += list(role_statements(get_att(self.properties["Role"])[0]))
        return {grant for statement in statements for grant in grants_of(statement)}


def functions() -> dict[str, Function]:
    found = [
        Function(name, properties)
        for name, properties in of_type("AWS::Serverless::Function").items()
    ]
    return {function.name: function for function in found}


def role_statements(role: str) -> Iterator[Mapping[str, Any]]:
    """What a role is given beside its managed policies."""
    for policy in RESOURCES[role]["Properties"].get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]
    for properties in of_type("AWS::IAM::RolePolicy").values():
        if properties["RoleName"] == {"Ref": role}:
            yield from properties["PolicyDocument"]["Statement"]


def grants_of(statement: Mapping[str, Any]) -> set[Grant]:
    resources = (
        statement["Resource"]
        if isinstance(statement["Resource"], list)
        else [statement["Resource"]]
    )
    return {
        (action, named(resource))
        for action in as_list(statement["Action"])
        for resource in resources
    }


def named(resource: Any) -> str:
    """`!GetAtt Table.Arn` -> Table, `!Sub "${Table.Arn}/index/by-org"` -> Table/index/by-org, a
    text as it stands.
    """
    if isinstance(resource, str):
        return resource
    if "Fn::GetAtt" in resource:
        return get_att(resource)[0]
    return str(
        resource["Ref"]
        if "Ref" in resource
        else re.sub(r"\$\{(\w+)\.Arn\}", r"\1", resource["Fn::Sub"])
    )


def get_att(value: Mapping[str, Any]) -> list[str]:
    argument = value["Fn::GetAtt"]
    return argument.split(".", 1) if isinstance(argument, str) else list(argument)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
