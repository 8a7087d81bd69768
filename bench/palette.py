"""A screenshot's PNG in at most 256 colours: a third of the bytes, and no eye sees it.

Of Chromium's PNGs alone: eight bits a channel, RGB or RGBA, not interlaced.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = 256
Colour = tuple[int, int, int]


def reduced(png: bytes) -> bytes:
    """The same picture, each colour the nearest of those that are most frequent."""
    width, height, colours = _pixels(png)
    common = [colour for colour, _ in Counter(colours).most_common(_COLOURS)]
    place = {colour: at for at, colour in enumerate(common)}
    for colour in set(colours) - place.keys():
        place[colour] = place[_nearest(colour, common)]
    rows = bytearray()
    for start in range(0, width * height, width):
        rows.append(0)
        rows += bytes(place[colour] for colour in colours[start : start + width])
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    table = b"".join(map(bytes, common))
    chunks = (b"IHDR", header), (b"PLTE", table), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)


def _nearest(colour: Colour, common: list[Colour]) -> Colour:
    red, green, blue = colour
    return min(
        common,
        key=lambda one: (one[0] - red) ** 2 + (one[1] - green) ** 2 + (one[2] - blue) ** 2,
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _pixels(png: bytes) -> tuple[int, int, list[Colour]]:
    """Width, height, and the colours row by row. Raises ValueError for another kind of PNG."""
    chunks = list(_chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if (depth, interlaced) != (8, 0) or kind not in (2, 6):
        raise ValueError("not a PNG as Chromium writes it")
    size = 3 if kind == 2 else 4
    data = zlib.decompress(b"".join(content for name, content in chunks if name == b"IDAT"))
    above = bytes(width * size)
    colours: list[Colour] = []
    for start in range(0, len(data), width * size + 1):
        line = _unfiltered(data[start], data[start + 1 : start + 1 + width * size], above, size)
        colours += zip(line[0::size], line[1::size], line[2::size], strict=True)
        above = line
    return width, height, colours


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _unfiltered(method: int, line: bytes, above: bytes, size: int) -> bytes:
    """A row's own bytes; each kind of row in a loop of its own, because there are millions."""
    if method == 0:
        return line
    if method == 2:
        return bytes((one + over) & 255 for one, over in zip(line, above, strict=True))
    # What stands left of the row and above it there, is nothing.
    found, upper = bytearray(size) + line, bytes(size) + above
    if method == 1:
        for at in range(size, len(found)):
            found[at] = (found[at] + found[at - size]) & 255
    elif method == 3:
        for at in range(size, len(found)):
            found[at] = (found[at] + (found[at - size] + upper[at]) // 2) & 255
    else:
        for at in range(size, len(found)):
            guess = _paeth(found[at - size], upper[at], upper[at - size])
            found[at] = (found[at] + guess) & 255
    return bytes(found[size:])


def _paeth(left: int, above: int, corner: int) -> int:
    """The nearest of the three to left + above - corner; the first of equals."""
    far_left, far_above = abs(above - corner), abs(left - corner)
    far_corner = abs(left + above - 2 * corner)
    if far_left <= far_above and far_left <= far_corner:
        return left
    return above if far_above <= far_corner else corner
