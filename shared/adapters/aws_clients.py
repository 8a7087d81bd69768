"""botocore clients as the functions want them. Only the composition root calls this."""

import logging
import threading
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.loaders import Loader

_TALKATIVE = ("boto3", "botocore", "urllib3")
"""At debug level they log whole requests, which are patient data, whatever level the root logger
has.
"""


def aws_client(service: str) -> Any:
    """A client with short timeouts and the SDK's own standard retries.

    Not for two threads at once: building one is not safe.
    """
    # The slowest imports of a cold start, so only where a client is really built. boto3 would add
    # nothing but its resources, which nobody here uses.
    from botocore.config import Config
    from botocore.session import Session

    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    config = Config(
        connect_timeout=2,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 4},
        signature_version="s3v4" if service == "s3" else None,
        max_pool_connections=32,
        user_agent="studio-runs",  # botocore else composes one anew for every call, a fifth of it
        # The bucket in the host's name: the console's policy lets downloads go there and to no
        # other bucket.
        s3={"addressing_style": "virtual"} if service == "s3" else None,
    )
    session = Session()
    session.register_component("data_loader", _loader())
    return session.create_client(service, config=config)


@lru_cache(maxsize=1)
def _loader() -> "Loader":
    """What botocore has read of its own data, kept from one client to the next."""
    from botocore.loaders import create_loader

    return create_loader()


class LazyClient:
    """A client that is built at its first call, by one thread: most requests need one service of
    three.
    """

    _building = threading.Lock()

    def __init__(self, service: str) -> None:
        self._service = service

    @cached_property
    def _built(self) -> Any:
        with self._building:
            return self.__dict__.get("_built") or aws_client(self._service)

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._built, operation)
