"""Whom the HTTP suite asks: the local stack or, with STUDIO_WITNESS=ministack, the template
deployed to an emulator of AWS; and why a test does not hold there.

docs/fidelity.md has the same reasons; a test compares the two.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from local.demo.stack_process import running_stack
from tests.deployment.standing import standing

DEPLOYED = os.environ.get("STUDIO_WITNESS") == "ministack"
STANDS_AT = os.environ.get("STUDIO_WITNESS_URL")
"""Where one stands already, for whoever works at the suite."""

CLOCK = "moves the stack's clock; a deployment's time cannot be moved"
KILLS = "kills the worker at a step; a deployment's worker cannot be told to die there"
LOGS = "reads the local stack's log files"
CALLS = "reads each request of the local stack to AWS"
CROWD = "asks 32 or 64 times at once; the emulator starts a process for each"
OWN_STACK = "starts a local stack of its own"
BYTES = "sends bytes that are no UTF-8 as JSON; the emulator puts others in their place"
SLASHES = "escapes a slash in a path; the emulator unescapes it before it looks for the route"
SIZES = "sends more than API Gateway takes; the emulator takes any size"


def needs_local(reason: str) -> pytest.MarkDecorator:
    """A test of what only the local stack has; it is not played elsewhere."""
    return pytest.mark.local_stack(reason)


def differs(reason: str) -> pytest.MarkDecorator:
    """A test that MiniStack fails because it is not AWS; it is played, and must fail there."""
    return pytest.mark.emulator(reason)


@contextmanager
def asked() -> Iterator[str]:
    """The URL of the witness."""
    if not DEPLOYED:
        with running_stack() as url:
            yield url
    elif STANDS_AT:
        yield STANDS_AT
    else:
        with standing() as (url, _):
            yield url


@contextmanager
def another(url: str) -> Iterator[str]:
    """Another of the kind; of deployments the same one, as one is as slow as two would be."""
    if DEPLOYED:
        yield url
    else:
        with running_stack() as address:
            yield address


def set_aside(items: Iterable[pytest.Item]) -> None:
    """Give each test that does not hold for this witness the mark that says so."""
    if not DEPLOYED:
        return
    for item in items:
        for mark in item.iter_markers("local_stack"):
            item.add_marker(pytest.mark.skip(reason=mark.args[0]))
        for mark in item.iter_markers("emulator"):
            item.add_marker(pytest.mark.xfail(reason=mark.args[0], strict=True))
