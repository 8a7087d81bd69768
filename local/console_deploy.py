"""Puts the console into a deployment: `make console-deploy STACK=name`. Writes its config.json from the stack's outputs."""

import argparse
import json
import mimetypes
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

CONSOLE = Path(__file__).parents[1] / "console"
_CONFIG = "config.json"


def files() -> Iterator[tuple[str, bytes, str]]:
    """(key, bytes, content type) of every file but the local configuration."""
    for path in sorted(CONSOLE.rglob("*")):
        key = path.relative_to(CONSOLE).as_posix()
        if path.is_file() and key != _CONFIG and path.suffix != ".md":
            yield key, path.read_bytes(), mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def config(outputs: dict[str, str]) -> bytes:
    """What the console needs to know of its deployment. Raises KeyError where the stack has no user pool of its own."""
    domain = outputs["SignInUrl"].removeprefix("https://").rstrip("/")
    facts = {"mode": "cognito", "api": outputs["ApiUrl"], "domain": domain, "clientId": outputs["ClientId"]}
    return json.dumps(facts).encode()


def deploy(s3: Any, bucket: str, outputs: dict[str, str]) -> int:
    """Upload everything; how many files."""
    uploads = [*files(), (_CONFIG, config(outputs), "application/json")]
    for key, data, kind in uploads:
        s3.put_object(Bucket=bucket, Key=key, Body=data, ContentType=kind, CacheControl="no-cache")
    return len(uploads)


def allow_origin(cloudformation: Any, stack: dict[str, Any], origin: str) -> bool:
    """Let the API be called from the console: the stack again, with one more allowed origin. False when it is there already."""
    values = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    allowed = values["AllowedOrigins"].split(",")
    if origin in allowed:
        return False
    changed = {"ParameterKey": "AllowedOrigins", "ParameterValue": ",".join([*allowed, origin])}
    kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in values if name != "AllowedOrigins"]
    cloudformation.update_stack(
        StackName=stack["StackName"],
        UsePreviousTemplate=True,
        Parameters=[changed, *kept],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    cloudformation.get_waiter("stack_update_complete").wait(StackName=stack["StackName"])
    return True


def main() -> int:
    """Upload, allow the console's origin, invalidate, and print where the console is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", required=True, help="the CloudFormation stack")
    cloudformation = boto3.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=parser.parse_args().stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    count = deploy(boto3.client("s3"), outputs["ConsoleBucketName"], outputs)
    allow_origin(cloudformation, stack, outputs["ConsoleUrl"].rstrip("/"))
    paths = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(uuid.uuid4())}
    boto3.client("cloudfront").create_invalidation(DistributionId=outputs["ConsoleDistributionId"], InvalidationBatch=paths)
    print(f"{count} files; the console is at {outputs['ConsoleUrl']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
