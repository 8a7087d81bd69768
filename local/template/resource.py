"""One resource of a template, its properties resolved when they are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.errors import TemplateError
from local.template.intrinsics import Resolver


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource that exists (its condition holds).

    A property is resolved when it is asked for.
    """

    name: str
    type: str
    physical: str
    properties: Mapping[str, Any]
    resolver: Resolver

    def get(self, key: str, default: Any = None) -> Any:
        value = self.resolver.resolve(
            self.properties.get(key), f"Resources.{self.name}.Properties.{key}"
        )
        return default if value is None else value

    def need(self, key: str) -> Any:
        value = self.get(key)
        if value is None:
            raise TemplateError(f"Resources.{self.name}.Properties.{key}", "is missing")
        return value

    def integer(self, key: str, default: int) -> int:
        value = self.get(key, default)
        if not str(value).isdigit():
            raise TemplateError(
                f"Resources.{self.name}.Properties.{key}", f"must be a number, not {value!r}"
            )
        return int(value)
