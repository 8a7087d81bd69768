"""Every sample event in Lambda's own runtime, by `sam local` in Docker, against the table of the
local stack: answered as the local stack answers it, and as much is left in table and bucket.

`make sam-local` builds what this needs, and a plain test run leaves it out.
"""

import os
from collections.abc import Iterator

import pytest

from tests.sam_local.both_sides import World
from tests.sam_local.docker import Containers, containers
from tests.support.furnished import EVENTS

pytestmark = pytest.mark.sam_local
if "STUDIO_SAM_LOCAL" not in os.environ:
    pytest.skip("`make sam-local` runs the functions in Docker", allow_module_level=True)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    world = World()
    yield world
    world.stop()


@pytest.fixture(scope="module")
def docker(world: World) -> Iterator[Containers]:
    with containers(world.aws.endpoint, world.variables()) as started:
        yield started


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_an_event_is_answered_as_on_the_local_stack(
    name: str, world: World, docker: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert world.in_a_container(name, monkeypatch, docker) == world.here(name, monkeypatch)
