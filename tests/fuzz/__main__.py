"""Schemathesis over docs/openapi.json with six callers against a local stack:
`python -m tests.fuzz --schemathesis PATH [--requests N] [--seed N]`.

Every answer must be one that the document knows, none may be a 500, and what a schema refuses must
be refused. Streams are left out, because each waits for 25 seconds.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from local.gateway.issuer import USERS

ROOT = Path(__file__).parents[2]
CALLERS = ("clinician", "other-clinician", "admin", "patient", "member", "outsider")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
_SENT = re.compile(r"(\d+) generated")


def main() -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schemathesis", required=True, help="its command")
    parser.add_argument("--requests", type=int, default=100_000, help="about so many in all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    document = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
    routes = sum(len(path) for path in document["paths"].values())
    each = max(1, options.requests // (len(CALLERS) * routes))
    with _stack() as stack:
        url = _ready(stack)
        found = [_fuzz(options.schemathesis, url, caller, each, options.seed) for caller in CALLERS]
        stack.terminate()
    print(f"{len(CALLERS)} callers, {each} examples a route; with findings: {sum(found)}")
    return int(any(found))


def _stack() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "local"],
        cwd=ROOT,
        env={"PORT": "3185", **os.environ, "FRESH": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )


def _ready(stack: "subprocess.Popen[str]") -> str:
    assert stack.stdout is not None
    for line in stack.stdout:
        if line.startswith("ready "):
            return line.split()[1]
    raise SystemExit("the stack did not start")


def _fuzz(command: str, url: str, caller: str, each: int, seed: int) -> bool:
    """Whether anything was found."""
    asked = json.dumps({"user": USERS[caller].name, "expires_in": 86_400}).encode()
    with urllib.request.urlopen(f"{url}/dev/token", asked, timeout=30) as answer:
        token = json.load(answer)["token"]
    arguments = [
        *("run", "docs/openapi.json", "--url", url, "-H", f"Authorization: Bearer {token}"),
        *("--checks", ",".join(CHECKS), "--phases", "fuzzing,stateful", "-n", str(each)),
        *("--seed", str(seed), "--suppress-health-check", "all", "--request-timeout", "30"),
        *("--exclude-path-regex", "/(stream|dev)", "--continue-on-failure", "--no-color"),
    ]
    done = subprocess.run(
        [command, *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "tests.fuzz.schema_hooks",
            "PYTHONPATH": str(ROOT),
        },
        check=False,
    )
    print(f"{caller}: {'clean' if done.returncode == 0 else 'findings'}", flush=True)
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
