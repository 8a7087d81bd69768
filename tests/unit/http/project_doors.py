"""The project doors as Lambda sees them: handlers called with API Gateway's events, over an AWS in
this process.
"""

import importlib
import json
from dataclasses import dataclass
from typing import Any

from local.model.server import OfflineModel
from shared.bootstrap_worker import worker

INPUT = {
    "hypothesis": "Night nurses lose time looking for pumps.",
    "audience": "Nurses on night shifts in hospitals of 200 beds and more",
    "evidence_notes": [
        "11 of 14 nurses said that they search for a pump at least twice a shift.",
        {"text": "Search time in the log: median 9 minutes.", "source": "Ward log, March"},
        "Two wards tape numbers to their pumps and say that it helps.",
    ],
}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        assert self.body["success"], self.body
        return self.body["data"]

    @property
    def error(self) -> Any:
        assert not self.body["success"], self.body
        return self.body["error"]


@dataclass(frozen=True, slots=True)
class User:
    sub: str
    roles: str
    org: str = "demo"


MEMBER, OTHER, CLINICIAN = (
    User("member-1", "[member]"),
    User("member-2", "[member]"),
    User("clinician-1", "[clinician]"),
)
ADMIN, SYSTEM, PATIENT = (
    User("admin-1", "[admin]"),
    User("system-1", "[system]"),
    User("patient-1", "[patient]"),
)
OUTSIDER = User("outsider-1", "[admin]", "other")


@dataclass(frozen=True)
class Doors:
    """`queue_url`: where doorbells land; `model`: what the worker asks."""

    dynamodb: Any
    sqs: Any
    queue_url: str
    model: OfflineModel

    def call(
        self,
        function: str,
        method: str,
        path: str,
        user: User = MEMBER,
        body: Any = None,
        query: dict[str, str] | None = None,
        **headers: str,
    ) -> Answer:
        _, kind, *rest = path.removeprefix("/api").split("/")
        parameters = {{"projects": "projectId", "runs": "runId"}[kind]: rest[0]} if rest else {}
        claims = {"sub": user.sub, "custom:org_id": user.org, "cognito:groups": user.roles}
        http = {"method": method, "path": path}
        event = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": "",
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            "pathParameters": parameters,
            "queryStringParameters": query,
            "requestContext": {
                "http": http,
                "requestId": "req-1",
                "stage": "$default",
                "authorizer": {"jwt": {"claims": claims}},
            },
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
        }
        response = importlib.import_module(f"functions.{function}.handler").handler(event, None)
        sent = {name.lower(): str(value) for name, value in response["headers"].items()}
        return Answer(int(response["statusCode"]), sent, json.loads(response["body"]))

    # --- the doors --------------------------------------------------------------------------------

    def create(self, name: Any = "Pumps", user: User = MEMBER, **headers: str) -> Answer:
        return self.call(
            "create_project", "POST", "/api/projects", user, {"name": name}, None, **headers
        )

    def project(self, name: str = "Pumps", user: User = MEMBER) -> str:
        return str(self.create(name, user).data["project"]["id"])

    def projects(self, user: User = MEMBER, **query: str) -> Answer:
        return self.call("list_projects", "GET", "/api/projects", user, None, query)

    def add(
        self,
        project: str,
        document: Any = None,
        user: User = MEMBER,
        status: str | None = None,
        **headers: str,
    ) -> Answer:
        body = {"input": INPUT if document is None else document} | (
            {"status": status} if status else {}
        )
        return self.call(
            "create_input", "POST", f"/api/projects/{project}/inputs", user, body, None, **headers
        )

    def inputs(self, project: str, user: User = MEMBER, **query: str) -> Answer:
        return self.call("list_inputs", "GET", f"/api/projects/{project}/inputs", user, None, query)

    def generate(
        self,
        project: str,
        version: Any = None,
        user: User = MEMBER,
        body: Any = None,
        **headers: str,
    ) -> Answer:
        sent = body if version is None else {"input_version": version}
        return self.call(
            "generate", "POST", f"/api/projects/{project}/generate", user, sent, None, **headers
        )

    def runs(self, project: str, user: User = MEMBER, **query: str) -> Answer:
        return self.call(
            "list_project_runs", "GET", f"/api/projects/{project}/runs", user, None, query
        )

    def latest(self, project: str, user: User = MEMBER, **query: str) -> Answer:
        return self.call(
            "latest_project_run", "GET", f"/api/projects/{project}/runs/latest", user, None, query
        )

    def clone(self, run: str, overrides: Any, user: User = MEMBER) -> Answer:
        return self.call("clone_run", "POST", f"/runs/{run}/clone", user, {"overrides": overrides})

    # --- the world --------------------------------------------------------------------------------

    def doorbells(self) -> list[str]:
        """Ids of the runs that the worker was rung for since the last look."""
        rung: list[str] = []
        while messages := self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10
        ).get("Messages"):
            for message in messages:
                rung.append(json.loads(message["Body"])["run_id"])
                self.sqs.delete_message(
                    QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"]
                )
        return rung

    def work(self) -> list[str]:
        """Let the worker do what it was rung for; the runs."""
        rung = self.doorbells()
        for run_id in rung:
            worker().execute(run_id, lambda: 300_000)
        return rung

    def analysed(self, project: str, version: int | None = None) -> Any:
        """The run of a version, after the worker has had it."""
        run_id = self.generate(project, version).data["run"]["id"]
        self.work()
        run = self.latest(project).data["run"]
        assert run["id"] == run_id
        return run
