"""Everything that the stack changes inside moto and botocore, in one place: three names, each with its reason.

For the rest of this process, and only in the stack's own: no sandbox and no deployed function imports it.
"""

from datetime import UTC, datetime
from typing import Any

import botocore.auth
import moto.sqs.models
from moto.core.serialize import BaseJSONSerializer

from local.clock import StackClock

_PLAIN = ("S", "N", "BOOL", "NULL")


def install(clock: StackClock) -> None:
    """The last clock given counts."""
    follow(clock)
    quicken()


def follow(clock: StackClock) -> None:
    """Point moto's SQS at the stack's clock. It reads the time through these two names of its module and nowhere else,
    so delays, visibility and retention all move with a jump."""
    moto.sqs.models.unix_time = lambda dt=None: clock.now()  # type: ignore[attr-defined]
    moto.sqs.models.unix_time_millis = lambda dt=None: clock.now() * 1000  # type: ignore[attr-defined]
    # Signatures too are dated in stack time, so that a presigned URL made after a jump is not born expired.
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: _utc(clock.now(), naive=remove_tzinfo)


def quicken() -> None:
    """DynamoDB's scalar values already have the form they are sent in. moto looks for each of an AttributeValue's ten
    members under several spellings in every one of them, which is most of the time that reading many items takes."""
    if getattr(BaseJSONSerializer, "_quickened", False):
        return
    serialize = BaseJSONSerializer._serialize_type_structure

    def serialize_quickly(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _PLAIN:
            self._default_serialize(serialized, dict(value), shape, key)
        else:
            serialize(self, serialized, value, shape, key)

    BaseJSONSerializer._serialize_type_structure = serialize_quickly  # type: ignore[method-assign]
    BaseJSONSerializer._quickened = True  # type: ignore[attr-defined]


def _utc(seconds: float, *, naive: bool) -> datetime:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.replace(tzinfo=None) if naive else moment
