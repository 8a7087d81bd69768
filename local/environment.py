"""The environment variables of a stack's process: no handler of it, and no process it starts, may
reach a real account.
"""

import os
from collections.abc import Mapping
from typing import Any

from local.aws.served import CREDENTIALS
from local.template.intrinsics import REGION


def aws_environment(endpoint: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def restore_environment(before: Mapping[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(before)
