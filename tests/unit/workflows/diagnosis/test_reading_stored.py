"""A stored record is checked again when a run reads it, and the run learns what was read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from shared.engine.creation import Creator, Key, NewRun
from shared.errors import PermanentFailure
from shared.records.artifact import Artifact
from shared.records.care import Person, RecordContent
from shared.records.run import Run, Subject
from shared.runs.canonical import sha256_hex
from shared.runs.timing import Timing
from shared.workflows.diagnosis.workflow import diagnosis
from shared.workflows.steps import StepResult
from tests.fakes.blobs import InMemoryArtifactStore, InMemoryPayloadStore
from tests.fakes.care_store import InMemoryCareStore
from tests.fakes.record_store import InMemoryRecordStore
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.sweeping import InMemoryGateStore
from tests.fakes.world import RememberingDoorbell, SequentialIds, VirtualClock
from tests.unit.workflows.diagnosis.readings import bundle_of, resource

ORG, PATIENT = "demo", "11111111-1111-4111-8111-111111111111"
MAKER = "22222222-2222-4222-8222-222222222222"


@dataclass
class OneStep:
    """What the first step needs of its context."""

    run: Run

    def input(self) -> Any:
        return {"question": "why tired?"}


def document_of(maker: Run, number: int, data: bytes) -> Artifact:
    return Artifact(
        id=f"{number:08x}-0000-4000-8000-000000000000",
        org_id=ORG,
        run_id=maker.id,
        artifact_type="note",
        artifact_name="note",
        sha256=sha256_hex(data),
        size_bytes=len(data),
        content_type="application/json",
        storage_path="",
        created_at=0,
    )


def built_from(stored: bytes | None, attached: Sequence[bytes] = ()) -> StepResult:
    """What build_context leaves of a run whose patient has these bytes as record, and to which
    these documents were attached by another run of the patient.
    """
    clock, runs, payloads = VirtualClock(), InMemoryRunStore(), InMemoryPayloadStore()
    records, artifacts = InMemoryRecordStore(), InMemoryArtifactStore()
    if stored is not None:
        content = RecordContent({}, Person())
        records.put(ORG, PATIENT, stored, content, "clinician-1", clock.now_ms())
    creator = Creator(
        runs,
        payloads,
        RememberingDoorbell(),
        clock,
        SequentialIds(),
        Timing(),
        False,
        InMemoryGateStore(),
    )
    new = NewRun("diagnosis", ORG, Subject("patient", PATIENT), "clinician-1", {})
    maker = creator.create(new, Key(MAKER, "ab" * 32, repeatable=False))[0]
    ids = tuple(
        artifacts.put(document_of(maker, n, data), data).id for n, data in enumerate(attached)
    )
    run = creator.create(replace(new, attached=ids), Key(PATIENT, "ab" * 32, repeatable=False))[0]
    noted: list[Run] = []
    workflow = diagnosis(
        runs,
        InMemoryCareStore(),
        records,
        artifacts,
        "claude-sonnet-5-5",
        4_000,
        on_record=noted.append,
    )
    context: Any = OneStep(run)
    try:
        return workflow.steps["build_context"].run(context)
    finally:
        assert noted == [run], "what it reads is not on record"


@pytest.mark.rule("R-READ-808")
@pytest.mark.parametrize(
    "stored",
    [
        b"[]",
        b"not JSON",
        b"\xff",
        b'{"resourceType": "Bundle", "entry": []}',
        json.dumps(bundle_of(resource("Immunization", notGiven=True))).encode(),
    ],
)
def test_a_stored_record_that_is_no_acceptable_bundle_fails_the_run(stored: bytes) -> None:
    with pytest.raises(PermanentFailure) as caught:
        built_from(stored)
    assert caught.value.code == "CONTEXT_FETCH_ERROR"
    assert caught.value.validation_errors


@pytest.mark.rule("R-READ-808")
def test_the_run_learns_which_record_was_read_and_what_to_be_warned_of() -> None:
    page = bundle_of(resource("Condition"), total=214)
    result = built_from("\ufeff".encode() + json.dumps(page).encode())
    assert result.record is not None
    assert result.record["version"] == 1
    assert len(result.record["sha256"]) == 64
    assert "of 214" in result.warnings[0]
    assert result.value["conditions_status_not_stated"]


@pytest.mark.rule("R-READ-808")
def test_without_a_record_there_is_none_to_tell_of() -> None:
    result = built_from(None)
    assert (result.record, list(result.warnings)) == (None, [])
    assert result.value["record_available"] is False


@pytest.mark.rule("R-ATTACH-3")
@pytest.mark.parametrize(
    "attached",
    [
        [b"{}"] * 21,
        [b"{}"] * 199,
        [b'"%s"' % (b"x" * 1024 * 128)] * 16,
        [b"[" + b"{}," * 50_000 + b"{}]"],
        [b"[" * 101 + b"]" * 101],
        [b"[" * 100_000 + b"]" * 100_000],
        [b"no JSON"],
    ],
    ids=["21", "199", "over 2 MB", "too many nodes", "101 levels", "100,000 levels", "no JSON"],
)
def test_what_was_attached_before_there_were_limits_fails_the_run(attached: list[bytes]) -> None:
    with pytest.raises(PermanentFailure) as caught:
        built_from(None, attached)
    assert caught.value.code == "CONTEXT_FETCH_ERROR"


@pytest.mark.rule("R-ATTACH-3")
def test_what_is_attached_within_the_limits_is_read() -> None:
    most = [b"[" + b"{}," * 49_998 + b"{}]", b"[" * 100 + b"]" * 100, *[b"{}"] * 18]
    assert len(built_from(None, most).value["artifacts"]) == 20
