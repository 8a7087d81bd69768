"""OpenTelemetry spans of a run and of its calls of the model, by the API alone: without an SDK,
which an operator brings, they come to nothing.

Attributes are ids, numbers and closed words by the GenAI conventions; what was asked and answered,
and the text of an exception, is in none. Importing this module costs nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from shared.runs.model import ModelAnswer, ModelRequest

RUN_ID = "studio_runs.run.id"
_SCOPE = "studio_runs"
_PROVIDERS = {"bedrock": "aws.bedrock"}
"""By the conventions' names, where they are others than ours."""


@contextmanager
def run_span(run_id: str, *, enabled: bool) -> Iterator[None]:
    """The work within is one span that names the run."""
    if not enabled:
        yield
        return
    with _span("execute_run", {RUN_ID: run_id}):
        yield


@contextmanager
def call_span(
    provider: str, request: ModelRequest, *, enabled: bool
) -> Iterator[Callable[[ModelAnswer], None]]:
    """The call within is a span of its own; what it yields is told the answer."""
    if not enabled:
        yield lambda _: None
        return
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": _PROVIDERS.get(provider, provider),
        "gen_ai.request.model": request.model,
        "gen_ai.request.max_tokens": request.max_output_tokens,
    }
    with _span(f"chat {request.model}", attributes) as span:
        yield lambda answer: span.set_attributes(_of(answer))


def _of(answer: ModelAnswer) -> dict[str, Any]:
    tokens = answer.usage
    told = {
        "gen_ai.response.model": answer.model,
        "gen_ai.response.finish_reasons": (answer.stop_reason.value,),
        "gen_ai.usage.input_tokens": tokens.input_tokens,
        "gen_ai.usage.output_tokens": tokens.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": tokens.cache_read_tokens,
        "gen_ai.usage.cache_write.input_tokens": tokens.cache_write_tokens,
        "anthropic.request.id": answer.mark.request_id,
    }
    return {name: value for name, value in told.items() if value is not None}


@contextmanager
def _span(name: str, attributes: dict[str, Any]) -> Iterator[Any]:
    from opentelemetry import trace

    tracer = trace.get_tracer(_SCOPE)
    with tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except Exception as exc:
            span.set_attribute("error.type", type(exc).__name__)
            raise
