"""Runs the snippets of the pages about the client, in their order and as they stand there, but for
the address of the stack.

A page's Python blocks share one namespace, in which `patient_id`, `token` and `key` are given. A
command that is to fail says `# exits with N`.
"""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import httpx
import pytest

from tests.client.conftest import PATIENT

ROOT = Path(__file__).parents[2]
PAGES = (
    *("client.md", "errors.md", "idempotency.md", "waiting.md"),
    *("bulk.md", "webhooks.md"),
)
ADDRESS = "http://127.0.0.1:3000"
_BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_EXITS = re.compile(r"\s+# exits with (\d+)$")
_SECONDS = 120
pytestmark = pytest.mark.rule("R-CLIENT-3")


def blocks(page: str, kind: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text("utf-8")
    return [body for found, body in _BLOCK.findall(text) if found == kind]


@pytest.mark.parametrize("page", PAGES)
def test_every_python_block_runs(
    page: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    token = httpx.post(f"{url}/dev/token", json={"user": "admin"}).json()["token"]
    names = {"patient_id": PATIENT, "token": token, "key": str(uuid.uuid4())}
    found = blocks(page, "python")
    assert found
    for body in found:
        exec(compile(body.replace(ADDRESS, url), page, "exec"), names)


@pytest.mark.parametrize("page", PAGES)
def test_every_shell_block_runs(page: str, url: str, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    code = "from studio_runs_client.command import main; main()"
    runs.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n', "utf-8")
    runs.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "client"),
        "STUDIO_RUNS_URL": url,
    }
    found = blocks(page, "sh")
    assert found
    for body in found:
        script = "\n".join(_line(line.replace(ADDRESS, url)) for line in body.splitlines())
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{body}\n{done.stdout}\n{done.stderr}"


def _line(line: str) -> str:
    """A command that is to fail, as one that succeeds when it exits as it is said to."""
    exits = _EXITS.search(line)
    if exits is None:
        return line
    command = line[: exits.start()]
    return f"set +e; {command}; code=$?; set -e; [ $code = {exits[1]} ]"
