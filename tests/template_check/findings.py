"""What the scanners find in the template, and whether each finding is accepted with a reason."""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Finding = tuple[str, str]
"""(rule, logical id of the resource)."""


class ScannerFailed(Exception):
    """A scanner that ended without a list of findings; its own words."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Findings of `rules` that stay: at the resources of type `kind`, or at those named."""

    rules: tuple[str, ...]
    reason: str
    kind: str = ""
    named: tuple[str, ...] = ()

    def covers(self, finding: Finding, kinds: Mapping[str, str]) -> bool:
        """`kinds`: the type of each resource by its logical id."""
        rule, resource = finding
        is_one = resource in self.named if self.named else kinds.get(resource) == self.kind
        return rule in self.rules and is_one


@dataclass(frozen=True, slots=True)
class Verdict:
    """What nobody accepted, and what is accepted though nobody finds it."""

    open: tuple[Finding, ...]
    stale: tuple[str, ...]


def judge(
    findings: Iterable[Finding], accepted: Iterable[Accepted], kinds: Mapping[str, str]
) -> Verdict:
    found, entries = sorted(set(findings)), list(accepted)
    return Verdict(
        tuple(f for f in found if not any(entry.covers(f, kinds) for entry in entries)),
        tuple(
            f"{rule} at {place}"
            for entry in entries
            for rule in entry.rules
            for place in entry.named or (entry.kind,)
            if not any(
                f[0] == rule and entry.covers(f, kinds) and place in (f[1], kinds.get(f[1]))
                for f in found
            )
        ),
    )


def of_checkov(scanner: Path, template: Path) -> list[Finding]:
    """Raises ScannerFailed."""
    options = ["--framework", "cloudformation", "--output", "json", "--quiet", "--compact"]
    said = _run([str(scanner), "--file", str(template), *options], template.parent, (0, 1))
    results: Mapping[str, Any] = json.loads(said)["results"]
    if results.get("parsing_errors"):
        raise ScannerFailed(f"checkov could not read {results['parsing_errors']}")
    failed = results["failed_checks"]
    return [(one["check_id"], one["resource"].rpartition(".")[2]) for one in failed]


def of_nag(modules: Path, template: Path) -> list[Finding]:
    """`modules`: the folder of what npm installed. Raises ScannerFailed."""
    script = Path(__file__).with_name("nag.js")
    environment = {"NODE_PATH": str(modules)}
    said = _run(["node", str(script), str(template)], template.parent, (0,), environment)
    return [(rule, resource) for rule, resource in json.loads(said)]


def _run(
    command: list[str],
    folder: Path,
    codes: tuple[int, ...],
    environment: Mapping[str, str] | None = None,
) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in codes or not done.stdout:
        raise ScannerFailed(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout
