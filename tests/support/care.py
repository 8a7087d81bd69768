"""A patient in care, by the product's own routes: what most HTTP tests start from."""

import uuid
from dataclasses import dataclass
from typing import Any

from local.demo.client import Answer, Client

ENDS: dict[str, dict[str, Any]] = {
    "succeeded": {"status": "succeeded", "output_data": {"summary": "by hand"}},
    "failed": {
        "status": "failed",
        "error_info": {"code": "PERSON_FAILED", "message": "could not be done"},
    },
}
"""How a person ends a run that they took."""


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

    def belongs_to(self, user: str | None) -> None:
        """Make the patient that person's own record, or nobody's."""
        user_id = None if user is None else self.sub(user)
        assert (
            self.client.call(
                "PUT", f"/api/patients/{self.patient}", {"user_id": user_id}, "admin"
            ).status
            == 200
        )

    def assign(self, user: str) -> Answer:
        return self.client.call(
            "PUT", f"/api/patients/{self.patient}/clinicians/{self.sub(user)}", None, "admin"
        )

    def unassign(self, user: str) -> Answer:
        return self.client.call(
            "DELETE", f"/api/patients/{self.patient}/clinicians/{self.sub(user)}", None, "admin"
        )

    def record(self, bundle: Any, user: str = "clinician") -> Answer:
        return self.client.call("PUT", f"/api/patients/{self.patient}/record", bundle, user)

    def walk(self, path: str, plural: str, query: str, user: str = "clinician") -> list[str]:
        """The ids of a whole list, page after page."""
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            data = self.client.call(
                "GET", f"{path}?{query}{cursor and f'&cursor={cursor}'}", None, user
            ).data
            found += [row["id"] for row in data[plural]]
            cursor = data["next_cursor"]
        return found

    # --- runs -------------------------------------------------------------------------------------

    def create(
        self, user: str = "clinician", wait: int = 0, key: str | None = None, **body: Any
    ) -> Answer:
        """A diagnosis run; `wait` asks to hold the answer until it has ended."""
        sent = {"input_config": {"question": "why"}, **body}
        return self.client.call(
            "POST",
            f"/api/studio/patients/{self.patient}/diagnosis-runs",
            sent,
            user,
            **_headers(wait=wait, idempotency_key=key),
        )

    def a_run(self, status: str = "queued", user: str = "clinician", **body: Any) -> str:
        """The id of a run that people, and no worker, have brought to that status.

        `running`: in `user`'s hands.
        """
        run_id = str(self.create(user, dispatch="manual", **body).data["run"]["id"])
        self.bring(run_id, status, user)
        return run_id

    def bring(self, run_id: str, status: str, user: str = "clinician") -> None:
        """Move a queued, manual run to that status by hand."""
        if status in ("running", *ENDS):
            assert self.update(run_id, user, status="running").status == 200
        if status in ENDS:
            assert self.update(run_id, user, **ENDS[status]).status == 200
        if status == "cancelled":
            assert self.cancel(run_id, user).status == 200

    def run(self, run_id: str, user: str = "clinician", wait: int = 0) -> Any:
        return self.client.call(
            "GET", f"/api/studio/diagnosis-runs/{run_id}", None, user, **_headers(wait=wait)
        ).data["run"]

    def update(self, run_id: str, user: str = "clinician", **body: Any) -> Answer:
        return self.client.call("PATCH", f"/api/studio/diagnosis-runs/{run_id}", body, user)

    def execute(self, run_id: str, user: str = "clinician", wait: int = 0) -> Answer:
        return self.client.call(
            "POST",
            f"/api/studio/diagnosis-runs/{run_id}/execute",
            None,
            user,
            **_headers(wait=wait),
        )

    def cancel(self, run_id: str, user: str = "clinician") -> Answer:
        return self.client.call("POST", f"/runs/{run_id}/cancel", None, user)

    def retry(
        self,
        run_id: str,
        user: str = "clinician",
        wait: int = 0,
        key: str | None = None,
        **body: Any,
    ) -> Answer:
        headers = _headers(wait=wait, idempotency_key=key)
        return self.client.call("POST", f"/runs/{run_id}/retry", body or None, user, **headers)

    def events(self, run_id: str, user: str = "clinician", query: str = "", wait: int = 0) -> Any:
        return self.client.call(
            "GET", f"/runs/{run_id}/events{query}", None, user, **_headers(wait=wait)
        ).data["events"]

    def attach(
        self, run_id: str, user: str = "clinician", key: str | None = None, **body: Any
    ) -> Answer:
        return self.client.call(
            "POST",
            f"/api/studio/diagnosis-runs/{run_id}/artifacts",
            body,
            user,
            **_headers(idempotency_key=key),
        )

    # --- assessments ------------------------------------------------------------------------------

    def assessment(self, user: str = "clinician", **answers: Any) -> str:
        """The id of a new assessment of one question a given answer."""
        given = answers or {"q1": "badly"}
        questions = [{"id": name, "text": "How do you sleep?"} for name in given]
        body = {
            "funnel": {"slug": "sleep", "version": "1", "questions": questions},
            "answers": given,
        }
        answer = self.client.call("POST", f"/api/patients/{self.patient}/assessments", body, user)
        return str(answer.data["assessment"]["id"])

    def assess(
        self,
        assessment_id: str,
        correlation_id: str = "c-1",
        user: str = "clinician",
        wait: int = 0,
        **body: Any,
    ) -> Answer:
        """The diagnosis run of an assessment."""
        sent = {"assessment_id": assessment_id, "correlation_id": correlation_id, **body}
        return self.client.call("POST", "/api/diagnosis-runs", sent, user, **_headers(wait=wait))

    # --- the local stack --------------------------------------------------------------------------

    def advance(self, seconds: int) -> Answer:
        """Move the stack's clock."""
        return self.client.call("POST", "/dev/clock", {"advance_seconds": seconds})

    def script(self, *words: Any) -> None:
        """What the offline model does with its next calls."""
        assert self.client.call("POST", "/dev/model", {"script": list(words)}).status == 200

    def model_calls(self) -> int:
        return int(self.client.call("GET", "/dev/model").body["calls"])


def _headers(wait: int = 0, idempotency_key: str | None = None) -> dict[str, str]:
    headers = {"prefer": f"wait={wait}"} if wait else {}
    return headers if idempotency_key is None else headers | {"idempotency_key": idempotency_key}


def any_uuid() -> str:
    return str(uuid.uuid4())
