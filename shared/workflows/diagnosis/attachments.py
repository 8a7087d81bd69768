"""What comes with the run beside the record: its settings, the assessment, the artifacts attached to it.

All of it is free-form, so all of it is scrubbed, and cut where it is too long for its share of the pack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.budget import shorten
from shared.workflows.diagnosis.fhir import mapping, mappings, text
from shared.workflows.diagnosis.reading import NAME_LIMIT, Reader, present

ARTIFACT_LIMIT = 32


@dataclass
class Attachments:
    """The parts as they go into the pack, and what they lack."""

    input_config: Any = field(default_factory=dict)
    assessment: dict[str, Any] | None = None
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    shortened: list[str] = field(default_factory=list)
    artifacts_left_out: int = 0

    @property
    def parts(self) -> dict[str, Any]:
        return {"input_config": self.input_config, "assessment": self.assessment, "artifacts": self.artifacts}


def scrubbed(
    reader: Reader, input_config: Mapping[str, Any], artifacts: Sequence[Mapping[str, Any]], assessment: Mapping[str, Any] | None
) -> Attachments:
    """Everything, whole. Artifacts in their order of attachment; beyond the limit the earlier ones are left out."""
    shown = [(_sequence(one, position), _artifact(reader, one)) for position, one in enumerate(artifacts) if isinstance(one, Mapping)]
    shown.sort(key=lambda pair: (pair[0], canonical_json(pair[1])))
    # Many tiny shares would show nothing of any of them.
    kept = [item for _, item in shown[-ARTIFACT_LIMIT:]]
    return Attachments(
        input_config=reader.scrub.tree(mapping(input_config)),
        assessment=_assessment(reader, mapping(assessment)) if assessment else None,
        artifacts=kept,
        artifacts_left_out=len(shown) - len(kept),
    )


def fitted(whole: Attachments, room: int) -> Attachments:
    """The same in at most `room` bytes: a quarter for the settings, half of what is left for the assessment, the rest for the
    artifacts; what one does not need the next may use."""
    out = Attachments(artifacts_left_out=whole.artifacts_left_out)
    out.input_config = _fit(out, "input_config", whole.input_config, room // 4) or {}
    room -= len(canonical_json(out.input_config))
    if whole.assessment is not None:
        out.assessment = _fit(out, "assessment", whole.assessment, room // 2)
        room -= len(canonical_json(out.assessment))
    for position, artifact in enumerate(whole.artifacts):
        # An equal share of what is left, so that a short document's unused room goes to those after it.
        share = max(0, room // (len(whole.artifacts) - position) - 1)
        shown = _fit(out, "artifacts", artifact, share)
        if shown is None:
            out.artifacts_left_out += 1
            continue
        out.artifacts.append(shown)
        room -= len(canonical_json(shown)) + 1
    return out


def _fit(out: Attachments, part: str, value: Any, room: int) -> Any:
    shown, whole = shorten(value, room)
    if not whole and part not in out.shortened:
        out.shortened.append(part)
    return shown


def _sequence(artifact: Mapping[str, Any], position: int) -> int:
    order = artifact.get("sequence_order")
    return order if isinstance(order, int) else position


def _artifact(reader: Reader, artifact: Mapping[str, Any]) -> dict[str, Any]:
    return present(
        type=reader.note(artifact.get("artifact_type"), NAME_LIMIT),
        name=reader.note(artifact.get("artifact_name"), NAME_LIMIT),
        description=reader.note(artifact.get("description")),
        date=reader.day(artifact.get("created_at")),
        data=reader.scrub.tree(artifact.get("artifact_data")),
    )


def _assessment(reader: Reader, assessment: Mapping[str, Any]) -> dict[str, Any]:
    """Every question in the funnel's order with its answer, null where there is none; then answers to questions not listed."""
    funnel, answers = mapping(assessment.get("funnel")), mapping(assessment.get("answers"))
    asked: dict[str, str | None] = {}
    for question in mappings(funnel.get("questions")):
        asked.setdefault(text(question.get("id")) or "", text(question.get("text")))
    unlisted = sorted(key for key in answers if isinstance(key, str) and key not in asked)
    rows = [(said or key, answers.get(key)) for key, said in [*asked.items(), *((key, None) for key in unlisted)]]
    return {
        "funnel": present(slug=reader.note(funnel.get("slug"), NAME_LIMIT), version=reader.scrub.tree(funnel.get("version"))),
        "answers": [{"question": reader.note(said), "answer": reader.scrub.tree(answer)} for said, answer in rows],
    }
