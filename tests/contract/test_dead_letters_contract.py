"""shared.ports.DeadLetters: what no worker can read is kept as it is."""

import pytest

from tests.contract.worlds import World

pytestmark = pytest.mark.rule("R-QUEUE-3")


def test_what_is_buried_is_kept_as_it_is(world: World) -> None:
    world.dead_letters.bury('{"run_id": 7}')
    assert world.buried() == ['{"run_id": 7}']


def test_a_message_without_a_body_is_kept_as_well(world: World) -> None:
    """SQS takes no empty message."""
    world.dead_letters.bury("")
    assert world.buried() == ["(empty)"]
