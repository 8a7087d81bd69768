"""template.yaml through aws-sam-translator: the CloudFormation that a deployment would make of it.

Evaluates nothing itself.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from local.errors import TemplateError
from local.template.intrinsics import REGION

_PLACE_OF_CODE = "s3://local/code"


def read(path: Path) -> dict[str, Any]:
    try:
        document = yaml_parse(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as exc:
        raise TemplateError(str(path.name), f"cannot be read: {exc}") from exc
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise TemplateError("Resources", "there are none")
    return document


def parameter_values(document: Mapping[str, Any], overrides: Mapping[str, str]) -> dict[str, Any]:
    """Every parameter's value: ours where given, else its default. Lists come as lists."""
    declared = document.get("Parameters") or {}
    for name in overrides:
        if name not in declared:
            raise TemplateError(
                f"Parameters.{name}",
                "the local stack sets it, but the template does not declare it",
            )
    return {name: _value(name, spec, overrides) for name, spec in declared.items()}


def _value(name: str, spec: Mapping[str, Any], overrides: Mapping[str, str]) -> Any:
    kind = spec.get("Type", "String")
    if kind not in ("String", "Number", "CommaDelimitedList", "List<Number>", "List<String>"):
        raise TemplateError(
            f"Parameters.{name}", f"the local stack does not know parameters of type {kind}"
        )
    if name not in overrides and "Default" not in spec:
        raise TemplateError(
            f"Parameters.{name}", "has no default, and the local stack has no value for it"
        )
    value = str(overrides.get(name, spec.get("Default")))
    allowed = spec.get("AllowedValues")
    if allowed is not None and value not in [str(choice) for choice in allowed]:
        raise TemplateError(f"Parameters.{name}", f"{value!r} is not one of {allowed}")
    if kind in ("String", "Number"):
        return value
    return [part.strip() for part in value.split(",")] if value else []


def translate(document: dict[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The document without SAM.

    It may be changed on the way. Raises TemplateError with the translator's own words.
    """
    _detach_code(document)
    try:
        translator = Translator(
            None, Parser(), boto_session=boto3.session.Session(region_name=REGION)
        )
        # Policy names mean nothing here, so it need not ask AWS for their ARNs.
        translated: dict[str, Any] = translator.translate(
            document, dict(parameters), get_managed_policy_map=dict
        )
    except InvalidDocumentException as exc:
        reasons = "; ".join(cause.message for cause in exc.causes) or exc.message
        raise TemplateError("SAM translation", reasons) from exc
    return translated


def _detach_code(document: dict[str, Any]) -> None:
    """Handlers run from the working tree; the translator insists that code lies in S3, as it does
    after `sam package`.
    """
    shared = (document.get("Globals") or {}).get("Function") or {}
    shared.pop("CodeUri", None)
    for resource in document["Resources"].values():
        if isinstance(resource, dict) and resource.get("Type") == "AWS::Serverless::Function":
            resource.setdefault("Properties", {})["CodeUri"] = _PLACE_OF_CODE
