"""The eraser's half of the composition root. The eraser is a worker of its own: it has the erasure
workflow and no other, may delete what is kept, and knows no model.
"""

from collections.abc import Callable
from functools import lru_cache, partial

from shared.bootstrap import Services, services
from shared.bootstrap_execution import executing
from shared.engine.account import usage_by_step
from shared.engine.ledger import Ledger
from shared.engine.retention import Retention
from shared.engine.worker import Worker
from shared.errors import PermanentFailure
from shared.runs.codes import FailureCode
from shared.runs.model import Heard, ModelAnswer, ModelRequest
from shared.runs.timing import SECOND, UPLOAD_LIFE
from shared.workflows.definitions import Executor
from shared.workflows.erasure.workflow import Sources, erasure
from shared.workflows.steps import Workflow


def eraser() -> Worker:
    """This process's eraser over its services, built at the first call and again after
    `bootstrap.reset()`.
    """
    return build_eraser(services())


@lru_cache(maxsize=1)
def build_eraser(services: Services) -> Worker:
    model = _NoModel()
    ledger = Ledger(services.payloads, model, {}, services.clock, services.timing.model)
    return executing(services, Executor.ERASER, model, ledger)


def retention() -> Retention:
    """This process's retention over its services."""
    here = services()
    return Retention(
        here.organisations,
        here.retention,
        here.retention_due,
        here.erasing,
        here.audit,
        here.clock,
        partial(usage_by_step, here.payloads),
    )


def build_erasure(services: Services) -> Workflow:
    return erasure(
        Sources(
            runs=services.runs,
            care=services.care,
            kept=services.erasing,
            trail=services.audit,
            clock=services.clock,
            ids=services.ids,
            usage_of=partial(usage_by_step, services.payloads),
            # A lease outlives every invocation of the worker, and so all others.
            invocation=services.settings.lease_seconds * SECOND,
            upload=UPLOAD_LIFE,
            trail_days=services.settings.audit_retention_days,
        )
    )


class _NoModel:
    """Implements shared.ports.LanguageModel: nothing that erases asks a model."""

    provider = "none"

    def answer(
        self,
        request: ModelRequest,
        *,
        still_wanted: Callable[[], None],
        timeout_seconds: float,
        heard: Callable[[Heard], None] = lambda heard: None,
    ) -> ModelAnswer:
        raise PermanentFailure(FailureCode.EXECUTION_ERROR, "The eraser asks no model.")

    def count_input_tokens(self, request: ModelRequest) -> int:
        raise PermanentFailure(FailureCode.EXECUTION_ERROR, "The eraser asks no model.")

    def caches(self, request: ModelRequest) -> bool:
        return False
