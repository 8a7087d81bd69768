"""What the records of phases are worth. Pure; cheap to import for whoever only shows a run.

A record is a JSON value:
{phase, profile, profile_version, prompt_version,
 agents [{agent_id, model, at, tokens {input_tokens, ...}, files, notes}],
 files [{path, artifact_id, artifact_type, size_bytes}], ignored,
 checks [{check, blocking, weight, passed}], findings [{rule, path, artifact_id, blocking,
 message}],
 governance_passed, warnings [text], hygiene {artifacts, clean}, validation_skipped, usage_after
 {Usage as fields}}
"""

from collections.abc import Iterable, Mapping
from typing import Any

Record = Mapping[str, Any]


def governance_score(records: Iterable[Record]) -> float | None:
    """The share of checks passed, by weight; None when there was none."""
    checks = [check for record in records for check in record["checks"]]
    return _share(
        sum(check["weight"] for check in checks if check["passed"]),
        sum(check["weight"] for check in checks),
    )


def hygiene_score(records: Iterable[Record]) -> float | None:
    """The share of artifacts without a finding; None when there is none."""
    counts = [record["hygiene"] for record in records]
    return _share(
        sum(count["clean"] for count in counts), sum(count["artifacts"] for count in counts)
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
