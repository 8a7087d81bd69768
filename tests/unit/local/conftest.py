"""The local stack around the small application in fixtures/, for all tests of this folder."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.gateway.issuer import AUDIENCE
from local.stack import Options, Stack
from tests.unit.local.small_stack import TEMPLATE, World

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The stack is servers on loopback: these tests need sockets, and no more than that."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    console = tmp_path_factory.mktemp("console")
    (console / "index.html").write_text("<!doctype html><title>console</title>")
    options = Options(
        port=0,
        template=TEMPLATE,
        hooks="tests.unit.local.fixtures.bootstrap",
        logs=tmp_path_factory.mktemp("logs"),
        seeded=False,
        console=console,
        parameters=lambda url, issuer, key: {"JwtIssuer": issuer, "JwtAudience": AUDIENCE},
    )
    kept = {name: os.environ.pop(name) for name in ("ANTHROPIC_API_KEY",) if name in os.environ}
    stack = Stack(options)
    try:
        yield World(stack, stack.start())
    finally:
        stack.stop()
        os.environ.update(kept)
    assert [
        thread.name for thread in threading.enumerate() if thread.name.endswith("-poller")
    ] == []
