"""What ClaudeModel makes of each thing that the Messages API may answer, asked by the real SDK over
a real socket.

Long because each kind of answer that the API gives has its case here.
"""

import json
import logging
import traceback
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from local.model.server import OfflineModel
from shared.adapters.claude import API_URL, ClaudeModel, build_client
from shared.adapters.claude_cache import least_cached_tokens, marks_cache
from shared.errors import EntryRefused, PermanentFailure, RefusedBecause, TransientFailure
from shared.runs.model import Effort, Heard, StopReason
from shared.runs.prices import cost_microusd
from tests.support.model_peers import (
    SCHEMA,
    Asker,
    JumpClock,
    a_request,
)
from tests.support.waiting import eventually


def test_an_answer_is_the_schemas_json_with_what_it_cost(offline: OfflineModel, ask: Asker) -> None:
    answer = ask()
    assert set(json.loads(answer.text)) == set(SCHEMA["properties"])
    assert (answer.model, answer.stop_reason) == ("claude-sonnet-5-5", StopReason.COMPLETE)
    counted = {
        "input_tokens": answer.usage.input_tokens,
        "output_tokens": answer.usage.output_tokens,
    }
    assert offline.totals() == counted
    assert all(count > 0 for count in counted.values())


def test_the_same_request_gets_the_same_answer(ask: Asker) -> None:
    assert ask() == ask()


def test_what_is_sent_is_the_request_and_nothing_else(offline: OfflineModel, ask: Asker) -> None:
    ask()
    (body,) = offline.record
    assert body["system"] == "Be brief."
    assert body["messages"] == [{"role": "user", "content": a_request().prompt}]
    assert set(body) == {"model", "max_tokens", "messages", "output_config", "stream", "system"}
    schema = body["output_config"]["format"]["schema"]
    assert schema["additionalProperties"] is False
    assert "minimum" not in schema["properties"]["confidence_score"]


MARK = {"cache_control": {"type": "ephemeral"}}


def test_a_system_prompt_that_is_long_enough_is_marked_for_the_cache(
    offline: OfflineModel, ask: Asker
) -> None:
    ask(a_request(system="x" * 3 * 512))
    assert offline.record[0]["system"] == [{"type": "text", "text": "x" * 3 * 512, **MARK}]


def test_what_calls_share_stands_before_the_mark_and_what_differs_after_it(
    offline: OfflineModel, ask: Asker
) -> None:
    ask(a_request("mine", shared="y" * 3 * 512))
    (message,) = offline.record[0]["messages"]
    assert message["content"] == [
        {"type": "text", "text": "y" * 3 * 512, **MARK},
        {"type": "text", "text": "mine"},
    ]


@pytest.mark.parametrize(
    ("model", "least"),
    [
        ("claude-sonnet-5-5", 512),
        ("claude-opus-5-5", 512),
        ("claude-fable-5-2", 512),
        ("claude-sonnet-5", 1_024),
        ("claude-opus-4-8", 1_024),
        ("claude-sonnet-4-6", 1_024),
        ("eu.anthropic.claude-opus-4-7", 2_048),
        ("claude-opus-4-5-20251101", 4_096),
        ("claude-haiku-4-5", 4_096),
        ("claude-nobody-9", 1_024),
    ],
)
def test_every_model_has_its_own_shortest_beginning(model: str, least: int) -> None:
    assert least_cached_tokens(model) == least
    assert marks_cache(a_request(model=model, system="x" * 3 * least))
    assert not marks_cache(a_request(model=model, system="x" * (3 * least - 1)))
    assert not marks_cache(a_request(model=model, shared="", system=""))


def test_a_second_call_reads_from_the_cache_what_the_first_one_wrote(
    offline: OfflineModel, ask: Asker
) -> None:
    first, second = (ask(a_request(p, shared="y" * 8_000)).usage for p in ("one", "two"))
    assert (first.cache_read_tokens, second.cache_write_tokens) == (0, 0)
    assert first.cache_write_tokens == second.cache_read_tokens > 1_900
    whole = ask.model.count_input_tokens(a_request("two", shared="y" * 8_000))
    assert second.input_tokens + second.cache_read_tokens == whole


def test_the_effort_asked_for_is_sent(offline: OfflineModel, ask: Asker) -> None:
    ask(a_request(effort=Effort.LOW))
    assert offline.record[0]["output_config"]["effort"] == "low"


def test_where_to_be_served_is_sent_and_what_was_reported_is_kept(
    offline: OfflineModel, ask: Asker
) -> None:
    client = build_client("a-key", offline.url)
    assert client
    model = ClaudeModel(client, geography="us")
    answer = model.answer(a_request(), still_wanted=lambda: None, timeout_seconds=10)
    client.close()
    assert offline.record[0]["inference_geo"] == "us"
    assert (answer.terms.geography, answer.terms.tier) == ("us", "standard")
    assert answer.mark.request_id == "req_offline_000001"
    assert (answer.mark.remaining_requests, answer.mark.remaining_tokens) == (999, 1_000_000)
    assert offline.billed_microusd() == cost_microusd(
        answer.model,
        answer.usage,
        date(1970, 1, 1),
        terms=answer.terms,
    )


def test_a_refusal_says_its_category_and_not_its_explanation(
    offline: OfflineModel, ask: Asker
) -> None:
    offline.script([{"refusal": "bio"}])
    answer = ask()
    assert (answer.stop_reason, answer.refusal_category) == (StopReason.REFUSED, "bio")
    assert "told to refuse" not in repr(answer)


def test_a_full_context_window_is_a_cut_answer(offline: OfflineModel, ask: Asker) -> None:
    offline.script(["context_window"])
    assert ask().stop_reason is StopReason.CONTEXT_LIMIT


def test_what_the_stream_said_before_it_broke_is_heard(offline: OfflineModel, ask: Asker) -> None:
    offline.script([{"cut_after": 5}])
    heard: list[Heard] = []
    with pytest.raises(TransientFailure) as failed:
        ask.model.answer(
            a_request(), still_wanted=lambda: None, timeout_seconds=10, heard=heard.append
        )
    assert failed.value.may_be_billed
    assert [said.usage.output_tokens for said in heard] == [1]
    assert heard[0].usage.input_tokens == offline.totals()["input_tokens"] > 0
    assert offline.totals()["output_tokens"] == 5


@pytest.mark.parametrize("word", ["spend_limit", "own_limit"])
def test_a_spend_limit_is_no_failure_of_the_run(
    offline: OfflineModel, ask: Asker, word: str
) -> None:
    offline.script([word])
    with pytest.raises(EntryRefused) as refused:
        ask()
    assert (refused.value.reason, refused.value.retry_after) == (RefusedBecause.SPEND_LIMIT, None)
    assert "specified" not in "".join(traceback.format_exception(refused.value))


def test_a_refused_key_is_read_again_and_another_one_is_tried(
    offline: OfflineModel,
) -> None:
    first, second = build_client("old", offline.url), build_client("new", offline.url)
    assert first
    assert second
    reads: list[Any] = [second]
    model = ClaudeModel(first, renew=lambda: reads.pop(0) if reads else None)
    offline.script(["401"])
    answer = model.answer(a_request(), still_wanted=lambda: None, timeout_seconds=10)
    assert answer.stop_reason is StopReason.COMPLETE
    assert reads == []
    # The key that serves is kept, and asked for again only when it is refused in its turn.
    offline.script(["ok", "401"])
    model.answer(a_request(), still_wanted=lambda: None, timeout_seconds=10)
    with pytest.raises(PermanentFailure, match="LLM_ERROR"):
        model.answer(a_request(), still_wanted=lambda: None, timeout_seconds=10)
    assert offline.status() == {"calls": 4, "remaining": 0}
    first.close()
    second.close()


def test_a_second_key_that_is_refused_too_is_the_end(offline: OfflineModel) -> None:
    first, second = build_client("old", offline.url), build_client("new", offline.url)
    assert first
    model = ClaudeModel(first, renew=lambda: second)
    offline.script(["401", "401", "ok"])
    with pytest.raises(PermanentFailure, match="LLM_ERROR"):
        model.answer(a_request(), still_wanted=lambda: None, timeout_seconds=10)
    assert offline.status()["remaining"] == 1


def test_tokens_are_counted_as_they_will_be_billed(offline: OfflineModel, ask: Asker) -> None:
    counted = ask.model.count_input_tokens(a_request())
    assert counted == ask().usage.input_tokens
    assert offline.status()["calls"] == 1


@pytest.mark.parametrize("word", ["400", "401"])
def test_what_will_never_work_is_permanent(offline: OfflineModel, ask: Asker, word: str) -> None:
    offline.script([word])
    with pytest.raises(PermanentFailure) as failed:
        ask()
    assert failed.value.code == "LLM_ERROR"


@pytest.mark.parametrize(
    ("word", "reason", "wait"),
    [("429", RefusedBecause.RATE_LIMITED, 3.0), ("529", RefusedBecause.OVERLOADED, 2.0)],
)
def test_what_was_not_let_in_says_why_with_the_wait_asked_for(
    offline: OfflineModel, ask: Asker, word: str, reason: RefusedBecause, wait: float
) -> None:
    offline.script([word])
    with pytest.raises(EntryRefused) as refused:
        ask()
    assert (refused.value.reason, refused.value.retry_after) == (reason, wait)


def test_what_broke_is_transient_and_may_be_billed(offline: OfflineModel, ask: Asker) -> None:
    offline.script(["500"])
    with pytest.raises(TransientFailure) as failed:
        ask()
    assert (failed.value.code, failed.value.may_be_billed) == ("LLM_ERROR", True)


def test_nothing_is_tried_again_here(offline: OfflineModel, ask: Asker) -> None:
    offline.script(["500", "500"])
    with pytest.raises(TransientFailure):
        ask()
    assert offline.status() == {"calls": 1, "remaining": 1}


def test_a_lost_connection_is_transient(offline: OfflineModel, ask: Asker) -> None:
    offline.script(["disconnect"])
    with pytest.raises(TransientFailure, match="LLM_ERROR") as failed:
        ask()
    assert "connection" in failed.value.message
    assert failed.value.retry_after is None


@pytest.mark.parametrize(
    ("word", "stop_reason"),
    [
        ("not_json", StopReason.COMPLETE),
        ("missing_fields", StopReason.COMPLETE),
        ("refusal", StopReason.REFUSED),
    ],
)
def test_bad_answers_are_answers_as_they_were_paid_for(
    offline: OfflineModel, ask: Asker, word: str, stop_reason: str
) -> None:
    offline.script([word])
    answer = ask()
    assert answer.stop_reason == stop_reason
    assert answer.usage.output_tokens == offline.totals()["output_tokens"] > 0


def test_an_answer_that_was_cut_says_so(ask: Asker) -> None:
    answer = ask(a_request(max_output_tokens=10))
    assert (answer.stop_reason, answer.usage.output_tokens, len(answer.text)) == (
        StopReason.OUTPUT_LIMIT,
        10,
        40,
    )


def test_a_slow_answer_is_an_answer(offline: OfflineModel, ask: Asker, clock: JumpClock) -> None:
    offline.script([{"slow": 30}])
    pending = ask.meanwhile()
    assert eventually(lambda: offline.waiting() == 1)
    clock.time += 30
    assert pending.result(10).stop_reason == StopReason.COMPLETE
    assert offline.waiting() == 0


def test_without_a_key_every_call_is_a_permanent_failure() -> None:
    model = ClaudeModel(build_client(api_key=" "))
    for call in (
        lambda: model.count_input_tokens(a_request()),
        lambda: model.answer(a_request(), still_wanted=lambda: None, timeout_seconds=1),
    ):
        with pytest.raises(PermanentFailure, match="LLM_ERROR"):
            call()


def test_the_environment_does_not_say_who_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt is patient data: it goes where the settings say and nowhere else."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://elsewhere.example")
    client = build_client(api_key="a-key")
    assert client is not None
    assert str(client.base_url).rstrip("/") == API_URL
    client.close()


def test_nobody_listening_is_transient(asker: Callable[[str], Asker]) -> None:
    with pytest.raises(TransientFailure, match="LLM_ERROR") as failed:
        asker("http://127.0.0.1:1")(timeout=2)
    assert not failed.value.may_be_billed


def test_counting_fails_as_answering_does(
    offline: OfflineModel, asker: Callable[[str], Asker]
) -> None:
    with pytest.raises(PermanentFailure):
        asker(f"{offline.url}/nowhere").model.count_input_tokens(a_request())


def test_neither_prompt_nor_answer_is_logged_even_at_debug(
    ask: Asker, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(a_request("<context_pack>{}</context_pack> Sesame"))
    assert "Sesame" not in caplog.text
    assert "stand-in" not in caplog.text
    assert "a-key" not in caplog.text
