"""Puts the console into a deployment: `make console-deploy STACK=name`. Writes its config.json from
the stack's outputs.
"""

import argparse
import json
import mimetypes
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

from tools.console_pack import ASSETS, pack

CONSOLE = Path(__file__).parents[1] / "console"
_CONFIG = "config.json"
NO_ORIGIN = "https://none.invalid"
"""What template.yaml allows by default."""


def files() -> Iterator[tuple[str, bytes, str]]:
    """(key, bytes, content type) of every file but the local configuration: the packed ones, and
    the licences of what was packed.
    """
    packed = pack(CONSOLE).files
    licences = {
        path.relative_to(CONSOLE).as_posix(): path.read_bytes()
        for path in (CONSOLE / "vendor" / "licences").iterdir()
    }
    for key, content in sorted({**licences, **packed}.items()):
        yield key, content, mimetypes.guess_type(key)[0] or "application/octet-stream"


def cache_control(key: str) -> str:
    """What is named by its content is kept for ever; the page that names it is asked for again."""
    return "public, max-age=31536000, immutable" if key.startswith(ASSETS) else "no-cache"


def config(outputs: dict[str, str]) -> bytes:
    """What the console needs to know of its deployment.

    Raises KeyError where the stack has no user pool of its own.
    """
    domain = outputs["SignInUrl"].removeprefix("https://").rstrip("/")
    facts = {
        "mode": "cognito",
        "api": outputs["ApiUrl"],
        "domain": domain,
        "clientId": outputs["ClientId"],
    }
    return json.dumps(facts).encode()


def deploy(s3: Any, bucket: str, outputs: dict[str, str]) -> int:
    """Upload everything; how many files."""
    uploads = [*files(), (_CONFIG, config(outputs), "application/json")]
    for key, data, kind in uploads:
        s3.put_object(
            Bucket=bucket, Key=key, Body=data, ContentType=kind, CacheControl=cache_control(key)
        )
    return len(uploads)


def introduce(cloudformation: Any, stack: dict[str, Any], origin: str, api: str) -> bool:
    """Let the API be called from the console, and the console call the API and no other: the stack
    again, with one more allowed origin and the API's host.

    False when it is so already.
    """
    values = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    allowed = [one for one in values["AllowedOrigins"].split(",") if one != NO_ORIGIN]
    wanted = {
        "AllowedOrigins": ",".join(dict.fromkeys([*allowed, origin])),
        "ConsoleApiHost": api.removeprefix("https://").rstrip("/"),
    }
    if all(values.get(name) == value for name, value in wanted.items()):
        return False
    changed = [{"ParameterKey": name, "ParameterValue": value} for name, value in wanted.items()]
    kept = [
        {"ParameterKey": name, "UsePreviousValue": True} for name in values if name not in wanted
    ]
    cloudformation.update_stack(
        StackName=stack["StackName"],
        UsePreviousTemplate=True,
        Parameters=[*changed, *kept],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    cloudformation.get_waiter("stack_update_complete").wait(StackName=stack["StackName"])
    return True


def main() -> int:
    """Upload, introduce console and API to each other, invalidate; print where the console is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", required=True, help="the CloudFormation stack")
    cloudformation = boto3.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=parser.parse_args().stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    count = deploy(boto3.client("s3"), outputs["ConsoleBucketName"], outputs)
    introduce(cloudformation, stack, outputs["ConsoleUrl"].rstrip("/"), outputs["ApiUrl"])
    paths = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(uuid.uuid4())}
    boto3.client("cloudfront").create_invalidation(
        DistributionId=outputs["ConsoleDistributionId"], InvalidationBatch=paths
    )
    print(f"{count} files; the console is at {outputs['ConsoleUrl']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
