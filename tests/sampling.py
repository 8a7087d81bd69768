"""Which cases `make test` plays of tests that have many of one kind: `@pytest.mark.one_in(n)`.

`make test-whole` plays all of them, and so does naming a test by its id.
"""

import os
from collections.abc import Iterable
from zlib import crc32

import pytest

WHOLE = bool(os.environ.get("STUDIO_WHOLE"))


def left_out(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The cases that a sample does not play: of each test its first case stays, and of the others
    one in n, by their names, so that every process leaves out the same.
    """
    seen: set[str] = set()
    found = []
    for item in items:
        mark = item.get_closest_marker("one_in")
        if mark is None:
            continue
        test = item.nodeid.partition("[")[0]
        if test in seen and crc32(item.nodeid.encode()) % mark.args[0]:
            found.append(item)
        seen.add(test)
    return found


def times(sample: int, whole: int) -> int:
    """How often to repeat what `make test` only samples."""
    return whole if WHOLE else sample
