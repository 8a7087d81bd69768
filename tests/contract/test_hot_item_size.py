"""The hot item of a diagnosis stays at or under one kilobyte, so that each of its transitions costs
one write unit.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.sizes import KB, item_size
from shared.adapters.clock import RandomIds
from shared.adapters.dynamodb.run_store import DynamoRunStore
from shared.adapters.dynamodb.table import Table
from shared.engine.trail import reading
from shared.errors import TransientFailure
from shared.records.artifact import Artifact
from shared.records.care import Person, RecordContent
from shared.records.money import TokenUsage
from shared.records.run import Run, Status
from shared.runs.canonical import sha256_hex
from shared.workflows.diagnosis.workflow import diagnosis
from tests.contract.worlds import RealAdapters
from tests.fakes.world import MORNING
from tests.support.engine_world import EngineWorld
from tests.support.intercepted import intercepted
from tests.support.samples import CLINICIAN, ORG, PATIENT

DIAGNOSIS = {
    "summary": "Stable. Nothing in the record calls for action today.",
    "findings": ["Blood pressure within range"],
    "recommendations": ["Repeat in a year"],
    "risk_level": "low",
    "confidence_score": 0.82,
}
RECORD = Path(__file__).parents[2] / "local" / "seed_record.json"
BUSY = TransientFailure("LLM_ERROR", "The model service is busy.", retry_after=1.0)


class Scales:
    """A diagnosis in the real engine over the real adapters, weighed after every write of its hot
    item.
    """

    def __init__(self, real: RealAdapters) -> None:
        self.weighed: list[int] = []
        client = intercepted(real.clients.dynamodb, update_item=self._weigh)
        self.world = EngineWorld(
            DynamoRunStore(Table(client, real.name)), real.payloads, real.artifacts
        )
        self.world.ids = RandomIds()  # type: ignore[assignment]
        self.world.clock.advance(123_456_789)  # no round moment: zeros at the end weigh nothing
        self.world.model.default = json.dumps(DIAGNOSIS)
        self.world.model.usage = TokenUsage(12_345, 1_234, 2_345, 3_456)
        self.world.workflows["diagnosis"] = diagnosis(
            self.world.runs,
            real.care,
            real.records,
            real.artifacts,
            "claude-sonnet-5-5",
            8_192,
            on_record=reading(real.audit, self.world.clock),
        )
        content = RecordContent({"Patient": 1}, Person())
        real.records.put(ORG, PATIENT, RECORD.read_bytes(), content, CLINICIAN, MORNING)

    def _weigh(self, update_item: Callable[..., Any], **arguments: Any) -> Any:
        answer = update_item(**arguments)
        self.weighed.append(item_size(answer["Attributes"]))
        return answer

    def attach(self, run: Run, name: str) -> Run:
        data = json.dumps({"name": name}).encode()
        made = Artifact(
            id=self.world.ids.unique(),
            org_id=ORG,
            run_id=run.id,
            artifact_type="ecg_analysis",
            artifact_name=name,
            sha256=sha256_hex(data),
            size_bytes=len(data),
            content_type="application/json",
            storage_path="",
            created_at=MORNING,
        )
        return self.world.commands.attach(run, CLINICIAN, self.world.artifacts.put(made, data).id)


@pytest.mark.parametrize(("attached", "failures"), [(0, 0), (1, 1)])
def test_the_hot_item_of_a_diagnosis_fits_into_one_write_unit(
    real: RealAdapters, attached: int, failures: int, record_property: Callable[[str, object], None]
) -> None:
    scales = Scales(real)
    run = scales.world.create("diagnosis", tags=("urgent",), attributes={"max_cost": 1_000_000})
    for number in range(attached):
        run = scales.attach(run, f"ECG {number}")
    scales.world.model.script(*[BUSY] * failures)
    done = scales.world.work_until_settled(run)
    assert (done.status, len(done.artifacts), done.attempt) == (
        Status.SUCCEEDED,
        attached + 1,
        failures + 1,
    )
    assert len(scales.weighed) == attached + 5 + 2 * failures
    record_property("largest hot item, bytes", max(scales.weighed))
    assert max(scales.weighed) <= KB, scales.weighed
