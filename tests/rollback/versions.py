"""A version's code beside another's, over the same AWS: checked out by git, run as processes."""

import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ACT = Path(__file__).with_name("act.py")
PATIENT = "11111111-1111-4111-8111-111111111111"
Asked = tuple[str, dict[str, Any]]


def checked_out(commit: str, folder: Path) -> Path:
    """The functions of a commit, in the folder."""
    command = ["git", "archive", commit, "functions", "shared", "docs/openapi.json"]
    packed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@dataclass(frozen=True)
class Version:
    """`folder`: where its code is; `environment`: what its functions find."""

    folder: Path
    environment: dict[str, str]

    def call(self, *calls: Asked, kill_at: str | None = None) -> list[Any]:
        """What the functions answer, one after the other in one process."""
        answers = self.folder / "answers.json"
        answers.write_text("[]", encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(ACT), str(answers)],
            input=json.dumps({"kill_at": kill_at, "calls": calls}),
            env={**os.environ, **self.environment, "PYTHONPATH": str(self.folder)},
            cwd=self.folder,
            text=True,
            capture_output=True,
            check=False,
        )
        if not kill_at and done.returncode:
            raise AssertionError(done.stderr[-3000:])
        found: list[Any] = json.loads(answers.read_text("utf-8"))
        return found

    def ask(self, function: str, body: Any = None, **names: str) -> Any:
        """The data of an API function's answer. Raises AssertionError for a refusal."""
        (answer,) = self.call(request(function, body, **names))
        assert answer["statusCode"] < 400, answer["body"]
        return json.loads(answer["body"])["data"]

    def work(self, *run_ids: str, kill_at: str | None = None) -> None:
        """The worker, once for each run."""
        self.call(*(rung(run_id) for run_id in run_ids), kill_at=kill_at)

    def run(self, run_id: str) -> Any:
        return self.ask("get_run", runId=run_id)["run"]


def request(function: str, body: Any = None, **names: str) -> Asked:
    """The function's sample event as an admin's request, with another body and other names."""
    event = json.loads((ROOT / "events" / f"{function}.json").read_text("utf-8"))
    path = event["routeKey"].partition(" ")[2]
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", value)
    event["headers"].pop("idempotency-key", None)
    event["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = "[admin]"
    event["requestContext"]["http"]["path"] = path
    changed = {
        "rawPath": path,
        "pathParameters": names or event.get("pathParameters"),
        "rawQueryString": "",
        "queryStringParameters": None,
    }
    if body is not None:
        changed["body"] = json.dumps(body)
    return function, {**event, **changed}


def rung(run_id: str) -> Asked:
    record = {"messageId": "m", "body": json.dumps({"run_id": run_id})}
    return "worker", {"Records": [record]}
