"""shared.intake.decoding: what real systems send as a record, and what cannot be one."""

import gzip
import json
import zlib

import pytest

from shared.intake.decoding import MB, NotDecodable, OverLimit, RepeatedKey, decode, parse

BUNDLE = b'{"resourceType": "Bundle", "entry": []}'
LIMIT = 10_000


def test_plain_json_stays_as_it_is_written() -> None:
    decoded = decode(BUNDLE, limit=LIMIT)
    assert (decoded.data, decoded.bundle) == (BUNDLE, {"resourceType": "Bundle", "entry": []})


def test_a_byte_order_mark_is_taken_off() -> None:
    assert decode(b"\xef\xbb\xbf" + BUNDLE, limit=LIMIT).data == BUNDLE


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(BUNDLE),
        gzip.compress(BUNDLE[:10]) + gzip.compress(BUNDLE[10:]),
        gzip.compress(BUNDLE) + b"\0" * 512,
        gzip.compress(b"\xef\xbb\xbf" + BUNDLE),
    ],
    ids=["one", "two", "padded", "with a byte order mark"],
)
def test_gzip_is_unpacked_all_its_members(packed: bytes) -> None:
    assert decode(packed, limit=LIMIT, gzipped=True).data == BUNDLE


def test_the_limit_holds_for_what_comes_out_and_nothing_is_unpacked_beyond_it() -> None:
    bomb = gzip.compress(b" " * 200 * MB)
    with pytest.raises(OverLimit, match="10000 bytes"):
        decode(bomb, limit=LIMIT, gzipped=True)
    with pytest.raises(OverLimit):
        decode(b" " * (LIMIT + 1), limit=LIMIT)
    assert decode(b" " * (LIMIT - len(BUNDLE)) + BUNDLE, limit=LIMIT).bundle["entry"] == []


@pytest.mark.parametrize(
    "packed",
    [BUNDLE, b"\x1f\x8b", gzip.compress(BUNDLE)[:-3], zlib.compress(BUNDLE), b""],
    ids=["plain", "a head", "cut", "zlib", "nothing"],
)
def test_what_is_no_whole_gzip_is_refused(packed: bytes) -> None:
    with pytest.raises(NotDecodable):
        decode(packed, limit=LIMIT, gzipped=True)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"a": NaN}', b"[" * 100_000])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(NotDecodable):
        decode(raw, limit=MB)


@pytest.mark.parametrize("raw", [b'{"a": 1, "a": 2}', b'{"b": [{"a": 1, "c": 0, "a": 1}]}'])
def test_a_key_twice_in_one_object_is_refused(raw: bytes) -> None:
    with pytest.raises(RepeatedKey):
        parse(raw)


def test_ndjson_becomes_a_collection_and_its_numbers_keep_their_form() -> None:
    lines = (
        b'{"resourceType": "Patient", "id": "p"}\r\n\n{"resourceType": "Observation", "v": 1.10}\n'
    )
    decoded = decode(lines, limit=LIMIT, ndjson=True)
    assert [entry["resource"]["resourceType"] for entry in decoded.bundle["entry"]] == [
        "Patient",
        "Observation",
    ]
    assert b"1.10" in decoded.data
    assert json.loads(decoded.data) == decoded.bundle


@pytest.mark.parametrize("lines", [b'{"a": 1}\n[]', b'{"a": 1}}, {"resource": {}\n', b'"text"'])
def test_a_line_that_is_no_object_is_refused(lines: bytes) -> None:
    with pytest.raises(NotDecodable):
        decode(lines, limit=LIMIT, ndjson=True)


def test_no_lines_are_an_empty_collection() -> None:
    assert decode(b"\n", limit=LIMIT, ndjson=True).bundle["entry"] == []
