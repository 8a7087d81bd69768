"""The only reader of the environment.

Each field of Settings is a variable of template.yaml; a test compares the two.
"""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any

_LOCAL_ONLY = "local_only"
_VARIABLE = "variable"


@dataclass(frozen=True, slots=True)
class Settings:
    """A field is read from the variable of its own name in upper case, unless it names
    another one.
    """

    table_name: str = ""
    audit_table_name: str = ""
    bucket_name: str = ""
    queue_url: str = ""
    erasure_queue_url: str = ""
    bulk_queue_url: str = ""
    deliveries_queue_url: str = ""
    dead_letter_queue_url: str = ""
    worker_enabled: bool = field(default=False, metadata={_VARIABLE: "DIAGNOSIS_WORKER_ENABLED"})
    quota_per_minute: int = 0
    org_claim: str = "custom:org_id"
    roles_claim: str = "cognito:groups"
    machine_client_id: str = ""
    cursor_key_secret_arn: str = ""
    docs_enabled: bool = False
    service_version: str = "0"
    audit_retention_days: int = 2_190
    lease_seconds: int = 310
    person_lease_seconds: int = 86_400
    gate_seconds: int = 604_800
    deadline_worker_seconds: int = 86_400
    deadline_people_seconds: int = 2_592_000
    backoff_base_seconds: int = 2
    backoff_cap_seconds: int = 300
    model_id: str = "claude-sonnet-5-5"
    model_provider: str = "anthropic"
    model_key_secret_arn: str = ""
    model_timeout_seconds: int = 240
    model_max_output_tokens: int = 16_000
    model_prices: str = ""
    model_geography: str = ""
    """Where the model is to serve (`us`, `global`); empty leaves it to the provider's workspace."""
    model_effort: str = ""
    """How much thinking each workflow asks for, as `diagnosis=high,analysis=low`; others take the
    model's default.
    """
    model_spans: bool = False
    """Whether the worker makes OpenTelemetry spans of runs and of calls of the model, without any
    content.
    """
    webhook_receiver: str = field(default="", metadata={_LOCAL_ONLY: True})
    """The one address that may be told something though it is not public: the local stack's own."""
    model_api_key: str = field(default="", metadata={_LOCAL_ONLY: True})
    model_base_url: str = field(default="", metadata={_LOCAL_ONLY: True})


def _variable(setting: "Field[Any]") -> str:
    return str(setting.metadata.get(_VARIABLE, setting.name.upper()))


VARIABLES = frozenset(_variable(setting) for setting in fields(Settings))
LOCAL_ONLY = frozenset(
    _variable(setting) for setting in fields(Settings) if _LOCAL_ONLY in setting.metadata
)
"""Variables that a deployment never sets: the local stack points the SDK at its offline model with
them.
"""


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process, by default from its own environment.

    An empty variable counts as unset.

    Raises ValueError, naming the variable, if a numeric one is not a whole number.
    """
    env = os.environ if environ is None else environ
    given = {setting: env.get(_variable(setting)) for setting in fields(Settings)}
    return Settings(**{one.name: _parsed(one, text) for one, text in given.items() if text})


def starts_in_lambda() -> bool:
    """Whether Lambda itself started this process, as it does nowhere but in a deployment."""
    return "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ


def trace_id() -> str | None:
    """X-Ray's id of the trace that this invocation belongs to; None where nothing is traced."""
    header = os.environ.get("_X_AMZN_TRACE_ID", "")
    parts = dict(part.partition("=")[::2] for part in header.split(";"))
    return parts.get("Root")


def _parsed(setting: "Field[Any]", text: str) -> Any:
    if setting.type is bool:
        return text.strip().lower() in ("1", "true", "yes", "on")
    if setting.type is int:
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"{_variable(setting)} is not a whole number: {text!r}") from None
    return text
