"""MiniStack, an AWS of PyPI that really serves concurrent requests, as a process of its own on
127.0.0.1; ministack.mk installs it.
"""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

_PYTHON = Path(__file__).parents[2] / ".build" / "ministack" / "bin" / "python"
REGION = "eu-central-1"
ACCOUNT, SECRET = "123456789012", "test"
"""The account's owner: a key of twelve digits names its account, and all have one secret."""
_STARTS_WITHIN = 60
_ONLY_TLS = {"Bool": {"aws:SecureTransport": "false"}}


def is_installed() -> bool:
    return _PYTHON.exists()


@contextmanager
def ministack(*, holds_to_policies: bool = False) -> Iterator[str]:
    """Its endpoint.

    Nothing is left of it afterwards, neither its Lambda functions' processes nor their code.

    `holds_to_policies`: whether a function may do only what its role's policies grant it.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as scratch:
        environment = {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "AUTH": str(holds_to_policies).lower(),
            "LAMBDA_WARM_TTL_SECONDS": "36000",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": REGION,
            "LOG_LEVEL": "ERROR",
        }
        with process(
            [str(_PYTHON), "-m", "ministack"], without_aws() | environment | {"TMPDIR": scratch}
        ) as server:
            _wait(lambda: _answers(f"http://127.0.0.1:{port}/_ministack/health"), server)
            yield f"http://127.0.0.1:{port}"


def readable(template: dict[str, Any]) -> dict[str, Any]:
    """The template as MiniStack can take it: without alarms on expressions, which it refuses; a
    role's policy, of which it does not know the newer kind, as one of the older kind; a secret by
    its ARN, where its Ref is only its name; and without what refuses callers who come without TLS,
    as all come here.
    """
    kept = {
        name: _older_kind(resource)
        for name, resource in template["Resources"].items()
        if not _refused(resource)
    }
    secrets = {name for name, one in kept.items() if one["Type"] == "AWS::SecretsManager::Secret"}
    return template | {"Resources": _by_arn(kept, secrets)}


def _by_arn(node: Any, secrets: set[str]) -> Any:
    if isinstance(node, dict):
        if node.keys() == {"Ref"} and node["Ref"] in secrets:
            return {"Fn::GetAtt": [node["Ref"], "Id"]}
        return {name: _by_arn(inner, secrets) for name, inner in node.items()}
    return [_by_arn(inner, secrets) for inner in node] if isinstance(node, list) else node


def _refused(resource: dict[str, Any]) -> bool:
    said = resource.get("Properties", {})
    if resource["Type"] in ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"):
        statements = said["PolicyDocument"]["Statement"]
        statements[:] = [one for one in statements if one.get("Condition") != _ONLY_TLS]
        return not statements
    return resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in said


def _older_kind(resource: dict[str, Any]) -> dict[str, Any]:
    if resource["Type"] != "AWS::IAM::RolePolicy":
        return resource
    said = dict(resource["Properties"])
    roles = {"Roles": [said.pop("RoleName")]}
    return resource | {"Type": "AWS::IAM::Policy", "Properties": said | roles}


def without_aws() -> dict[str, str]:
    """This process's environment without what would lead to somebody's account."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


@contextmanager
def process(
    command: list[str], environment: dict[str, str], stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[str]]:
    """A process that lives as long as the context, and with it all that it starts."""
    started = subprocess.Popen(
        command,
        env=environment,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.communicate(timeout=20)
        finally:
            _end_group(started.pid)


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        """All of them ended with the first."""


def _wait(answers: Callable[[], bool], server: subprocess.Popen[str]) -> None:
    ends = time.monotonic() + _STARTS_WITHIN
    while not answers():
        assert server.poll() is None, "the server died"
        assert time.monotonic() < ends, "the server did not start"
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False
