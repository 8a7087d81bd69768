"""boto3 clients as the functions want them. Only shared.bootstrap calls this."""

from typing import Any


def aws_client(service: str) -> Any:
    """A client with short timeouts and the SDK's own standard retries."""
    import boto3  # the slowest import of a cold start, so only where a client is really built
    from botocore.config import Config

    config = Config(
        connect_timeout=2,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 4},
        signature_version="s3v4" if service == "s3" else None,
        max_pool_connections=32,
        s3={"addressing_style": "path"} if service == "s3" else None,
    )
    return boto3.client(service, config=config)
