"""Writing the record that a phase leaves (see shared.workflows.orchestration.scores for its form),
and the run's output. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shared.workflows.orchestration.asking import Made
from shared.workflows.orchestration.checks import Checked
from shared.workflows.orchestration.scores import Record, governance_score, hygiene_score
from shared.workflows.steps import NewArtifact

MAX_FINDINGS = 200
SKIPPED = "Validation was skipped: a person accepted the phase as it is."


def agents_part(made: Sequence[Made]) -> list[dict[str, Any]]:
    """Who did what, and the tokens of the answer that was kept."""
    return [
        {
            "agent_id": one.agent.agent_id,
            "model": one.bought.answer.model,
            "at": one.bought.at,
            "answer": one.bought.key,
            "tokens": asdict(one.bought.answer.usage),
            "files": len(one.answer.files),
            "notes": one.answer.notes,
        }
        for one in made
    ]


def files_part(
    artifacts: Mapping[str, NewArtifact], ids: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "path": path,
            "artifact_id": ids[path],
            "artifact_type": made.artifact_type,
            "size_bytes": len(made.data),
        }
        for path, made in artifacts.items()
    ]


def assessment(checked: Sequence[Checked], ids: Mapping[str, str]) -> dict[str, Any]:
    """The part of a record that the checks decide. `ids`: artifact id by path."""
    findings = [
        {
            "rule": check.spec.check,
            "path": problem.path,
            "artifact_id": ids.get(problem.path),
            "blocking": check.spec.blocking,
            "message": problem.message,
        }
        for check in checked
        for problem in check.problems
    ]
    dirty = {finding["artifact_id"] for finding in findings} & set(ids.values())
    return {
        "checks": [
            {
                "check": c.spec.check,
                "blocking": c.spec.blocking,
                "weight": c.spec.weight,
                "passed": not c.problems,
            }
            for c in checked
        ],
        "findings": findings[:MAX_FINDINGS],
        "governance_passed": not any(finding["blocking"] for finding in findings),
        "warnings": [finding["message"] for finding in findings if not finding["blocking"]][
            :MAX_FINDINGS
        ],
        "hygiene": {"artifacts": len(ids), "clean": len(ids) - len(dirty)},
    }


def skipped(record: Record) -> dict[str, Any]:
    """The record of a phase whose checks a person chose not to hear.

    What they found stays on it.
    """
    return {**record, "validation_skipped": True, "warnings": [*record["warnings"], SKIPPED]}


def run_output(records: Sequence[Record]) -> dict[str, Any]:
    """What a whole run comes to."""
    governance, hygiene = governance_score(records), hygiene_score(records)
    count = sum(len(record["files"]) for record in records)
    unchecked = [record["phase"] for record in records if record["validation_skipped"]]
    remark = f"; validation was skipped in {', '.join(unchecked)}" if unchecked else ""
    return {
        "profile": records[-1]["profile"],
        "phases": [_phase_summary(record) for record in records],
        "artifacts_count": count,
        "governance_score": governance,
        "hygiene_score": hygiene,
        "summary": (
            f"{len(records)} phases, {count} artifacts; governance {governance}, hygiene "
            f"{hygiene}{remark}."
        ),
    }


def _phase_summary(record: Record) -> dict[str, Any]:
    return {
        "phase": record["phase"],
        "agent_ids": [agent["agent_id"] for agent in record["agents"]],
        "artifacts_count": len(record["files"]),
        "governance_passed": record["governance_passed"],
        "validation_skipped": record["validation_skipped"],
    }
