"""An action under an Idempotency-Key is one action: of calls at the same moment one is told that it
did it, and all others that they repeat it.
"""

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from local.demo.client import Answer
from tests.support.care import Ward
from tests.support.routes import OPENAPI

pytestmark = pytest.mark.rule("R-IDEM-1")
AT_ONCE = 8


@dataclass(frozen=True)
class Act:
    path: str
    body: Any = None
    user: str = "admin"

    def send(self, ward: Ward, key: str) -> Answer:
        return ward.client.call("POST", self.path, self.body, self.user, idempotency_key=key)


def retry(ward: Ward) -> Act:
    return Act(f"/runs/{ward.a_run('failed')}/retry", {"max_attempts": 5}, "clinician")


def next_phase(ward: Ward) -> Act:
    body = {"profile": "analytics_forecast_app", "intake": "A forecast."}
    run_id = ward.client.call("POST", "/runs", body, "member").data["run"]["id"]
    return Act(f"/runs/{run_id}/next", None, "member")


def bulk(ward: Ward) -> Act:
    return Act("/bulk", {"action": "cancel", "filter": {"tag": "of nobody"}, "dry_run": True})


def a_webhook_test(ward: Ward) -> Act:
    body = {"url": f"{ward.client.url}/dev/webhooks/receiver", "events": ["webhook.test"]}
    webhook_id = ward.client.call("POST", "/webhooks", body, "admin").data["webhook"]["id"]
    return Act(f"/webhooks/{webhook_id}/test")


ACTIONS = {
    "POST /runs/{runId}/retry": retry,
    "POST /runs/{runId}/next": next_phase,
    "POST /bulk": bulk,
    "POST /webhooks/{webhookId}/test": a_webhook_test,
}


def keyed_actions() -> Iterator[str]:
    """The routes that take a key and create nothing but what they set going."""
    for path, methods in json.loads(OPENAPI.read_text("utf-8"))["paths"].items():
        post = methods.get("post", {})
        is_keyed = "Idempotency-Key" in json.dumps(post.get("parameters", ()))
        if is_keyed and "202" in post["responses"] and not path.endswith("/generate"):
            yield f"POST {path}"


def test_every_keyed_action_is_in_this_suite() -> None:
    assert set(keyed_actions()) == set(ACTIONS)


@pytest.mark.parametrize("make", ACTIONS.values(), ids=lambda make: make.__name__)
def test_of_calls_at_the_same_moment_one_acts(ward: Ward, make: Callable[[Ward], Act]) -> None:
    for _ in range(3):
        act, key = make(ward), str(uuid.uuid4())
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda _: act.send(ward, key), range(AT_ONCE)))  # noqa: B023
        assert Counter(answer.status for answer in answers) == {202: 1, 200: AT_ONCE - 1}
        for answer in [*answers, act.send(ward, key)]:
            replayed = answer.headers.get("idempotency-replayed")
            assert (answer.status == 200) == (replayed == "true")


def test_other_keys_at_the_same_moment_are_conflicts(ward: Ward) -> None:
    act = retry(ward)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        keys = [str(uuid.uuid4()) for _ in range(AT_ONCE)]
        answers = list(pool.map(lambda key: act.send(ward, key), keys))
    assert Counter(answer.status for answer in answers) == {202: 1, 409: AT_ONCE - 1}
