"""The functions of the build in containers, one a call, by `sam local start-lambda`; they find AWS
at an address of the bridge that Docker makes.
"""

import json
import platform
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_network
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

import boto3
from botocore.config import Config

from local.aws.served import CREDENTIALS
from local.demo.stack_process import free_port
from local.template.translation import read
from tests.support.ministack import REGION, process, without_aws

ROOT = Path(__file__).parents[2]
_BUILT = ROOT / ".aws-sam" / "build"
_SAM = ROOT / ".sam-venv" / "bin" / "sam"
ARCHITECTURE = "x86_64" if platform.machine() in ("x86_64", "AMD64") else "arm64"
_STARTS_WITHIN, _ANSWERS_WITHIN = 120, 240
_CHUNK = 65_536


class Containers:
    """`call` invokes a function of a logical id; each call is a container of its own."""

    def __init__(self, port: int) -> None:
        self._lambda = boto3.client(
            "lambda",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name=REGION,
            config=Config(read_timeout=_ANSWERS_WITHIN, retries={"max_attempts": 0}),
            **CREDENTIALS,
        )

    def close(self) -> None:
        self._lambda.close()

    def call(self, function: str, event: Any) -> Any:
        answer = self._lambda.invoke(FunctionName=function, Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return said


@contextmanager
def containers(endpoint: str, variables: Mapping[str, Mapping[str, str]]) -> Iterator[Containers]:
    """`endpoint`: an AWS on loopback; `variables`: each function's, by its logical id."""
    with ExitStack() as closes:
        aws = closes.enter_context(forwarded(endpoint))
        folder = Path(closes.enter_context(tempfile.TemporaryDirectory()))
        port = free_port()
        command = [
            *(str(_SAM), "local", "start-lambda", "--host", "127.0.0.1", "--port", str(port)),
            *(
                "--template",
                str(_template()),
                "--env-vars",
                str(_variables(folder, variables, aws)),
            ),
            *("--parameter-overrides", f"Architecture={ARCHITECTURE}", "--skip-pull-image"),
        ]
        account = {
            "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
            "AWS_DEFAULT_REGION": REGION,
            "SAM_CLI_TELEMETRY": "0",
        }
        log = closes.enter_context((ROOT / ".build" / "sam-local.log").open("w"))
        server = closes.enter_context(process(command, without_aws() | account, log.fileno()))
        _wait(port, server)
        started = Containers(port)
        yield started
        started.close()


def _template() -> Path:
    """The built template, in which each function takes an address of AWS: SAM gives a function no
    variable that its template does not declare.
    """
    document = read(_BUILT / "template.yaml")
    document["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = ""
    path = _BUILT / "local.json"  # beside the built one, whose paths begin there
    path.write_text(json.dumps(document, default=str), encoding="utf-8")
    return path


def _variables(folder: Path, variables: Mapping[str, Mapping[str, str]], aws: str) -> Path:
    path = folder / "variables.json"
    given = {name: {**own, "AWS_ENDPOINT_URL": aws} for name, own in variables.items()}
    path.write_text(json.dumps(given), encoding="utf-8")
    return path


@contextmanager
def forwarded(endpoint: str) -> Iterator[str]:
    """The endpoint at the address that containers know this machine by."""
    host, _, port = endpoint.removeprefix("http://").partition(":")
    with _Forwarder((_bridge(), 0), _Connection) as server:
        server.there = (host, int(port))
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://{server.server_address[0]!s}:{server.server_address[1]}"
        server.shutdown()


class _Forwarder(ThreadingTCPServer):
    daemon_threads = True
    there: tuple[str, int]


class _Connection(BaseRequestHandler):
    server: _Forwarder

    def handle(self) -> None:
        with socket.create_connection(self.server.there) as beyond:
            back = threading.Thread(target=_pump, args=(beyond, self.request))
            back.start()
            _pump(self.request, beyond)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _bridge() -> str:
    """The address that this machine has among the containers."""
    asked = ["docker", "network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    (said,) = json.loads(done.stdout)
    return str(said.get("Gateway") or ip_network(said["Subnet"])[1])  # an older one leaves it out


def _wait(port: int, server: "subprocess.Popen[str]") -> None:
    ends = time.monotonic() + _STARTS_WITHIN
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert server.poll() is None, "sam local died; see .build/sam-local.log"
        assert time.monotonic() < ends, "sam local did not start; see .build/sam-local.log"
        time.sleep(0.2)
