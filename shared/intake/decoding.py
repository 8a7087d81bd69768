"""From the bytes that somebody sends as a patient's record to the FHIR Bundle that they hold.

Takes what real systems send: a byte order mark, gzip, Bulk Data's NDJSON (one resource a line).
Knows nothing of what a bundle must be (shared.workflows.diagnosis.record does) nor of where it is
kept.
"""

import json
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from shared.runs.canonical import canonical_json

MB = 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_GZIP = 16 + zlib.MAX_WBITS
_CHUNK = MB


class NotDecodable(ValueError):
    """The bytes are not what they are said to be.

    The message is safe to show: it holds nothing of the record.
    """


class RepeatedKey(ValueError):
    """An object of the record names one key twice, so that nobody can say which of its values
    counts.
    """


class TooDeep(NotDecodable):
    """The record is nested deeper than any parser of ours goes."""


class OverLimit(ValueError):
    """The record is larger than `limit` bytes once it is unpacked."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The record is over its limit of {limit} bytes.")


@dataclass(frozen=True, slots=True)
class Decoded:
    """`data` is the bundle's JSON in UTF-8, as it is kept; `bundle` what it says."""

    data: bytes
    bundle: Any


def decode(raw: bytes, *, limit: int, gzipped: bool = False, ndjson: bool = False) -> Decoded:
    """The bundle in `raw`, of at most `limit` bytes when unpacked. Nothing is unpacked beyond that.

    Raises OverLimit, NotDecodable (no gzip, no UTF-8, no JSON), RepeatedKey and TooDeep.
    """
    data = _unpacked(raw, limit) if gzipped else raw
    if len(data) > limit:
        raise OverLimit(limit)
    data = data.removeprefix(_BOM)
    return _collection(data) if ndjson else Decoded(data, parse(data))


def parse(data: bytes) -> Any:
    """JSON of finite numbers and whole characters, with no key twice in one object.

    Raises NotDecodable, RepeatedKey and TooDeep.
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
        if b"\\u" in data:  # only an escape can smuggle half a character in
            canonical_json(value)
        return value
    except RepeatedKey:
        raise
    except RecursionError as exc:
        raise TooDeep from exc
    except ValueError as exc:
        raise NotDecodable("The record is not valid JSON.") from exc


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RepeatedKey("must not name the same key twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is beyond every finite one")
    return number


def _unpacked(raw: bytes, limit: int) -> bytes:
    """All members of a gzip file. Raises OverLimit as soon as more than `limit` bytes came out."""
    unpacked = bytearray()
    for piece in _members(raw, limit):
        unpacked += piece
        if len(unpacked) > limit:
            raise OverLimit(limit)
    return bytes(unpacked)


def _members(raw: bytes, limit: int) -> Iterator[bytes]:
    rest = raw
    while rest:
        unpacker = zlib.decompressobj(_GZIP)
        try:
            while not unpacker.eof:
                piece = unpacker.decompress(rest, _CHUNK)
                rest = unpacker.unconsumed_tail
                if not piece and not rest and not unpacker.eof:
                    raise NotDecodable("The record is not whole gzip data.")
                yield piece
        except zlib.error as exc:
            raise NotDecodable("The record is not gzip data.") from exc
        rest = unpacker.unused_data.lstrip(b"\0")  # a file may be padded to a block


def _collection(lines: bytes) -> Decoded:
    """NDJSON as a Bundle.

    The lines stay as they are written, so that no number changes its form.
    """
    resources = [line for line in map(bytes.strip, lines.split(b"\n")) if line]
    parsed = [parse(line) for line in resources]
    if not all(isinstance(resource, dict) for resource in parsed):
        raise NotDecodable("Each line of NDJSON must be one resource.")
    entries = b",".join(b'{"resource":' + line + b"}" for line in resources)
    data = b'{"resourceType":"Bundle","type":"collection","entry":[' + entries + b"]}"
    entry = [{"resource": resource} for resource in parsed]
    return Decoded(data, {"resourceType": "Bundle", "type": "collection", "entry": entry})
