"""`runs bulk` and `runs webhooks`: what they do, say, and exit with."""

import json
from typing import Any

import pytest
from studio_runs_client import Client
from studio_runs_client.cli.app import play

from tests.client.conftest import PATIENT


@pytest.fixture
def typed(url: str, capsys: pytest.CaptureFixture[str]) -> Any:
    """Plays a command as an admin; (exit code, what it said as JSON)."""

    def play_it(*words: str) -> tuple[int, Any]:
        code = play(["--url", url, "--user", "admin", *words, "--json"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err + said.out
        return code, json.loads(said.out or "null")

    return play_it


def test_a_bulk_is_followed_to_its_end(typed: Any, client: Client, tag: str) -> None:
    made = [client.diagnoses.create(PATIENT, {}, dispatch="manual", tags=[tag]) for _ in range(3)]
    code, bulk = typed("bulk", "cancel", "--tag", tag, "--dry-run")
    assert (code, bulk["counts"]["matched"], bulk["counts"]["done"]) == (0, 3, 0)
    code, bulk = typed("bulk", "cancel", "--tag", tag)
    assert (code, bulk["status"], bulk["counts"]["done"]) == (0, "succeeded", 3)
    assert {client.runs.get(run.id).status for run in made} == {"cancelled"}
    assert typed("bulk", "show", bulk["id"])[1] == bulk
    assert typed("bulk", "stop", bulk["id"])[0] == 5, "it has ended"
    assert typed("bulk", "retry", "--tag", tag, "--status", "cancelled")[1]["counts"] == {
        "matched": 3, "done": 0, "skipped": 3, "failed": 0,
    }  # fmt: skip


def test_a_webhook_from_making_to_deleting_it(typed: Any, url: str) -> None:
    receiver = f"{url}/dev/webhooks/receiver"
    code, hook = typed("webhooks", "create", receiver, "--event", "run.failed")
    assert (code, hook["secret"][:6], hook["events"]) == (0, "whsec_", ["run.failed"])
    assert typed("webhooks", "create", "https://10.0.0.1/")[0] == 5
    code, changed = typed("webhooks", "change", hook["id"], "--status", "disabled")
    assert (code, changed["disabled_reason"]) == (0, "person")
    assert typed("webhooks", "test", hook["id"])[0] == 5
    typed("webhooks", "change", hook["id"], "--status", "enabled")
    code, (sent,) = typed("webhooks", "test", hook["id"])
    assert (code, sent["event"]) == (0, "webhook.test")
    assert [one["id"] for one in typed("webhooks", "deliveries", hook["id"])[1]] == [sent["id"]]
    assert typed("webhooks", "replay", hook["id"], sent["id"])[1][0]["id"] == sent["id"]
    assert typed("webhooks", "rotate", hook["id"])[1]["secret"] != hook["secret"]
    assert typed("webhooks", "delete", hook["id"])[0] == 0
    assert typed("webhooks", "show", hook["id"])[0] == 5
