"""Deliveries: signed, tried again by the schedule, told at least once whoever dies."""

import random
import time
from dataclasses import replace
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from shared.engine.listener import Listener
from shared.engine.sender import Sender
from shared.engine.telling import Teller
from shared.ports import Answer
from shared.records.change import BudgetSpent, RunWritten, Told
from shared.records.run import Run
from shared.records.webhook import Delivery, DeliveryStatus, Disabled, OldSecret, Webhook
from shared.runs.telling import RETRIES
from shared.runs.timing import DAY, HOUR, MINUTE, SECOND
from tests.fakes.counts_store import InMemoryCountsStore
from tests.fakes.many import RememberingTasks
from tests.fakes.run_store import InMemoryRunStore
from tests.fakes.webhooks import InMemoryDeliveryStore, InMemoryWebhookStore, ScriptedReceiver
from tests.fakes.world import MORNING, Killed, KillingProbe, VirtualClock
from tests.support.samples import ADMIN, ORG, a_run, run_id
from tests.support.story import Story

pytestmark = pytest.mark.rule("R-WEBHOOK-1")
OLD, NEW = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4"
HOOK = run_id(700)


class Stage:
    """A webhook, its sender, and a queue whose messages a test hands over."""

    def __init__(self, **fields: Any) -> None:
        self.webhooks, self.deliveries = InMemoryWebhookStore(), InMemoryDeliveryStore()
        self.tasks, self.clock, self.probe = RememberingTasks(), VirtualClock(), KillingProbe()
        self.receiver = ScriptedReceiver()
        self.teller = Teller(self.webhooks, self.deliveries, self.tasks, self.clock)
        self.sender = Sender(
            self.teller, self.receiver, self.clock, self.probe, self._seconds, lambda: 0.0
        )
        self.listener = Listener(InMemoryRunStore(), InMemoryCountsStore(), self.clock, self.teller)
        url = "https://hooks.example.org/studio"
        plain = Webhook(HOOK, ORG, url, ("*",), None, None, NEW, ADMIN, 0, "ab" * 32)
        self.webhooks.create(replace(plain, **fields))

    def _seconds(self) -> float:
        return self.clock.now_ms() / SECOND

    @property
    def hook(self) -> Webhook:
        found = self.webhooks.get(HOOK)
        assert found is not None
        return found

    @property
    def sent(self) -> list[Delivery]:
        return self.deliveries.page(HOOK, None, 1_000)[0]

    def tell(self, *versions: Run) -> None:
        """The writes of a run, as the stream tells them."""
        for number, after in enumerate(versions):
            before = versions[number - 1] if number else None
            self.listener.hear("shard", [Told(number + 1, RunWritten(before, after))])

    def work(self) -> None:
        """Hand over what lies in the queue and is due."""
        waiting, self.tasks.sent = self.tasks.sent, []
        for task, _, delay in waiting:
            if delay:
                self.tasks.sent.append((task, HOOK, max(0, delay - self.passed)))
            else:
                self.sender.deliver(task["webhook_id"], task["delivery_id"])

    passed = 0

    def advance(self, milliseconds: int) -> None:
        """Time passes, a minute at a time; the sweeper looks every minute."""
        ends = self.clock.now_ms() + milliseconds
        while self.clock.now_ms() < ends:
            step = min(MINUTE, ends - self.clock.now_ms())
            self.clock.advance(step)
            self.passed = step
            self.work()
            self.passed = 0
            self.work()
            self.teller.wake()
            self.work()


def _failed(number: int = 1) -> list[Run]:
    return Story(a_run(number)).claim().fail("call_model").versions


def test_a_delivery_is_verified_by_the_library_of_standard_webhooks() -> None:
    stage = Stage()
    stage.sender = replace(stage.sender, wall=time.time)
    stage.tell(*_failed())
    stage.work()
    (message,) = stage.receiver.received
    body = Verifier(NEW).verify(message.body, dict(message.headers))
    assert body["type"] == "run.failed"
    assert body["data"] == {
        "run_id": run_id(1), "org_id": ORG, "workflow": "diagnosis", "status": "failed",
        "code": "LLM_ERROR",
    }  # fmt: skip
    assert message.headers["webhook-id"] == stage.sent[0].id


def test_the_old_secret_verifies_for_a_day_and_the_new_one_at_once() -> None:
    stage = Stage(old_secrets=(OldSecret(OLD, MORNING + DAY),))
    stage.sender = replace(stage.sender, wall=time.time)
    stage.tell(*_failed())
    stage.work()
    (message,) = stage.receiver.received
    for secret in (OLD, NEW):
        Verifier(secret).verify(message.body, dict(message.headers))
    stage.clock.advance(DAY)
    stage.tell(*_failed(2))
    stage.work()
    assert len(stage.receiver.received[-1].headers["webhook-signature"].split()) == 1


def test_a_receiver_that_fails_three_times_gets_the_same_id_each_time_and_then_no_more() -> None:
    stage = Stage()
    stage.receiver.answers = [Answer(500)] * 3
    stage.tell(*_failed())
    stage.work()
    stage.advance(4 * DAY)
    ids = [message.headers["webhook-id"] for message in stage.receiver.received]
    assert (len(ids), len(set(ids))) == (4, 1)
    (delivery,) = stage.sent
    assert [one.status_code for one in delivery.attempts] == [500, 500, 500, 204]
    assert (delivery.status, delivery.next_at) == (DeliveryStatus.DELIVERED, None)
    assert len({message.body for message in stage.receiver.received}) == 1
    assert stage.hook.failing_since is None


def test_it_is_tried_again_by_the_schedule_and_then_given_up() -> None:
    stage = Stage()
    stage.receiver.answers = [Answer(None, "timeout")] * 99
    stage.tell(*_failed())
    stage.work()
    stage.advance(sum(RETRIES) + len(RETRIES) * 2 * MINUTE)
    (delivery,) = stage.sent
    waits = [b.at - a.at for a, b in zip(delivery.attempts, delivery.attempts[1:], strict=False)]
    assert len(waits) == len(RETRIES)
    for wait, wanted in zip(waits, RETRIES, strict=True):
        assert wanted <= wait <= wanted + 2 * MINUTE
    assert (delivery.status, delivery.next_at) == (DeliveryStatus.FAILED, None)
    assert stage.hook.is_enabled


def test_retry_after_is_honoured() -> None:
    stage = Stage()
    stage.receiver.answers = [Answer(503, None, HOUR)]
    stage.tell(*_failed())
    stage.work()
    assert stage.sent[0].next_at == stage.clock.now_ms() + HOUR


def test_gone_disables_the_webhook_and_nothing_is_told_any_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stage = Stage()
    stage.receiver.answers = [Answer(410)]
    stage.tell(*_failed())
    stage.work()
    assert (stage.hook.disabled, stage.sent[0].status) == (Disabled.GONE, DeliveryStatus.FAILED)
    assert '"action":"webhook_disabled"' in capsys.readouterr().out.replace(": ", ":")
    stage.tell(*_failed(2))
    stage.advance(DAY)
    assert len(stage.receiver.received) == 1


def test_five_days_without_a_success_disable_it() -> None:
    stage = Stage()
    stage.receiver.answers = [Answer(500)] * 99
    stage.tell(*_failed())
    stage.work()
    stage.advance(4 * DAY)
    stage.tell(*_failed(2))
    stage.advance(DAY - HOUR)
    assert stage.hook.is_enabled
    stage.advance(DAY)
    assert stage.hook.disabled is Disabled.FAILING


def test_what_waits_for_a_webhook_that_is_disabled_or_gone_is_not_sent() -> None:
    stage = Stage()
    stage.tell(*_failed())
    stage.webhooks.save(replace(stage.hook.disabled_for(Disabled.PERSON, 1), version=1))
    stage.work()
    assert stage.receiver.received == []
    assert [one.error for one in stage.sent[0].attempts] == ["disabled"]


def test_what_is_told_again_is_there_already() -> None:
    stage = Stage()
    versions = _failed()
    for _ in range(3):
        stage.tell(*versions)
    assert len(stage.sent) == 1


def test_a_webhook_hears_what_it_asked_for_since_it_was_made() -> None:
    stage = Stage(events=("run.succeeded",))
    stage.tell(*_failed())
    stage = Stage(workflows=("analysis",))
    stage.tell(*_failed())
    assert stage.sent == []
    stage = Stage(created_at=MORNING + HOUR)
    stage.tell(*_failed())
    assert stage.sent == []


def test_a_blocked_run_is_told_once_a_spell() -> None:
    stage = Stage(events=("run.blocked",))
    story = Story(a_run(1)).park()
    stage.tell(*story.unpark().park().unpark().claim().versions)
    assert [one.news for one in stage.sent] == ["run.blocked"]
    assert '"code":"paused"' in stage.sent[0].body


def test_a_budget_is_told_at_its_marks_once_a_period() -> None:
    stage = Stage()
    spent = [0, 70, 85, 70, 90, 120, 130]
    for number, after in enumerate(spent):
        change = BudgetSpent(ORG, "workflow:diagnosis", "2026-11", 100, spent[number - 1], after,
                             100)  # fmt: skip
        stage.listener.hear("shard", [Told(number + 1, change)])
    assert sorted('"percent":100' in one.body for one in stage.sent) == [False, True]


def test_a_lower_limit_may_reach_a_mark() -> None:
    stage = Stage()
    change = BudgetSpent(ORG, "organisation", "total", 60, 50, 50, 100)
    stage.listener.hear("shard", [Told(1, change)])
    assert ['"percent":80' in one.body for one in stage.sent] == [True]


@pytest.mark.parametrize("seed", range(3))
def test_every_ended_run_is_told_whoever_is_killed_when(seed: int) -> None:
    stage, chance = Stage(events=("run.succeeded", "run.failed")), random.Random(seed)
    kills = 0
    for number in range(1, 21):
        stage.tasks.is_broken = chance.random() < 0.3
        versions = _failed(number)
        if chance.random() < 0.5:
            versions = (
                Story(a_run(number)).claim().lose_lease().claim().complete("persist").versions
            )
        stage.tell(*versions)
        stage.tasks.is_broken = False
        where = stage.probe.kill_before if chance.random() < 0.5 else stage.probe.kill_after
        where("deliver")
        new = next(one for one in stage.sent if one.run_id == run_id(number))
        stage.tasks.sent = [({"webhook_id": HOOK, "delivery_id": new.id}, HOOK, 0)]
        with pytest.raises(Killed):
            stage.work()
        kills += 1
        stage.tasks.sent = []  # the queue forgets it as well
    stage.advance(10 * MINUTE)
    told = {message.body.split('"run_id":"')[1][:36] for message in stage.receiver.received}
    assert (kills, told) == (20, {run_id(number) for number in range(1, 21)})
    assert {one.status for one in stage.sent} == {DeliveryStatus.DELIVERED}
