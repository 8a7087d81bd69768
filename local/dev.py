"""The routes under /dev that only the local stack has: tokens, the model's script, worker kills,
settings, the clock, raw attributes of a run, a receiver of webhooks. Bare JSON.

It must never reach into the product: what it changes, it changes through the stack's own parts.
"""

import base64
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import parse_qs

from local.aws.raw_items import KEYS, WrongType
from local.gateway.issuer import (
    DEFAULT_EXPIRY,
    MACHINE,
    MACHINE_SECRET,
    TOKEN_PATH,
    USERS,
    Issuer,
)
from local.serving.messages import Request, Response
from local.serving.receiver import RECEIVER, Receiver

LONGEST_JUMP = 10 * 366 * 86400


class Model(Protocol):
    def script(self, script: object) -> None: ...
    def status(self) -> dict[str, int]: ...
    def billed_microusd(self) -> int: ...


class KillOrders(Protocol):
    def arm(self, order: Mapping[str, str]) -> None: ...
    def armed(self) -> Mapping[str, str]: ...


class BadRequest(Exception):
    """What was sent cannot be done; the text says why."""

    def __init__(self, problem: str, status: int = 422) -> None:
        super().__init__(problem)
        self.status = status


@dataclass(frozen=True, slots=True)
class Dev:
    """`kills` holds the kill order; `change` sets variables in every process; `advance` moves time
    and answers the new now; `write` sets attributes of a run's item, False when there is no such
    run.
    """

    issuer: Issuer
    model: Model | None
    kills: KillOrders
    change: Callable[[Mapping[str, str]], None]
    current: Callable[[str], str]
    advance: Callable[[float], float]
    write: Callable[[str, Mapping[str, Any]], bool]
    receiver: Receiver

    def handle(self, request: Request) -> Response:
        if (request.method, request.path) == ("POST", RECEIVER):
            return self.receiver.take(request)
        route = _ROUTES.get((request.method, request.path))
        document = self.issuer.documents().get(request.path) if request.method == "GET" else None
        if document is not None:
            return _json(200, document)
        if (request.method, request.path) == ("POST", TOKEN_PATH):
            return self._machine_token(request)
        if route is None:
            return _json(404, {"error": f"there is no {request.method} {request.path}"})
        try:
            return _json(200, route(self, _body(request) if request.method == "POST" else {}))
        except BadRequest as refused:
            return _json(refused.status, {"error": str(refused)})

    def _machine_token(self, request: Request) -> Response:
        """OAuth 2.0 client credentials, for the one client that there is (RFC 6749, 4.4)."""
        asked = parse_qs(request.body.decode("utf-8", "replace"))
        if asked.get("grant_type") != ["client_credentials"]:
            return _json(400, {"error": "unsupported_grant_type"})
        shown = base64.b64encode(f"{MACHINE}:{MACHINE_SECRET}".encode()).decode()
        if request.joined_headers().get("authorization") != f"Basic {shown}":
            return _json(401, {"error": "invalid_client"})
        token = self.issuer.machine_token()
        kind = {"token_type": "Bearer", "expires_in": DEFAULT_EXPIRY}
        return _json(200, {"access_token": token, **kind})

    def token(self, body: Mapping[str, Any]) -> Any:
        _only(body, "user", "expires_in")
        user = USERS.get(body["user"]) if isinstance(body.get("user"), str) else None
        if user is None:
            raise BadRequest(f"user must be one of {', '.join(USERS)}")
        return {
            "token": self.issuer.token(
                user, _integer(body.get("expires_in", DEFAULT_EXPIRY), "expires_in")
            )
        }

    def users(self, _: Mapping[str, Any]) -> Any:
        return {
            "users": [
                {"user": u.name, "sub": u.sub, "org_id": u.org_id, "roles": list(u.roles)}
                for u in USERS.values()
            ]
        }

    def script_model(self, body: Mapping[str, Any]) -> Any:
        _only(body, "script")
        model = self._offline()
        try:
            model.script(body.get("script"))
        except ValueError as exc:
            raise BadRequest(str(exc)) from exc
        return model.status()

    def model_status(self, _: Mapping[str, Any]) -> Any:
        model = self._offline()
        return {**model.status(), "billed_usd": model.billed_microusd() / 1e6}

    def kill_worker(self, body: Mapping[str, Any]) -> Any:
        _only(body, "kill_at", "kill_after")
        if len(body) != 1 or not all(
            isinstance(step, str) and 0 < len(step) <= 64 for step in body.values()
        ):
            raise BadRequest(
                'expected {"kill_at": STEP} or {"kill_after": STEP}, with the name of a step'
            )
        self.kills.arm(body)
        return dict(body)

    def kill_order(self, _: Mapping[str, Any]) -> Any:
        return dict(self.kills.armed())

    def settings(self, body: Mapping[str, Any]) -> Any:
        _only(body, "worker_enabled", "quota_per_minute")
        variables = {}
        if "worker_enabled" in body:
            if not isinstance(body["worker_enabled"], bool):
                raise BadRequest("worker_enabled must be true or false")
            variables["DIAGNOSIS_WORKER_ENABLED"] = str(body["worker_enabled"]).lower()
        if "quota_per_minute" in body:
            quota = (
                0
                if body["quota_per_minute"] is None
                else _integer(body["quota_per_minute"], "quota_per_minute")
            )
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
        if (
            isinstance(seconds, bool)
            or not isinstance(seconds, int | float)
            or not 0 <= seconds <= LONGEST_JUMP
        ):
            raise BadRequest(
                f"advance_seconds must be a number from 0 to {LONGEST_JUMP}: time goes forward only"
            )
        now = datetime.fromtimestamp(self.advance(seconds), UTC)
        return {"now": now.isoformat(timespec="milliseconds").replace("+00:00", "Z")}

    def item(self, body: Mapping[str, Any]) -> Any:
        _only(body, "run_id", "set")
        run_id, values = body.get("run_id"), body.get("set")
        if not isinstance(values, dict) or not values or not set(values).isdisjoint(KEYS):
            raise BadRequest("set must be an object of attributes, without pk and sk")
        try:
            known = self.write(str(uuid.UUID(str(run_id))), values)
        except WrongType as exc:
            raise BadRequest(str(exc)) from exc
        except ValueError as exc:
            raise BadRequest("run_id must be a UUID") from exc
        if not known:
            raise BadRequest("there is no such run", 404)
        return {"run_id": run_id, "set": values}

    def received(self, _: Mapping[str, Any]) -> Any:
        return {"received": self.receiver.received()}

    def script_receiver(self, body: Mapping[str, Any]) -> Any:
        _only(body, "answers")
        try:
            self.receiver.script(body.get("answers"))
        except ValueError as exc:
            raise BadRequest(str(exc)) from exc
        return dict(body)

    def _offline(self) -> Model:
        if self.model is None:
            raise BadRequest(
                "the real model is in use (ANTHROPIC_API_KEY is set); it takes no script", 409
            )
        return self.model


_ROUTES: Mapping[tuple[str, str], Callable[[Dev, Mapping[str, Any]], Any]] = {
    ("POST", "/dev/token"): Dev.token,
    ("GET", "/dev/users"): Dev.users,
    ("POST", "/dev/model"): Dev.script_model,
    ("GET", "/dev/model"): Dev.model_status,
    ("POST", "/dev/worker"): Dev.kill_worker,
    ("GET", "/dev/worker"): Dev.kill_order,
    ("POST", "/dev/settings"): Dev.settings,
    ("POST", "/dev/clock"): Dev.clock,
    ("POST", "/dev/item"): Dev.item,
    ("GET", "/dev/webhooks"): Dev.received,
    ("POST", "/dev/webhooks"): Dev.script_receiver,
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
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not abs(value) <= LONGEST_JUMP or value != int(value):
        raise BadRequest(f"{name} must be a whole number")
    return int(value)


def _json(status: int, document: Any) -> Response:
    return Response(
        status,
        [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
        json.dumps(document).encode(),
    )
