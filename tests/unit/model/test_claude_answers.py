"""What ClaudeModel makes of each thing that the Messages API may answer, asked by the real SDK over a real socket."""

import json
import logging
from collections.abc import Callable

import pytest

from local.offline_model import OfflineModel
from shared.adapters.claude import API_URL, CACHED_FROM_CHARACTERS, ClaudeModel, build_client
from shared.errors import PermanentFailure, TransientFailure
from tests.unit.model.stage import SCHEMA, Asker, JumpClock, a_request, eventually


def test_an_answer_is_the_schemas_json_with_what_it_cost(offline: OfflineModel, ask: Asker) -> None:
    answer = ask()
    assert set(json.loads(answer.text)) == set(SCHEMA["properties"])
    assert (answer.model, answer.stop_reason) == ("claude-sonnet-5-5", "end_turn")
    counted = {"input_tokens": answer.usage.input_tokens, "output_tokens": answer.usage.output_tokens}
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


def test_a_long_system_prompt_is_marked_for_the_cache(offline: OfflineModel, ask: Asker) -> None:
    ask(a_request(system="x" * CACHED_FROM_CHARACTERS))
    assert offline.record[0]["system"][0]["cache_control"] == {"type": "ephemeral"}


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


@pytest.mark.parametrize(("word", "wait"), [("429", 3.0), ("500", None), ("529", 2.0)])
def test_what_may_work_later_is_transient_with_the_wait_asked_for(offline: OfflineModel, ask: Asker, word: str, wait: float | None) -> None:
    offline.script([word])
    with pytest.raises(TransientFailure) as failed:
        ask()
    assert (failed.value.code, failed.value.retry_after) == ("LLM_ERROR", wait)


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


@pytest.mark.parametrize(("word", "stop_reason"), [("not_json", "end_turn"), ("missing_fields", "end_turn"), ("refusal", "refusal")])
def test_bad_answers_are_answers_as_they_were_paid_for(offline: OfflineModel, ask: Asker, word: str, stop_reason: str) -> None:
    offline.script([word])
    answer = ask()
    assert answer.stop_reason == stop_reason
    assert answer.usage.output_tokens == offline.totals()["output_tokens"] > 0


def test_an_answer_that_was_cut_says_so(ask: Asker) -> None:
    answer = ask(a_request(max_output_tokens=10))
    assert (answer.stop_reason, answer.usage.output_tokens, len(answer.text)) == ("max_tokens", 10, 40)


def test_a_slow_answer_is_an_answer(offline: OfflineModel, ask: Asker, clock: JumpClock) -> None:
    offline.script([{"slow": 30}])
    pending = ask.meanwhile()
    assert eventually(lambda: offline.waiting() == 1)
    clock.time += 30
    assert pending.result(10).stop_reason == "end_turn"
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
    with pytest.raises(TransientFailure, match="LLM_ERROR"):
        asker("http://127.0.0.1:1")(timeout=2)


def test_counting_fails_as_answering_does(offline: OfflineModel, asker: Callable[[str], Asker]) -> None:
    with pytest.raises(PermanentFailure):
        asker(f"{offline.url}/nowhere").model.count_input_tokens(a_request())


def test_neither_prompt_nor_answer_is_logged_even_at_debug(ask: Asker, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(a_request("<context_pack>{}</context_pack> Sesame"))
    assert "Sesame" not in caplog.text
    assert "stand-in" not in caplog.text
    assert "a-key" not in caplog.text
