"""Lambda events as a caller could shape them: a sample event of events/ with strange values where
the caller writes them, for every HTTP handler, and strange records for the others.

What API Gateway itself writes (route key, method, request id) stays as it is.
"""

import copy
import importlib
import json
from typing import Any

from hypothesis import strategies as st

from tests.support.furnished import ARTIFACT, EVENTS, PATIENT, PROJECT, RUN, event_of

WITHOUT_ROUTE = frozenset(
    path.stem for path in EVENTS.glob("*.json") if "routeKey" not in json.loads(path.read_text())
)
HTTP = sorted({path.stem for path in EVENTS.glob("*.json")} - WITHOUT_ROUTE)
QUEUES = sorted(name for name in WITHOUT_ROUTE if "aws:sqs" in json.dumps(event_of(name)))
_TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "0",
            "-1",
            "null",
            "true",
            "[]",
            "{}",
            "\x00",
            "ü" * 40,
            "a" * 5_000,
            "%2F",
            "../x",
        ]
    ),
    st.sampled_from([PATIENT, RUN, ARTIFACT, PROJECT, RUN.upper(), "2026-11-29", "1e400"]),
    st.text(max_size=30),
)
_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**30), 10**30),
        st.floats(allow_nan=False),
        _TEXTS,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_TEXTS, inner, max_size=4)
    ),
    max_leaves=8,
)
_QUERY = st.sampled_from(
    [
        "limit",
        "cursor",
        "status",
        "patient_id",
        "type",
        "tag",
        "from",
        "to",
        "wait",
        "a",
        "b",
        "after",
    ]
)
_HEADER = st.sampled_from(
    ["idempotency-key", "prefer", "content-type", "last-event-id", "content-encoding", "accept"]
)
_ROLES = st.sampled_from(
    ["[patient]", "[clinician]", "[member]", "[admin]", "[system]", "admin", "[]", "[a b]", ""]
)


def _changed_body(text: str | None) -> st.SearchStrategy[str | None]:
    """A body that is nearly right, or not at all."""
    plain = st.one_of(st.none(), _TEXTS, _VALUES.map(json.dumps))
    try:
        whole = json.loads(text or "")
    except ValueError:
        return plain
    if not isinstance(whole, dict):
        return plain
    names = st.sampled_from(sorted(whole) or ["x"]) | _TEXTS
    one_other = st.tuples(names, _VALUES).map(lambda p: json.dumps({**whole, p[0]: p[1]}))
    one_less = names.map(lambda n: json.dumps({k: v for k, v in whole.items() if k != n}))
    return st.one_of(st.just(text), one_other, one_other, one_less, plain)


@st.composite
def requests(draw: Any, name: str) -> dict[str, Any]:
    """An event for the HTTP function of that name."""
    event: dict[str, Any] = copy.deepcopy(event_of(name))
    for parameter in event.get("pathParameters") or {}:
        if draw(st.integers(0, 3)) == 0:
            event["pathParameters"][parameter] = draw(_TEXTS)
    query = draw(st.dictionaries(_QUERY, _TEXTS, max_size=2))
    if query:
        event["queryStringParameters"] = {**(event.get("queryStringParameters") or {}), **query}
    event["headers"] |= draw(st.dictionaries(_HEADER, _TEXTS, max_size=2))
    if draw(st.booleans()):
        event["body"] = draw(_changed_body(event.get("body")))
        event["isBase64Encoded"] = draw(st.sampled_from([False, False, False, True]))
    claims = (event["requestContext"].get("authorizer") or {}).get("jwt", {}).get("claims")
    if claims is not None and draw(st.integers(0, 2)) == 0:
        claims["cognito:groups"] = draw(_ROLES)
    if claims is not None and draw(st.integers(0, 5)) == 0:
        claims["custom:org_id"] = draw(_TEXTS)
    return event


@st.composite
def messages(draw: Any, name: str) -> dict[str, Any]:
    """An event for the function of a queue."""
    event: dict[str, Any] = copy.deepcopy(event_of(name))
    event["Records"][0]["body"] = draw(_TEXTS | _VALUES.map(json.dumps))
    return event


def answer_to(name: str, event: dict[str, Any]) -> Any:
    """What the handler returns."""
    handler = importlib.import_module(f"functions.{name}.handler").handler
    return handler(event, _Context())


class _Context:
    function_name, memory_limit_in_mb = "fuzz", "512"
    invoked_function_arn, aws_request_id = "arn:aws:lambda:eu-central-1:1:function:fuzz", "r"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 60_000
