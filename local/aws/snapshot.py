"""What moto holds, as bytes, and back: tables with their streams, objects with their versions,
queues with what is in flight.

Secrets are no part of it, because one of them may be a real model's key. Bytes are pickled, so only
a file of one's own may be put back. It must never know what the product keeps in the stores.
"""

import copyreg
import io
import pickle
import threading
from importlib.metadata import version
from typing import Any, Literal

from moto.backends import get_backend
from moto.dynamodb.models.dynamo_type import LimitedSizeDict

SERVICES: tuple[Literal["dynamodb", "s3", "sqs"], ...] = ("dynamodb", "s3", "sqs")
FORM = f"moto {version('moto')}"
"""Whose stores they are: another version's are not put back."""
_RLOCK, _LOCK = type(threading.RLock()), type(threading.Lock())


def _attributes(values: dict[str, Any]) -> LimitedSizeDict:
    """An item's, all at once: moto weighs all of them anew with each that is added."""
    held = LimitedSizeDict()
    dict.update(held, values)
    return held


class _Pickler(pickle.Pickler):
    """Locks are made anew: nobody holds one while nothing is served."""

    dispatch_table = copyreg.dispatch_table.copy() | {
        _RLOCK: lambda _: (threading.RLock, ()),
        _LOCK: lambda _: (threading.Lock, ()),
        LimitedSizeDict: lambda held: (_attributes, (dict(held),)),
    }


def take() -> bytes:
    """Only while nothing is served."""
    whole = io.BytesIO()
    _Pickler(whole, protocol=pickle.HIGHEST_PROTOCOL).dump(
        {
            (service, account, region): store
            for service in SERVICES
            for account, region, store in get_backend(service).iter_backends()
        }
    )
    return whole.getvalue()


def unpickled(content: bytes) -> Any:
    """Raises ValueError, whatever went wrong: a pickle may raise anything."""
    try:
        return pickle.loads(content)
    except Exception as exc:
        raise ValueError(f"cannot be read ({type(exc).__name__})") from exc


def put_back(whole: bytes) -> None:
    """All or nothing. Raises ValueError for bytes that are no snapshot."""
    stores = unpickled(whole)
    for (service, account, region), store in stores.items():
        get_backend(service)[account][region] = store
