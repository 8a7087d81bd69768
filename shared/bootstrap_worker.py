"""The worker's half of the composition root: the workflows' steps, the model and its key. Only the worker imports it."""

from typing import TYPE_CHECKING, Any

from shared.adapters.aws_clients import aws_client
from shared.adapters.aws_errors import translated
from shared.adapters.claude import ClaudeModel, build_client
from shared.engine.kit import Kit
from shared.engine.ledger import Ledger
from shared.engine.worker import Worker
from shared.ports import StepProbe
from shared.runs.prices import parse_price_overrides
from shared.settings import Settings
from shared.workflows.analysis.workflow import analysis
from shared.workflows.diagnosis.workflow import diagnosis
from shared.workflows.orchestration.workflow import orchestration

if TYPE_CHECKING:
    from shared.bootstrap import Services


def build_worker(services: "Services", probe: StepProbe) -> Worker:
    settings = services.settings
    ledger = Ledger(
        services.payloads,
        ClaudeModel(_client(settings)),
        parse_price_overrides(settings.model_prices),
        services.clock,
        services.timing.model,
    )
    workflows = [
        diagnosis(services.care, services.artifacts, settings.model_id, settings.model_max_output_tokens),
        orchestration(services.artifacts, settings.model_id, settings.model_max_output_tokens),
        analysis(services.runs, services.payloads, services.clock, settings.model_id, settings.model_max_output_tokens),
    ]
    kit = Kit(
        runs=services.runs,
        payloads=services.payloads,
        artifacts=services.artifacts,
        doorbell=services.doorbell,
        ledger=ledger,
        clock=services.clock,
        ids=services.ids,
        probe=probe,
        timing=services.timing,
        workflows={w.definition.name: w for w in workflows},
    )
    return Worker(kit, settings.worker_enabled)


def _client(settings: Settings) -> Any:
    """The SDK's client for the model. The key comes from Secrets Manager, or in the local stack from the environment."""
    return build_client(
        api_key=settings.anthropic_api_key or _secret(settings.model_key_secret_arn),
        base_url=settings.anthropic_base_url or None,
        bedrock=settings.model_provider == "bedrock",
    )


def _secret(arn: str) -> str | None:
    if not arn:
        return None
    with translated():
        secret: str = aws_client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return secret
