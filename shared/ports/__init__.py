"""What the engine and the doors need of the world, as Protocols. Adapters implement them.

`tests/contract` holds one suite per port, over the adapter and over the fake in `tests/fakes`. All
of them raise shared.errors.StoreUnavailable where the other side is throttled, slow or away.
"""

from shared.ports.audit import AuditTrail
from shared.ports.erasing import THINGS_AT_ONCE, ErasureStore, Kind, Thing
from shared.ports.many import BulkStore, Tasks
from shared.ports.model import LanguageModel
from shared.ports.money import BudgetStore, OrganisationStore, ProviderStore
from shared.ports.records import RecordStore
from shared.ports.retention import Place, RetentionStore
from shared.ports.stores import (
    ArtifactStore,
    Beside,
    CareStore,
    DueRun,
    Only,
    Page,
    PayloadStore,
    ProjectStore,
    RunStore,
    Scope,
    Unreadable,
)
from shared.ports.sweeping import GateStore, HealthStore
from shared.ports.telling import Answer, CountsStore, DeliveryStore, Post, WebhookStore
from shared.ports.world import (
    Clock,
    DeadLetters,
    Doorbell,
    Ids,
    Quota,
    StepProbe,
)

__all__ = [
    "THINGS_AT_ONCE",
    "Answer",
    "ArtifactStore",
    "AuditTrail",
    "Beside",
    "BudgetStore",
    "BulkStore",
    "CareStore",
    "Clock",
    "CountsStore",
    "DeadLetters",
    "DeliveryStore",
    "Doorbell",
    "DueRun",
    "ErasureStore",
    "GateStore",
    "HealthStore",
    "Ids",
    "Kind",
    "LanguageModel",
    "Only",
    "OrganisationStore",
    "Page",
    "PayloadStore",
    "Place",
    "Post",
    "ProjectStore",
    "ProviderStore",
    "Quota",
    "RecordStore",
    "RetentionStore",
    "RunStore",
    "Scope",
    "StepProbe",
    "Tasks",
    "Thing",
    "Unreadable",
    "WebhookStore",
]
