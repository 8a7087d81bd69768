"""A deployment in MiniStack that answers at one URL as the local stack does: its HTTP API, and
beside it the routes under /dev as far as a deployment can have them. `python -m
tests.deployment.standing` stands until it is interrupted.
"""

import http.client
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import Any

from local.aws.raw_items import set_attributes
from local.dev import BadRequest, Dev
from local.gateway.issuer import AUDIENCE, MACHINE, Issuer
from local.model.server import OfflineModel
from local.seed import seed
from local.serving.messages import Request, Response, message
from local.serving.receiver import RECEIVER, Receiver
from local.serving.server import HttpServer
from tests.deployment.deployment import Deployment
from tests.deployment.http_api import declared, wire
from tests.support.ministack import ministack

MODEL_SECONDS = "15"
LONGEST_ANSWER = 90
LONGEST_WAIT = 80
"""Seconds: the tests' client has no more patience."""
_OF_THE_CONNECTION = ("host", "connection", "content-length", "transfer-encoding", "expect")
SWITCHES = {"DIAGNOSIS_WORKER_ENABLED": "true", "QUOTA_PER_MINUTE": "0"}
"""Variables that tests change, as they are without them."""


class NoKills:
    """A deployment's worker is nobody's to kill at a step."""

    def arm(self, order: Mapping[str, str]) -> None:
        raise BadRequest("a deployment's worker cannot be killed at a step", 501)

    def armed(self) -> Mapping[str, str]:
        return {}


def wait(seconds: float) -> float:
    """A deployment's time passes by itself; the new now."""
    if seconds > LONGEST_WAIT:
        raise BadRequest("a deployment's time cannot be moved", 501)
    time.sleep(seconds)
    return time.time()


class Switches:
    """The variables that tests change, in the functions that look at them: those that change
    something, and /health. A changed function starts anew, which takes seconds.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._now = dict(SWITCHES)
        self._changing = threading.Lock()
        names = {physical: logical for logical, physical in deployment.physical.items()}
        reading = {
            names[route.function]
            for route in declared(deployment).routes
            if route.method == "GET" and route.path != "/health"
        }
        self._functions = [name for name in deployment.functions if name not in reading]

    def change(self, variables: Mapping[str, str]) -> None:
        with self._changing:
            if self._now == self._now | dict(variables):
                return
            self._now |= variables
            self._deployment.set_variables(variables, *self._functions)

    def current(self, name: str) -> str:
        return self._now[name]


class Front:
    """/dev by the local stack's own module, all else by MiniStack."""

    def __init__(self, deployment: Deployment, dev: Dev) -> None:
        self._address = deployment.endpoint.removeprefix("http://")
        self.api = wire(deployment)
        self._dev = dev

    def handle(self, request: Request) -> Response:
        return self._dev.handle(request) if request.path.startswith("/dev/") else self._ask(request)

    def _ask(self, request: Request) -> Response:
        with closing(http.client.HTTPConnection(self._address, timeout=LONGEST_ANSWER)) as there:
            there.putrequest(request.method, self.api + request.target, skip_accept_encoding=True)
            for name, value in request.headers:
                if name.lower() not in _OF_THE_CONNECTION:
                    there.putheader(name, value)
            if request.body or request.method in ("POST", "PUT", "PATCH"):
                there.putheader("content-length", str(len(request.body)))
            there.endheaders(request.body or None)
            try:
                answer = there.getresponse()
                body = answer.read()
            except OSError:
                return message(504, "Endpoint request timed out")
            kept = [
                (name, value)
                for name, value in answer.getheaders()
                if name.lower() not in (*_OF_THE_CONNECTION, "date", "server")
            ]
            return Response(answer.status, kept, body)


def parameters(url: str, issuer: str) -> dict[str, str]:
    """The template's, for a deployment that this URL leads to."""
    return {
        "JwtIssuer": issuer,
        "JwtAudience": f"{AUDIENCE},{MACHINE}",
        "MachineClientId": MACHINE,
        "AllowedOrigins": f"{url},{url.replace('127.0.0.1', 'localhost')}",
        "DocsEnabled": "true",
    }


@contextmanager
def standing(port: int = 0) -> Iterator[tuple[str, Deployment]]:
    """The URL at which it answers, with the seeded patient, and the deployment."""
    with ExitStack() as closes:
        server = HttpServer(port)
        closes.callback(server.stop)
        model, issuer, receiver = OfflineModel(), Issuer(server.url), Receiver()
        model_url = model.start()
        closes.callback(model.stop)
        endpoint = closes.enter_context(ministack(holds_to_policies=True))
        wanted: dict[str, Any] = parameters(server.url, issuer.url)
        deployment = Deployment(endpoint, model_url, **wanted)
        closes.callback(deployment.close)
        deployment.set_variables({"MODEL_TIMEOUT_SECONDS": MODEL_SECONDS}, "Worker")
        deployment.set_variables(
            {"WEBHOOK_RECEIVER": f"{server.url}{RECEIVER}"}, *deployment.functions
        )
        switches, table = Switches(deployment), deployment.physical["Table"]
        write = partial(set_attributes, deployment.clients["dynamodb"], table)
        dev = Dev(
            issuer, model, NoKills(), switches.change, switches.current, wait, write, receiver
        )
        server.start(Front(deployment, dev).handle)
        seed(server.url, issuer)
        yield server.url, deployment


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with standing(int(os.environ.get("PORT") or 0)) as (url, _):
        print(f"ready {url}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
