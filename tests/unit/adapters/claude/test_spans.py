"""Spans of runs and calls, for a provider that records them: by ids and numbers, never content, and
none without the switch.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from local.model.server import OfflineModel
from shared.adapters.claude import ClaudeModel, build_client
from shared.adapters.spans import RUN_ID, run_span
from shared.errors import StepError
from tests.support.model_peers import a_request

SESAME = "patient Sesame"


class Kept(NonRecordingSpan):
    """A span that remembers all it is told."""

    def __init__(self, name: str, parent: Any, attributes: Any, number: int) -> None:
        super().__init__(SpanContext(1, number, False, TraceFlags(1)))
        self.name, self.parent = name, parent
        self.attributes: dict[str, Any] = dict(attributes or {})
        self.more: list[Any] = []

    def is_recording(self) -> bool:
        return True

    def set_attribute(self, key: str, value: Any) -> None:
        self.attributes[key] = value

    def set_attributes(self, attributes: Any) -> None:
        self.attributes |= attributes

    def add_event(self, *args: Any, **kwargs: Any) -> None:
        self.more.append((args, kwargs))

    def record_exception(self, *args: Any, **kwargs: Any) -> None:
        self.more.append((args, kwargs))

    def set_status(self, *args: Any, **kwargs: Any) -> None:
        self.more.append(str(getattr(args[0], "description", args)))


class Provider(trace.TracerProvider):
    def __init__(self) -> None:
        self.spans: list[Kept] = []

    def get_tracer(self, *args: Any, **kwargs: Any) -> trace.Tracer:
        return Recorder(self.spans)


class Recorder(trace.NoOpTracer):
    def __init__(self, spans: list[Kept]) -> None:
        self._spans = spans

    def start_span(
        self, name: str, context: Context | None = None, *_: Any, **given: Any
    ) -> trace.Span:
        parent = trace.get_current_span(context)
        self._spans.append(Kept(name, parent, given.get("attributes"), len(self._spans) + 1))
        return self._spans[-1]

    def start_as_current_span(self, name: str, *_: Any, **given: Any) -> Any:
        exceptional = ("record_exception", "set_status_on_exception")
        how = {kind: given.pop(kind) for kind in exceptional}
        return trace.use_span(self.start_span(name, **given), **how)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    recording = Provider()
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", recording)
    return recording


@pytest.fixture
def server() -> Iterator[OfflineModel]:
    model = OfflineModel()
    model.start()
    yield model
    model.stop()


def answered(server: OfflineModel, *, spans: bool) -> str:
    model = ClaudeModel(build_client(api_key="k", base_url=server.url), spans=spans)
    request = a_request(f"<context_pack>{SESAME}</context_pack>", system=SESAME)
    with run_span("r", enabled=spans):
        return model.answer(request, still_wanted=lambda: None, timeout_seconds=10).text


def test_a_call_is_a_span_within_its_run_s_with_numbers_and_no_content(
    provider: Provider, server: OfflineModel
) -> None:
    text = answered(server, spans=True)
    run, call = provider.spans
    assert (run.name, run.attributes) == ("execute_run", {RUN_ID: "r"})
    assert call.parent is run
    assert call.attributes["gen_ai.request.model"] == "claude-sonnet-5-5"
    assert call.attributes["gen_ai.usage.output_tokens"] > 0
    told = json.dumps([[one.attributes, one.more] for one in provider.spans], default=str)
    assert SESAME not in told
    assert text not in told
    assert json.loads(text)["summary"] not in told


def test_a_failure_is_told_by_its_type(provider: Provider, server: OfflineModel) -> None:
    server.script(["400"])
    with pytest.raises(StepError):
        answered(server, spans=True)
    assert [one.attributes["error.type"] for one in provider.spans] == ["PermanentFailure"] * 2
    assert SESAME not in json.dumps([[s.attributes, s.more] for s in provider.spans], default=str)


def test_without_the_switch_there_are_none(provider: Provider, server: OfflineModel) -> None:
    answered(server, spans=False)
    assert provider.spans == []
