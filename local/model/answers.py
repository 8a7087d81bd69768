"""Chooses what the offline model says: a composer whose marker stands in the prompt, else whatever
the schema asks for.

A new workflow adds its composer in a file of its own and one line to COMPOSERS.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.model.composers import analysis, diagnosis, orchestration
from local.model.request import CHARACTERS_PER_TOKEN, Call, count_tokens
from local.model.schema import MISSING, conform
from local.model.wire import Reply

Composer = Callable[[Call], Mapping[str, Any]]
Composers = Sequence[tuple[str, Composer]]

COMPOSERS: Composers = (
    (diagnosis.MARKER, diagnosis.compose),
    (analysis.MARKER, analysis.compose),
    (orchestration.MARKER, orchestration.compose),
)


def compose(call: Call, composers: Composers = COMPOSERS) -> Reply:
    """The same call always gets the same reply.

    One that is longer than the call allows is cut, as the API cuts it.
    """
    text = _text(call, composers)
    room = call.max_tokens * CHARACTERS_PER_TOKEN
    stop_reason = "end_turn" if len(text) <= room else "max_tokens"
    return Reply(call.model, text[:room], stop_reason, call.input_tokens, count_tokens(text[:room]))


def _text(call: Call, composers: Composers) -> str:
    if call.schema is None:
        return "This is the offline stand-in for the model: it reads nothing and knows nothing."
    composer = next((composer for marker, composer in composers if marker in call.prompt), None)
    return json.dumps(
        conform(call.schema, composer(call) if composer else MISSING), ensure_ascii=False
    )
