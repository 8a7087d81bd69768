"""The worker's half of the composition root: the workflows' steps, the model and its key.

Only the worker's function imports it: no API function may carry the steps and the model's SDK.
"""

from functools import lru_cache
from typing import Any

from shared.adapters.aws_clients import aws_client
from shared.adapters.claude import ClaudeModel, build_client
from shared.adapters.secrets import secret_text
from shared.bootstrap import Services, services
from shared.bootstrap_execution import executing
from shared.engine.ledger import Ledger
from shared.engine.trail import reading
from shared.engine.worker import Worker
from shared.runs.model import efforts
from shared.runs.prices import parse_price_overrides
from shared.settings import Settings
from shared.workflows.analysis.workflow import analysis
from shared.workflows.definitions import Executor
from shared.workflows.diagnosis.workflow import diagnosis
from shared.workflows.orchestration.workflow import orchestration
from shared.workflows.steps import Workflow


def worker() -> Worker:
    """This process's worker over its services, built at the first call and again after
    `bootstrap.reset()`.
    """
    return build_worker(services())


@lru_cache(maxsize=1)
def build_worker(services: Services) -> Worker:
    settings = services.settings
    model = _model(settings)
    ledger = Ledger(
        services.payloads,
        model,
        parse_price_overrides(settings.model_prices),
        services.clock,
        services.timing.model,
        settings.model_geography or None,
    )
    return executing(services, Executor.WORKER, model, ledger)


def build_diagnosis(services: Services) -> Workflow:
    settings = services.settings
    return diagnosis(
        services.runs,
        services.care,
        services.records,
        services.artifacts,
        settings.model_id,
        settings.model_max_output_tokens,
        on_record=reading(services.audit, services.clock),
        effort=efforts(settings.model_effort).get("diagnosis"),
    )


def build_orchestration(services: Services) -> Workflow:
    settings = services.settings
    return orchestration(
        services.artifacts,
        settings.model_id,
        settings.model_max_output_tokens,
        effort=efforts(settings.model_effort).get("orchestration"),
    )


def build_analysis(services: Services) -> Workflow:
    settings = services.settings
    return analysis(
        services.runs,
        services.payloads,
        services.clock,
        settings.model_id,
        settings.model_max_output_tokens,
        effort=efforts(settings.model_effort).get("analysis"),
    )


def _model(settings: Settings) -> ClaudeModel:
    if settings.model_provider == "bedrock":
        return ClaudeModel(
            build_client(base_url=settings.model_base_url or None, bedrock=True),
            counter=aws_client("bedrock-runtime"),
            spans=settings.model_spans,
        )
    keys = _Keys(settings)
    return ClaudeModel(
        keys.client(),
        renew=keys.renewed,
        geography=settings.model_geography or None,
        spans=settings.model_spans,
    )


class _Keys:
    """The provider's key as it was last read: from Secrets Manager, or in the local stack from the
    environment.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._last: str | None = None

    def client(self) -> Any:
        """A client with the key as it is now; None where there is none."""
        settings = self._settings
        self._last = settings.model_api_key or secret_text(settings.model_key_secret_arn) or None
        return build_client(api_key=self._last, base_url=settings.model_base_url or None)

    def renewed(self) -> Any:
        """A client with another key than the last one; None while the secret still
        holds that one.
        """
        refused = self._last
        client = self.client()
        return None if self._last == refused else client
