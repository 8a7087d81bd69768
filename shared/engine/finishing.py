"""What a finished step leaves, written in one order that must not be torn apart: its artifacts and
payloads first, then the change that names them.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from shared.engine.claim import Claim
from shared.records.artifact import Artifact
from shared.records.money import Usage
from shared.records.run import PayloadRef, RecordRead, StepRecord
from shared.runs import transitions
from shared.runs.canonical import canonical_json, sha256_hex
from shared.runs.changes import Change
from shared.workflows.definitions import Definition
from shared.workflows.steps import NewArtifact, StepResult

_ARTIFACTS = uuid.UUID("5d0a3a6e-3a53-4f39-9d0c-6b1f0e6f2a11")


class Finishing:
    def __init__(self, claim: Claim, definition: Definition) -> None:
        self._claim, self._definition = claim, definition

    def stored(self, name: str, result: StepResult) -> Callable[[], Change]:
        """Write what the step made; the change that names it.

        Long because what a step leaves is written in one order that must not be torn apart.
        """
        kit, run = self._claim.kit, self._claim.run
        made = [self._store_artifact(name, one) for one in result.artifacts]
        ids = tuple(artifact.id for artifact in made)
        value = (
            None if result.value is None else kit.payloads.put(run, canonical_json(result.value))
        )
        spent = self._claim.account.step_usage
        record = StepRecord(
            value,
            spent if spent != Usage() else None,
            dict(result.metrics),
            answer=None if result.answer is None else result.answer.key,
        )
        usage = self._claim.account.total()
        if self._stops_after(name, result):
            return lambda: transitions.pause(
                run,
                kit.clock.now_ms(),
                kit.ids.op(),
                step=name,
                record=record,
                timing=kit.timing,
                usage=usage,
                artifacts=ids,
                held=result.held,
            )
        if name != self._definition.steps[-1]:
            return lambda: transitions.checkpoint(
                run,
                kit.clock.now_ms(),
                kit.ids.op(),
                name,
                record,
                lease_until=self._claim.lease(),
                usage=usage,
                artifacts=ids,
                attempt=1 if self._definition.gated else None,
            )
        output = self._output(result.output, made)
        return lambda: transitions.complete(
            run,
            kit.clock.now_ms(),
            kit.ids.op(),
            name,
            record,
            output=output,
            usage=usage,
            artifacts=ids,
        )

    def _output(self, value: Any, made: Sequence[Artifact]) -> PayloadRef:
        """Where there is no value, the one document as it stands, which an earlier try may have
        written.
        """
        if value is None and len(made) == 1:
            return PayloadRef(made[0].sha256, made[0].size_bytes, is_artifact=True)
        return self._claim.kit.payloads.put(self._claim.run, canonical_json(value))

    def with_what_was_learned(self, change: Change, name: str, result: StepResult) -> Change:
        """The change with the record that the step read, and what the run warns of.

        The first step begins the warnings anew, because all that comes later stands on it.
        """
        learned: dict[str, Any] = {}
        is_first = name == self._definition.steps[0]
        before = () if is_first else self._claim.run.warnings
        if result.warnings or before != self._claim.run.warnings:
            learned["warnings"] = tuple(dict.fromkeys([*before, *result.warnings]))
        if result.record is not None:
            version, sha256 = result.record["version"], result.record["sha256"]
            learned["record"] = RecordRead(version, sha256, self._claim.kit.clock.now_ms())
        return replace(change, set={**change.set, **learned}) if learned else change

    def _stops_after(self, name: str, result: StepResult) -> bool:
        """A gated run stops where blocking checks failed, and after every step but the last unless
        it advances by itself.
        """
        definition = self._definition
        is_last = name == definition.steps[-1]
        return result.held or (
            definition.gated and not is_last and not self._claim.run.attributes.get("auto_advance")
        )

    def _store_artifact(self, step: str, made: NewArtifact) -> Artifact:
        run = self._claim.run
        artifact = Artifact(
            id=self.artifact_id(step, made.path or made.name),
            org_id=run.org_id,
            run_id=run.id,
            artifact_type=made.artifact_type,
            artifact_name=made.name,
            sha256=sha256_hex(made.data),
            size_bytes=len(made.data),
            content_type=made.content_type,
            storage_path="",
            created_at=self._claim.kit.clock.now_ms(),
            phase=made.phase,
            path=made.path,
            description=made.description,
        )
        return self._claim.kit.artifacts.put(artifact, made.data)

    def artifact_id(self, step: str, name: str) -> str:
        return str(
            uuid.uuid5(
                _ARTIFACTS,
                f"{self._claim.run.id}/{self._claim.run.gen}/{step}/{self._claim.run.round}/{name}",
            )
        )
