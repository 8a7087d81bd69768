"""A screenshot's pixels are the same before and after its colours are put into a table."""

import random
import struct
import zlib

import pytest

from bench import palette

WIDTH, HEIGHT, SIZE = 7, 5, 3
KINDS = range(5)


def guess(kind: int, left: int, above: int, corner: int) -> int:
    """What PNG's five kinds of rows take off each byte."""
    nearest = min((left, above, corner), key=lambda one: abs(left + above - corner - one))
    return (0, left, above, (left + above) // 2, nearest)[kind]


def filtered(rows: list[bytes], kind: int) -> bytes:
    found = bytearray()
    above = bytes(WIDTH * SIZE)
    for row in rows:
        found.append(kind)
        for at, byte in enumerate(row):
            left, corner = (row[at - SIZE], above[at - SIZE]) if at >= SIZE else (0, 0)
            found.append((byte - guess(kind, left, above[at], corner)) & 255)
        above = row
    return bytes(found)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + bytes(4)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_row_is_read(kind: int) -> None:
    draw = random.Random(kind)
    rows = [bytes(draw.randrange(256) for _ in range(WIDTH * SIZE)) for _ in range(HEIGHT)]
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    data = zlib.compress(filtered(rows, kind))
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data)
    small = dict(palette._chunks(palette.reduced(png)))
    table = [tuple(small[b"PLTE"][at : at + 3]) for at in range(0, len(small[b"PLTE"]), 3)]
    places = zlib.decompress(small[b"IDAT"])
    for number, row in enumerate(rows):
        start = number * (WIDTH + 1) + 1
        shown = [table[place] for place in places[start : start + WIDTH]]
        assert shown == [tuple(row[at : at + 3]) for at in range(0, len(row), SIZE)]
