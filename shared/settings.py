"""The only reader of the environment. Every variable stands in template.yaml and here; a test compares the two."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

_DEFAULTS: Mapping[str, str] = {
    "TABLE_NAME": "",
    "BUCKET_NAME": "",
    "QUEUE_URL": "",
    "ISOLATION_QUEUE_URL": "",
    "DEAD_LETTER_QUEUE_URL": "",
    "DIAGNOSIS_WORKER_ENABLED": "false",
    "QUOTA_PER_MINUTE": "0",
    "ORG_CLAIM": "custom:org_id",
    "ROLES_CLAIM": "cognito:groups",
    "CURSOR_KEY": "",
    "DOCS_ENABLED": "false",
    "SERVICE_VERSION": "0",
    "LEASE_SECONDS": "310",
    "PERSON_LEASE_SECONDS": "86400",
    "GATE_SECONDS": "604800",
    "DEADLINE_WORKER_SECONDS": "86400",
    "DEADLINE_PEOPLE_SECONDS": "2592000",
    "BACKOFF_BASE_SECONDS": "2",
    "BACKOFF_CAP_SECONDS": "300",
    "MODEL_ID": "claude-sonnet-5-5",
    "MODEL_PROVIDER": "anthropic",
    "MODEL_KEY_SECRET_ARN": "",
    "MODEL_TIMEOUT_SECONDS": "240",
    "MODEL_MAX_OUTPUT_TOKENS": "16000",
    "MODEL_PRICES": "",
    "ANTHROPIC_API_KEY": "",
    "ANTHROPIC_BASE_URL": "",
}

VARIABLES = frozenset(_DEFAULTS)
LOCAL_ONLY = frozenset({"ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"})
"""Variables that a deployment never sets: the local stack points the SDK at its offline model with them."""


@dataclass(frozen=True, slots=True)
class Settings:
    table_name: str
    bucket_name: str
    queue_url: str
    isolation_queue_url: str
    dead_letter_queue_url: str
    worker_enabled: bool
    quota_per_minute: int
    org_claim: str
    roles_claim: str
    cursor_key: str
    docs_enabled: bool
    service_version: str
    lease_seconds: int
    person_lease_seconds: int
    gate_seconds: int
    deadline_worker_seconds: int
    deadline_people_seconds: int
    backoff_base_seconds: int
    backoff_cap_seconds: int
    model_timeout_seconds: int
    model_id: str
    model_provider: str
    model_key_secret_arn: str
    model_max_output_tokens: int
    model_prices: str
    anthropic_api_key: str
    anthropic_base_url: str


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises ValueError for a number that is none."""
    env = {name: (os.environ if environ is None else environ).get(name) or default for name, default in _DEFAULTS.items()}
    return Settings(
        table_name=env["TABLE_NAME"],
        bucket_name=env["BUCKET_NAME"],
        queue_url=env["QUEUE_URL"],
        isolation_queue_url=env["ISOLATION_QUEUE_URL"],
        dead_letter_queue_url=env["DEAD_LETTER_QUEUE_URL"],
        worker_enabled=_flag(env["DIAGNOSIS_WORKER_ENABLED"]),
        quota_per_minute=int(env["QUOTA_PER_MINUTE"]),
        org_claim=env["ORG_CLAIM"],
        roles_claim=env["ROLES_CLAIM"],
        cursor_key=env["CURSOR_KEY"],
        docs_enabled=_flag(env["DOCS_ENABLED"]),
        service_version=env["SERVICE_VERSION"],
        lease_seconds=int(env["LEASE_SECONDS"]),
        person_lease_seconds=int(env["PERSON_LEASE_SECONDS"]),
        gate_seconds=int(env["GATE_SECONDS"]),
        deadline_worker_seconds=int(env["DEADLINE_WORKER_SECONDS"]),
        deadline_people_seconds=int(env["DEADLINE_PEOPLE_SECONDS"]),
        backoff_base_seconds=int(env["BACKOFF_BASE_SECONDS"]),
        backoff_cap_seconds=int(env["BACKOFF_CAP_SECONDS"]),
        model_timeout_seconds=int(env["MODEL_TIMEOUT_SECONDS"]),
        model_id=env["MODEL_ID"],
        model_provider=env["MODEL_PROVIDER"],
        model_key_secret_arn=env["MODEL_KEY_SECRET_ARN"],
        model_max_output_tokens=int(env["MODEL_MAX_OUTPUT_TOKENS"]),
        model_prices=env["MODEL_PRICES"],
        anthropic_api_key=env["ANTHROPIC_API_KEY"],
        anthropic_base_url=env["ANTHROPIC_BASE_URL"],
    )


def _flag(text: str) -> bool:
    return text.strip().lower() in ("1", "true", "yes", "on")
