"""What Secrets Manager holds for this service."""

from shared.adapters.aws_clients import LazyClient
from shared.adapters.aws_errors import translated


def secret_text(arn: str) -> str:
    """The text of a secret as it is now, "" without an ARN.

    Raises StoreUnavailable and StoreError.
    """
    if not arn:
        return ""
    with translated():
        text: str = LazyClient("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return text
