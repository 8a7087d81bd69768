"""What comes with the run beside the record: its settings, the assessment, the artifacts attached
to it.

All of it is free-form, so all of it is scrubbed, and cut where it is too long for its share of
the pack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.budget import shorten
from shared.workflows.diagnosis.dates import NINETY_PLUS
from shared.workflows.diagnosis.fhir import mapping, mappings, text
from shared.workflows.diagnosis.privacy.ages import asks_age, shown_alone
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.texts import NAME_LIMIT, NOTE_LIMIT, clipped, present

ARTIFACT_LIMIT = 32
MAX_BYTES = 60_000  # of a whole pack, and so of any one part


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
        return {
            "input_config": self.input_config,
            "assessment": self.assessment,
            "artifacts": self.artifacts,
        }


def scrubbed(
    reader: Reader,
    input_config: Mapping[str, Any],
    artifacts: Sequence[Mapping[str, Any]],
    assessment: Mapping[str, Any] | None,
) -> Attachments:
    """Everything, whole. Artifacts in their order of attachment; beyond the limit the earlier
    ones are left out.
    """
    held = [
        (_sequence(one, position), one)
        for position, one in enumerate(artifacts)
        if isinstance(one, Mapping)
    ]
    # Many tiny shares would show nothing of any of them. Only those that may be shown are read,
    # and each is cut to what a pack can hold before the next one is.
    first = sorted(order for order, _ in held)[-ARTIFACT_LIMIT:][:1]
    out = Attachments()
    shown = [
        (order, _bounded(out, _artifact(reader, one))) for order, one in held if [order] >= first
    ]
    shown.sort(key=lambda pair: (pair[0], canonical_json(pair[1])))
    kept = [item for _, item in shown[-ARTIFACT_LIMIT:]]
    return Attachments(
        input_config=reader.scrub.tree(mapping(input_config)),
        assessment=_assessment(reader, mapping(assessment)) if assessment else None,
        artifacts=kept,
        shortened=out.shortened,
        artifacts_left_out=len(held) - len(kept),
    )


def fitted(whole: Attachments, room: int) -> Attachments:
    """The same in at most `room` bytes: a quarter for the settings, half of what is left for the
    assessment, the rest for the artifacts; what one does not need the next may use.
    """
    out = Attachments(artifacts_left_out=whole.artifacts_left_out, shortened=list(whole.shortened))
    out.input_config = _fit(out, "input_config", whole.input_config, room // 4) or {}
    room -= len(canonical_json(out.input_config))
    if whole.assessment is not None:
        out.assessment = _fit(out, "assessment", whole.assessment, room // 2)
        room -= len(canonical_json(out.assessment))
    for position, artifact in enumerate(whole.artifacts):
        # An equal share of what is left, so that a short document's unused room goes to those
        # after it.
        share = max(0, room // (len(whole.artifacts) - position) - 1)
        shown = _fit(out, "artifacts", artifact, share)
        if shown is None:
            out.artifacts_left_out += 1
            continue
        out.artifacts.append(shown)
        room -= len(canonical_json(shown)) + 1
    return out


def _bounded(out: Attachments, artifact: dict[str, Any]) -> dict[str, Any]:
    return _fit(out, "artifacts", artifact, MAX_BYTES) or {}


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
        type=_note(reader, artifact.get("artifact_type"), NAME_LIMIT),
        name=_note(reader, artifact.get("artifact_name"), NAME_LIMIT),
        description=_note(reader, artifact.get("description")),
        date=reader.day(artifact.get("created_at")),
        data=reader.scrub.tree(_content(artifact.get("artifact_data"))),
    )


def _note(reader: Reader, value: Any, limit: int = NOTE_LIMIT) -> str | None:
    """What a person wrote beside the record, perhaps without capitals."""
    said = text(value)
    return clipped(reader.scrub.free_text(said, careless=True), limit) if said else None


def _content(data: Any) -> Any:
    """The document itself, read only now where it was given as a function: all of them at once
    could be more than a worker holds.
    """
    return data() if callable(data) else data


def _assessment(reader: Reader, assessment: Mapping[str, Any]) -> dict[str, Any]:
    """Every question in the funnel's order with its answer, null where there is none; then
    answers to questions not listed.
    """
    funnel, answers = mapping(assessment.get("funnel")), mapping(assessment.get("answers"))
    asked: dict[str, str | None] = {}
    for question in mappings(funnel.get("questions")):
        asked.setdefault(text(question.get("id")) or "", text(question.get("text")))
    unlisted = sorted(key for key in answers if isinstance(key, str) and key not in asked)
    rows = [
        (said or key, answers.get(key))
        for key, said in [*asked.items(), *((key, None) for key in unlisted)]
    ]
    return {
        "funnel": present(
            slug=_note(reader, funnel.get("slug"), NAME_LIMIT),
            version=reader.scrub.tree(funnel.get("version")),
        ),
        "answers": [
            {"question": _note(reader, said), "answer": _answer(reader, said, answer)}
            for said, answer in rows
        ],
    }


def _answer(reader: Reader, question: str, answer: Any) -> Any:
    """An age over 89 is not told, be it a number."""
    is_plain = isinstance(answer, str | int | float) and not isinstance(answer, bool)
    if is_plain and asks_age(question) and shown_alone(str(answer)) != str(answer):
        return NINETY_PLUS
    return reader.scrub.tree(answer)
