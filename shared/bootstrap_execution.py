"""What executes runs, over this process's services: the part of the composition root that the
worker and the eraser share.

It builds no model: whoever has one brings it, so that the eraser does not carry the model's SDK.
"""

from shared.bootstrap import Services
from shared.engine.budgets import Budgets
from shared.engine.kit import Kit
from shared.engine.ledger import Ledger
from shared.engine.lookout import Lookout
from shared.engine.worker import Worker
from shared.ports import LanguageModel
from shared.workflows.definitions import Executor, executed_by, resolved


def executing(
    services: Services, executor: Executor, model: LanguageModel, ledger: Ledger
) -> Worker:
    """A worker that has the executor's workflows and no others."""
    settings = services.settings
    workflows = [resolved(definition.build)(services) for definition in executed_by(executor)]
    kit = Kit(
        runs=services.runs,
        payloads=services.payloads,
        artifacts=services.artifacts,
        doorbell=services.doorbell,
        gates=services.gates,
        ledger=ledger,
        lookout=Lookout(
            services.providers,
            services.gates,
            model,
            settings.model_id,
            services.clock,
            services.ids,
            services.organisations,
        ),
        budgets=Budgets(services.budgets, services.clock),
        clock=services.clock,
        ids=services.ids,
        probe=services.probe,
        timing=services.timing,
        workflows={w.definition.name: w for w in workflows},
    )
    return Worker(kit, settings.worker_enabled)
