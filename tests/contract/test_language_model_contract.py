"""shared.ports.LanguageModel: the scripted fake, and the real SDK against a server that speaks the
Messages API.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from local.model.server import OfflineModel
from shared.adapters.claude import ClaudeModel, build_client
from shared.errors import (
    EntryRefused,
    OwnershipLost,
    PermanentFailure,
    RefusedBecause,
    TransientFailure,
)
from shared.ports import LanguageModel
from shared.runs.model import ModelAnswer, ModelRequest, StopReason
from tests.fakes.language_model import ScriptedModel

REQUEST = ModelRequest(
    "claude-sonnet-5-5", "Answer briefly.", "<context_pack>{}</context_pack>", {}, 500
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A model, and how to make its next call meet a passing, a lasting failure or a refusal."""

    model: LanguageModel
    meets: Callable[[str], None]

    def ask(self, still_wanted: Callable[[], None] = lambda: None) -> ModelAnswer:
        return self.model.answer(REQUEST, still_wanted=still_wanted, timeout_seconds=10)


def _scripted() -> Stage:
    model = ScriptedModel(default='{"summary": "offline"}')
    speeches: dict[str, ModelAnswer | Exception] = {
        "500": TransientFailure("LLM_ERROR", "The model service failed.", may_be_billed=True),
        "429": EntryRefused(RefusedBecause.RATE_LIMITED, retry_after=1.0),
        "529": EntryRefused(RefusedBecause.OVERLOADED),
        "401": PermanentFailure("LLM_ERROR", "The key was refused."),
        "refusal": model.says("", stop_reason=StopReason.REFUSED),
    }
    return Stage(model, lambda word: model.script(speeches[word]))


@pytest.fixture(params=["fake", "sdk"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "fake":
        yield _scripted()
        return
    server = OfflineModel()
    server.start()
    client = build_client("a-key", server.url)
    assert client is not None
    yield Stage(ClaudeModel(client), lambda word: server.script([word]))
    client.close()
    server.stop()


def test_an_answer_says_what_it_is_and_what_it_cost(stage: Stage) -> None:
    answer = stage.ask()
    assert answer.text
    assert answer.model.startswith("claude-")
    assert answer.stop_reason is StopReason.COMPLETE
    assert answer.usage.input_tokens > 0
    assert answer.usage.output_tokens > 0


def test_input_is_counted_without_a_call(stage: Stage) -> None:
    assert stage.model.count_input_tokens(REQUEST) > 0


def test_what_still_wanted_raises_ends_the_call_and_propagates(stage: Stage) -> None:
    def no_longer() -> None:
        raise OwnershipLost

    with pytest.raises(OwnershipLost):
        stage.ask(no_longer)


def test_a_refusal_is_an_answer_because_it_was_paid_for(stage: Stage) -> None:
    stage.meets("refusal")
    assert stage.ask().stop_reason is StopReason.REFUSED


def test_what_may_pass_is_transient(stage: Stage) -> None:
    stage.meets("500")
    with pytest.raises(TransientFailure) as failed:
        stage.ask()
    assert failed.value.code == "LLM_ERROR"
    assert failed.value.may_be_billed


@pytest.mark.parametrize(
    ("word", "reason"),
    [("429", RefusedBecause.RATE_LIMITED), ("529", RefusedBecause.OVERLOADED)],
)
def test_what_was_not_let_in_says_why(stage: Stage, word: str, reason: RefusedBecause) -> None:
    stage.meets(word)
    with pytest.raises(EntryRefused) as refused:
        stage.ask()
    assert refused.value.reason is reason
    assert not refused.value.may_be_billed


def test_what_the_other_side_asks_to_wait_is_handed_on(stage: Stage) -> None:
    stage.meets("429")
    with pytest.raises(EntryRefused) as failed:
        stage.ask()
    assert failed.value.retry_after is not None
    assert failed.value.retry_after > 0


def test_what_will_not_pass_is_permanent(stage: Stage) -> None:
    stage.meets("401")
    with pytest.raises(PermanentFailure) as failed:
        stage.ask()
    assert failed.value.code == "LLM_ERROR"
