"""CloudFormation's intrinsic functions, evaluated to local values.

Knows no resource type: what a name stands for, it asks.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.errors import TemplateError

REGION = "eu-central-1"
ACCOUNT = "123456789012"
STACK = "studio-runs-local"

PSEUDO: Mapping[str, Any] = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::StackName": STACK,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/local",
    "AWS::URLSuffix": "amazonaws.com",
}
_NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
_LITERAL = re.compile(r"\$\{!([^}]*)\}")
_DYNAMIC = "{{resolve:"


@dataclass(frozen=True, slots=True)
class Resolver:
    """`attribute_of(name, attribute, where)` answers what GetAtt, or Ref for an attribute of None,
    gives for a resource.
    """

    parameters: Mapping[str, Any]
    conditions: Mapping[str, Any]
    mappings: Mapping[str, Any]
    attribute_of: Callable[[str, str | None, str], Any]
    _asked: list[str] = field(default_factory=list)

    def resolve(self, node: Any, where: str) -> Any:
        """The node without intrinsic functions.

        Raises TemplateError, naming `where`, for one that is unknown or malformed.
        """
        value = self._resolve(node, where)
        return None if value is _NO_VALUE else value

    def condition(self, name: str, where: str) -> bool:
        if name not in self.conditions:
            raise TemplateError(where, f"condition {name} is not defined")
        if name in self._asked:
            raise TemplateError(where, f"condition {name} depends on itself")
        self._asked.append(name)
        try:
            return self._truth(self.conditions[name], f"Conditions.{name}")
        finally:
            self._asked.pop()

    def _resolve(self, node: Any, where: str) -> Any:
        if isinstance(node, list):
            items = [self._resolve(item, f"{where}[{i}]") for i, item in enumerate(node)]
            return [item for item in items if item is not _NO_VALUE]
        if isinstance(node, str):
            return self._text(node, where)
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (key, argument), *_ = node.items()
            if key in ("Ref", "Condition") or (isinstance(key, str) and key.startswith("Fn::")):
                return self._call(key, argument, where)
        pairs = {key: self._resolve(value, f"{where}.{key}") for key, value in node.items()}
        return {key: value for key, value in pairs.items() if value is not _NO_VALUE}

    def _call(self, name: str, argument: Any, where: str) -> Any:
        function = _FUNCTIONS.get(name)
        if function is None:
            raise TemplateError(where, f"the local stack does not know the function {name}")
        try:
            value = function(self, argument, where)
            return self._resolve(value, where) if isinstance(value, str) else value
        except (TypeError, ValueError, IndexError, KeyError, AttributeError) as exc:
            raise TemplateError(
                where, f"{name} has arguments that do not fit it: {argument!r}"
            ) from exc

    def _text(self, text: str, where: str) -> str:
        if _DYNAMIC in text:
            raise TemplateError(where, f"the local stack knows no dynamic reference as in {text}")
        return text

    def _truth(self, node: Any, where: str) -> bool:
        value = self._resolve(node, where)
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return bool(value == "true")
        raise TemplateError(where, f"a condition must be true or false, not {value!r}")

    def _ref(self, name: str, where: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        return self.attribute_of(name, None, where)

    def _get_att(self, argument: Any, where: str) -> Any:
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return self.attribute_of(name, self._resolve(attribute, where), where)

    def _sub(self, argument: Any, where: str) -> str:
        text, extra = (argument, {}) if isinstance(argument, str) else argument
        values = {key: self._resolve(value, f"{where}.{key}") for key, value in extra.items()}

        def fill(found: re.Match[str]) -> str:
            name = found[1]
            if name in values:
                return str(values[name])
            return str(
                self._get_att(name, where)
                if "." in name and name not in self.parameters
                else self._ref(name, where)
            )

        return _LITERAL.sub(r"${\1}", _PLACEHOLDER.sub(fill, text))

    def _join(self, argument: Any, where: str) -> str:
        separator, parts = argument
        return str(separator).join(str(part) for part in self._resolve(parts, where))

    def _split(self, argument: Any, where: str) -> list[str]:
        separator, text = argument
        return str(self._resolve(text, where)).split(separator)

    def _select(self, argument: Any, where: str) -> Any:
        index, items = argument
        return self._resolve(items, where)[int(self._resolve(index, where))]

    def _if(self, argument: Any, where: str) -> Any:
        name, then, otherwise = argument
        return self._resolve(then if self.condition(name, where) else otherwise, where)

    def _find_in_map(self, argument: Any, where: str) -> Any:
        name, first, second = (self._resolve(part, where) for part in argument)
        return self._resolve(self.mappings[name][first][second], where)

    def _equals(self, argument: Any, where: str) -> bool:
        first, second = (self._resolve(part, where) for part in argument)
        return bool(_text(first) == _text(second))


def _text(value: Any) -> Any:
    """CloudFormation compares scalars as text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


_FUNCTIONS: Mapping[str, Callable[[Resolver, Any, str], Any]] = {
    "Ref": Resolver._ref,
    "Condition": lambda resolver, name, where: resolver.condition(name, where),
    "Fn::GetAtt": Resolver._get_att,
    "Fn::Sub": Resolver._sub,
    "Fn::Join": Resolver._join,
    "Fn::Split": Resolver._split,
    "Fn::Select": Resolver._select,
    "Fn::If": Resolver._if,
    "Fn::FindInMap": Resolver._find_in_map,
    "Fn::Equals": Resolver._equals,
    "Fn::Not": lambda resolver, items, where: not resolver._truth(items[0], where),
    "Fn::And": lambda resolver, items, where: all(resolver._truth(item, where) for item in items),
    "Fn::Or": lambda resolver, items, where: any(resolver._truth(item, where) for item in items),
}
