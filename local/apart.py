"""Does something in a copy of this process, as everything stands at one moment, so that this
process need not wait until it is done.

What is done there must need no other thread, no socket and no file that is open: the copy has none.
"""

import os
import select
import signal
import warnings
from collections.abc import Callable
from dataclasses import dataclass

_MOST_FILES = 65_536
_LONGEST_TEXT = 4_096
can_be = hasattr(os, "fork")
"""Whether this system makes copies of a process."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A copy at work: its process id, and where it says what went wrong."""

    process: int
    said: int

    def problem(self, seconds: float) -> str:
        """Waits until it has ended, at most so many seconds; "" if all went well."""
        try:
            ready, _, _ = select.select([self.said], [], [], seconds)
            text = os.read(self.said, _LONGEST_TEXT).decode() if ready else "took too long"
        finally:
            os.close(self.said)
        if not ready:
            os.kill(self.process, signal.SIGKILL)
        _, status = os.waitpid(self.process, 0)
        return text or ("" if status == 0 else f"ended with status {status}")


def begun(act: Callable[[], None]) -> Apart:
    """Copies this process and lets the copy act; it ends with that. Raises OSError."""
    hears, says = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of threads whose locks stay taken in the copy: `act` takes none.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        _end(act, says)
    os.close(says)
    return Apart(process, hears)


def _end(act: Callable[[], None], says: int) -> None:
    """In the copy: acts, says what went wrong, and ends without what a process does at its end.

    It lets go of all files, so that a port is free as soon as its owner has ended.
    """
    status = 1
    try:
        os.closerange(3, says)
        os.closerange(says + 1, _MOST_FILES)
        act()
        status = 0
    except BaseException as exc:  # noqa: BLE001 - nothing may leave the copy
        os.write(says, f"{exc or type(exc).__name__}"[:1_000].encode())
    finally:
        os._exit(status)
