"""A patient in care, by the product's own routes: what most HTTP tests start from."""

import uuid
from dataclasses import dataclass
from typing import Any

from local.client import Answer, Client


@dataclass(frozen=True)
class Ward:
    client: Client
    patient: str

    def admitted(self) -> "Ward":
        """The patient known to `demo`, with `clinician` assigned."""
        assert self.client.call("PUT", f"/api/patients/{self.patient}", {}, "admin").status == 201
        assert self.assign("clinician").status == 200
        return self

    def sub(self, user: str) -> str:
        users = self.client.call("GET", "/dev/users").body["users"]
        return str(next(u["sub"] for u in users if u["user"] == user))

    def assign(self, user: str) -> Answer:
        return self.client.call("PUT", f"/api/patients/{self.patient}/clinicians/{self.sub(user)}", None, "admin")

    def unassign(self, user: str) -> Answer:
        return self.client.call("DELETE", f"/api/patients/{self.patient}/clinicians/{self.sub(user)}", None, "admin")

    def create(self, user: str = "clinician", wait: int = 0, **body: Any) -> Answer:
        """A diagnosis run; `wait` asks to hold the answer until it has ended."""
        headers = {"prefer": f"wait={wait}"} if wait else {}
        path = f"/api/studio/patients/{self.patient}/diagnosis-runs"
        return self.client.call("POST", path, {"input_config": {"question": "why"}, **body}, user, **headers)

    def run(self, run_id: str, user: str = "clinician", wait: int = 0) -> Any:
        headers = {"prefer": f"wait={wait}"} if wait else {}
        return self.client.call("GET", f"/api/studio/diagnosis-runs/{run_id}", None, user, **headers).data["run"]

    def assessment(self) -> str:
        funnel = {"slug": "sleep", "version": "1", "questions": [{"id": "q1", "text": "How do you sleep?"}]}
        body = {"funnel": funnel, "answers": {"q1": "badly"}}
        answer = self.client.call("POST", f"/api/patients/{self.patient}/assessments", body, "clinician")
        return str(answer.data["assessment"]["id"])

    def advance(self, seconds: int) -> Answer:
        """Move the stack's clock."""
        return self.client.call("POST", "/dev/clock", {"advance_seconds": seconds})

    def script(self, *words: Any) -> None:
        """What the offline model does with its next calls."""
        assert self.client.call("POST", "/dev/model", {"script": list(words)}).status == 200

    def model_calls(self) -> int:
        return int(self.client.call("GET", "/dev/model").body["calls"])


def any_uuid() -> str:
    return str(uuid.uuid4())
