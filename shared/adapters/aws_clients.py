"""boto3 clients as the functions want them. Only shared.bootstrap calls this."""

import logging
from typing import Any

_TALKATIVE = ("boto3", "botocore", "urllib3")
"""At debug level they log whole requests, which are patient data, whatever level the root logger has."""


def aws_client(service: str) -> Any:
    """A client with short timeouts and the SDK's own standard retries. Not for two threads at once: building one is not safe."""
    import boto3  # the slowest import of a cold start, so only where a client is really built
    from botocore.config import Config

    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    config = Config(
        connect_timeout=2,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 4},
        signature_version="s3v4" if service == "s3" else None,
        max_pool_connections=32,
        # The bucket in the host's name: the console's policy lets downloads go there and to no other bucket.
        s3={"addressing_style": "virtual"} if service == "s3" else None,
    )
    return boto3.client(service, config=config)
