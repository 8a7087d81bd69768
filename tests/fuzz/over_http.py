"""Schemathesis over docs/openapi.json against a stack.

Every answer must be one that the document knows, none may be a 500, and what a schema refuses must
be refused. Streams are left out, because each waits for 25 seconds.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.demo.client import Client
from tests.fuzz.standing import furnish

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "openapi.json"
CALLERS = ("clinician", "other-clinician", "admin", "patient", "member", "outsider")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
LEFT_OUT = "/(stream|dev)"
_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """`answered`: how often each (route, status) was."""

    clean: bool
    answered: Counter[tuple[str, int]]
    said: str


def routes() -> int:
    """How many are asked."""
    paths = json.loads(DOCUMENT.read_text("utf-8"))["paths"]
    return sum(len(methods) for path, methods in paths.items() if not re.search(LEFT_OUT, path))


def fuzz(
    url: str, callers: Sequence[str], each: int, seed: int, document: Path = DOCUMENT
) -> Fuzzed:
    """`each` examples a route, asked by one or another of these callers."""
    client = Client(url)
    with tempfile.TemporaryDirectory() as folder:
        plan, report = Path(folder, "plan.json"), Path(folder, "report.json")
        tokens = [client.token(caller, _A_DAY) for caller in callers]
        wanted = {"tokens": tokens, "known": furnish(client), "report": str(report)}
        plan.write_text(json.dumps(wanted), "utf-8")
        done = subprocess.run(
            [
                *(Path(sys.executable).with_name("schemathesis"), "run", str(document)),
                *("--url", url, "--checks", ",".join(CHECKS), "--phases", "fuzzing,stateful"),
                *("-n", str(each), "--seed", str(seed), "--suppress-health-check", "all"),
                *("--exclude-path-regex", LEFT_OUT, "--continue-on-failure", "--no-color"),
                *("--output-sanitize", "false"),  # a header may be what went wrong
                *("--request-timeout", "60", "--warnings", "off"),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "FUZZ_PLAN": str(plan),
                "SCHEMATHESIS_HOOKS": "tests.fuzz.schema_hooks",
                "PYTHONPATH": str(ROOT),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        rows = json.loads(report.read_text("utf-8")) if report.exists() else []
    answered = Counter({(route, status): times for route, status, times in rows})
    return Fuzzed(done.returncode == 0, answered, done.stdout)
