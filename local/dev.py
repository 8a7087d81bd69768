"""The routes under /dev that only the local stack has: tokens, the model's script, worker kills, settings, the clock. Bare JSON.

It must never reach into the product: what it changes, it changes through the stack's own parts.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from local.issuer import DEFAULT_EXPIRY, USERS, Issuer
from local.proxy import Request, Response

LONGEST_JUMP = 10 * 366 * 86400


class Model(Protocol):
    def script(self, script: object) -> None: ...
    def status(self) -> dict[str, int]: ...


class BadRequest(Exception):
    """What was sent cannot be done; the text says why."""

    def __init__(self, problem: str, status: int = 422) -> None:
        super().__init__(problem)
        self.status = status


@dataclass(frozen=True, slots=True)
class Dev:
    """`kill` arms a kill order; `change` sets variables in every process; `advance` moves time and answers the new now."""

    issuer: Issuer
    model: Model | None
    kill: Callable[[Mapping[str, str]], None]
    change: Callable[[Mapping[str, str]], None]
    current: Callable[[str], str]
    advance: Callable[[float], float]

    def handle(self, request: Request) -> Response:
        route = _ROUTES.get((request.method, request.path))
        document = self.issuer.documents().get(request.path) if request.method == "GET" else None
        if document is not None:
            return _json(200, document)
        if route is None:
            return _json(404, {"error": f"there is no {request.method} {request.path}"})
        try:
            return _json(200, route(self, _body(request) if request.method == "POST" else {}))
        except BadRequest as refused:
            return _json(refused.status, {"error": str(refused)})

    def token(self, body: Mapping[str, Any]) -> Any:
        _only(body, "user", "expires_in")
        user = USERS.get(body["user"]) if isinstance(body.get("user"), str) else None
        if user is None:
            raise BadRequest(f"user must be one of {', '.join(USERS)}")
        return {"token": self.issuer.token(user, _integer(body.get("expires_in", DEFAULT_EXPIRY), "expires_in"))}

    def users(self, _: Mapping[str, Any]) -> Any:
        return {"users": [{"user": u.name, "sub": u.sub, "org_id": u.org_id, "roles": list(u.roles)} for u in USERS.values()]}

    def script_model(self, body: Mapping[str, Any]) -> Any:
        _only(body, "script")
        model = self._offline()
        try:
            model.script(body.get("script"))
        except ValueError as exc:
            raise BadRequest(str(exc)) from exc
        return model.status()

    def model_status(self, _: Mapping[str, Any]) -> Any:
        return self._offline().status()

    def kill_worker(self, body: Mapping[str, Any]) -> Any:
        _only(body, "kill_at", "kill_after")
        if len(body) != 1 or not all(isinstance(step, str) and 0 < len(step) <= 64 for step in body.values()):
            raise BadRequest('expected {"kill_at": STEP} or {"kill_after": STEP}, with the name of a step')
        self.kill(body)
        return dict(body)

    def settings(self, body: Mapping[str, Any]) -> Any:
        _only(body, "worker_enabled", "quota_per_minute")
        variables = {}
        if "worker_enabled" in body:
            if not isinstance(body["worker_enabled"], bool):
                raise BadRequest("worker_enabled must be true or false")
            variables["DIAGNOSIS_WORKER_ENABLED"] = str(body["worker_enabled"]).lower()
        if "quota_per_minute" in body:
            quota = 0 if body["quota_per_minute"] is None else _integer(body["quota_per_minute"], "quota_per_minute")
            if quota < 0:
                raise BadRequest("quota_per_minute must be 0 (no quota) or more")
            variables["QUOTA_PER_MINUTE"] = str(quota)
        if variables:
            self.change(variables)
        enabled, limit = self.current("DIAGNOSIS_WORKER_ENABLED"), self.current("QUOTA_PER_MINUTE")
        return {"worker_enabled": enabled == "true", "quota_per_minute": int(limit or 0) or None}

    def clock(self, body: Mapping[str, Any]) -> Any:
        _only(body, "advance_seconds")
        seconds = body.get("advance_seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_JUMP:
            raise BadRequest(f"advance_seconds must be a number from 0 to {LONGEST_JUMP}: time goes forward only")
        now = datetime.fromtimestamp(self.advance(seconds), UTC)
        return {"now": now.isoformat(timespec="milliseconds").replace("+00:00", "Z")}

    def _offline(self) -> Model:
        if self.model is None:
            raise BadRequest("the real model is in use (ANTHROPIC_API_KEY is set); it takes no script", 409)
        return self.model


_ROUTES: Mapping[tuple[str, str], Callable[[Dev, Mapping[str, Any]], Any]] = {
    ("POST", "/dev/token"): Dev.token,
    ("GET", "/dev/users"): Dev.users,
    ("POST", "/dev/model"): Dev.script_model,
    ("GET", "/dev/model"): Dev.model_status,
    ("POST", "/dev/worker"): Dev.kill_worker,
    ("POST", "/dev/settings"): Dev.settings,
    ("POST", "/dev/clock"): Dev.clock,
}


def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as exc:
        raise BadRequest("the body is not JSON", 400) from exc
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object", 400)
    return body


def _only(body: Mapping[str, Any], *known: str) -> None:
    if unknown := sorted(set(body) - set(known)):
        raise BadRequest(f"unknown field {', '.join(unknown)}; known: {', '.join(known)}")


def _integer(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LONGEST_JUMP:
        raise BadRequest(f"{name} must be a whole number")
    return value


def _json(status: int, document: Any) -> Response:
    return Response(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")], json.dumps(document).encode())
