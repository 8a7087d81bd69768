"""Queues and the processes that take from them: batches, redelivery, delay, dead letters, deaths,
settings.
"""

from tests.unit.local.small_stack import QUEUE, wait_for


def settle(world):
    world.advance(0)


def test_a_message_becomes_an_event_and_is_deleted(world):
    text = world.send()
    settle(world)
    (seen,) = world.seen(text)
    record = seen["record"]
    assert {
        name: record[name] for name in ("body", "eventSource", "awsRegion", "eventSourceARN")
    } == {
        "body": text,
        "eventSource": "aws:sqs",
        "awsRegion": "eu-central-1",
        "eventSourceARN": f"arn:aws:sqs:eu-central-1:123456789012:{QUEUE}",
    }
    assert set(record) == {
        "messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody",
        "eventSource", "eventSourceARN", "awsRegion",
    }  # fmt: skip
    assert (
        record["attributes"]["ApproximateReceiveCount"],
        record["attributes"]["MessageGroupId"],
    ) == ("1", "an-org")
    assert (seen["role"], 29_000 < seen["left"] <= 30_000) == ("worker", True)
    world.advance(3600)
    assert len(world.seen(text)) == 1


def test_attributes_of_a_message_keep_their_types(world):
    attributes = {"kind": {"DataType": "String", "StringValue": "x"}}
    world.sqs.send_message(
        QueueUrl=world.queue_url(QUEUE),
        MessageBody='{"with": "attributes"}',
        MessageAttributes=attributes,
    )
    settle(world)
    (seen,) = world.seen('{"with": "attributes"}')
    assert seen["record"]["messageAttributes"] == {
        "kind": {
            "stringValue": "x",
            "dataType": "String",
            "stringListValues": [],
            "binaryListValues": [],
        }
    }


def test_what_a_batch_reports_as_failed_comes_again_after_its_visibility_timeout(world):
    good, bad = world.send(), world.send("fail")
    settle(world)
    assert (len(world.seen(good)), len(world.seen(bad))) == (1, 1)
    world.advance(50)
    assert len(world.seen(bad)) == 1
    world.advance(15)
    assert len(world.seen(bad)) == 2
    first, second = world.seen(bad)
    assert 50_000 < second["at"] - first["at"] < 64_000, "the jump stopped when it fell due"
    assert second["record"]["attributes"]["ApproximateReceiveCount"] == "2"
    world.advance(61)
    assert bad in world.dead_letters()
    assert (len(world.seen(good)), len(world.seen(bad))) == (1, 2)


def test_a_raised_error_fails_the_whole_batch(world):
    text = world.send("raise")
    world.advance(61)
    assert len(world.seen(text)) == 2


def test_a_delayed_message_comes_when_it_is_due(world):
    text = world.send(delay=300)
    sent = world.stack.clock.now()
    world.advance(290)
    assert world.seen(text) == []
    world.advance(3600)
    (seen,) = world.seen(text)
    assert 295 < seen["at"] / 1000 - sent < 330


def test_an_invocation_past_its_timeout_dies_with_its_process(world):
    world.call("POST", "/dev/model", {"script": ["hang", "hang"]})
    text = world.send("call")
    settle(world)
    assert len(world.seen(text)) == 1
    # Stack time is real time and the jumps: what the machine takes meanwhile counts as well.
    world.advance(15)
    assert world.stack.clock.held() == 1, "held by the model, it is still out"
    world.advance(16)
    assert world.stack.clock.held() == 0
    world.advance(60)
    first, second = world.seen(text)
    assert first["pid"] != second["pid"]
    world.advance(31)


def test_a_model_call_held_in_stack_time_ends_within_a_jump(world):
    world.call("POST", "/dev/model", {"script": [{"slow": 20}]})
    text = world.send("call")
    settle(world)
    assert world.stack.clock.held() == 1
    world.advance(120)
    assert world.stack.clock.held() == 0
    assert len(world.seen(text)) == 1, "it ended before its timeout, so it did not come again"


def test_a_kill_order_takes_one_process_at_its_step(world):
    for order in ("kill_at", "kill_after"):
        assert world.call("POST", "/dev/worker", {order: "first"}).json == {order: "first"}
        assert world.call("GET", "/dev/worker").json == {order: "first"}
        text = world.send("step")
        settle(world)
        assert world.call("GET", "/dev/worker").json == {}
        assert len(world.seen(text)) == 1
        world.advance(61)
        assert len({seen["pid"] for seen in world.seen(text)}) == 2, (
            "the second time in another process, which lived"
        )
        assert text not in world.dead_letters()


def test_another_step_does_not_consume_a_kill_order(world):
    world.call("POST", "/dev/worker", {"kill_at": "another"})
    text = world.send("step")
    world.advance(61)
    assert len(world.seen(text)) == 1
    world.call("POST", "/dev/worker", {"kill_at": "first"})
    died = world.send("step")
    world.advance(61)
    assert len(world.seen(died)) == 2


def test_settings_reach_every_process_at_once(world):
    assert world.call(
        "POST", "/dev/settings", {"worker_enabled": False, "quota_per_minute": 5}
    ).json == {
        "worker_enabled": False,
        "quota_per_minute": 5,
    }
    assert world.stack.variable("DIAGNOSIS_WORKER_ENABLED") == "false"
    earlier = world.send()
    settle(world)
    world.stack.change({"FLAG": "changed"})
    later = world.send()
    settle(world)
    (before,), (after,) = world.seen(earlier), world.seen(later)
    assert (after["flag"], after["resets"]) == ("changed", before["resets"] + 1)
    assert world.call(
        "POST", "/dev/settings", {"worker_enabled": True, "quota_per_minute": None}
    ).json == {
        "worker_enabled": True,
        "quota_per_minute": None,
    }


def test_work_begins_without_a_jump(world):
    text = world.send()
    wait_for(lambda: len(world.seen(text)) == 1)
