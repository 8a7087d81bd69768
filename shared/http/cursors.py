"""Opaque, authenticated cursors: a position in one list as one caller sees it, under an HMAC.

A position is a place in time, not in what a filter left: limit and filters may change from page to
page.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from shared.access.policy import Caller
from shared.errors import InvalidRequest

_MAC_BYTES = 16


@dataclass(frozen=True, slots=True)
class Cursors:
    """`key`: the deployment's secret, "" where there is no list, so no cursor is valid."""

    key: str

    def seal(self, position: str, caller: Caller, list_name: str) -> str:
        """The cursor of a position."""
        data = binascii.unhexlify(position)
        return _text(self._mac(data, caller, list_name) + data)

    def open(self, cursor: str, caller: Caller, list_name: str) -> str:
        """The position of a cursor.

        Raises InvalidRequest for a forged one, and for another list's or caller's.
        """
        try:
            sealed = base64.b64decode(
                cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True
            )
        except (binascii.Error, ValueError) as exc:
            raise InvalidRequest("The cursor is not valid.") from exc
        data = sealed[_MAC_BYTES:]
        if (
            not self.key
            or not data
            or cursor != _text(sealed)
            or not hmac.compare_digest(sealed[:_MAC_BYTES], self._mac(data, caller, list_name))
        ):
            raise InvalidRequest("The cursor is not valid.")
        return data.hex()

    def _mac(self, data: bytes, caller: Caller, list_name: str) -> bytes:
        message = b"\x1f".join(
            [caller.org_id.encode(), caller.user_id.encode(), list_name.encode(), data]
        )
        return hmac.new(self.key.encode(), message, hashlib.sha256).digest()[:_MAC_BYTES]


def _text(sealed: bytes) -> str:
    """The one way to write it: base64 has several, which differ in padding and in unused bits."""
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")
