"""A body means nothing on a request that takes none: whatever stands there, it is not read."""

import pytest

from tests.fuzz.events import answer_to
from tests.support.furnished import event_of


@pytest.mark.parametrize("body", ["{", "[]", '{"a": 1}', "ü", "x" * 2_000_000])
@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_on_a_get_changes_nothing(body: str, encoded: bool) -> None:
    event = event_of("health") | {"body": body, "isBase64Encoded": encoded}
    assert answer_to("health", event)["statusCode"] == 200


def test_a_body_that_is_not_base64_is_the_callers_error() -> None:
    event = event_of("create_run") | {"body": "ü", "isBase64Encoded": True}
    assert answer_to("create_run", event)["statusCode"] == 400
