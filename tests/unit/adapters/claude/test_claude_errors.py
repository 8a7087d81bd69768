"""Every exception that the SDK and its HTTP client can raise is mapped, by decision and not by
accident, and says nothing.

Long because each error of the SDK has its case here.
"""

import email.utils
import importlib
import inspect
import json
import pkgutil
import socket
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import httpx2
import pytest

from shared.adapters.claude_errors import (
    PERMANENT_CLASSES,
    SPEND_LIMITS,
    TEXTS,
    TRANSIENT_CLASSES,
    CredentialRefused,
    retry_after,
    translate,
)
from shared.errors import (
    EntryRefused,
    PermanentFailure,
    RefusedBecause,
    StepError,
    TransientFailure,
)
from tests.support.model_peers import Asker, Speech

PATIENT = "Maria Musterfrau, born 1950-01-01"
REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/messages", content=PATIENT)
NOT_INSTALLED = {"anthropic._vendor.httpx_aiohttp", "anthropic.lib.tools.mcp"}


def subclasses(base: type[BaseException]) -> Iterator[type[BaseException]]:
    for child in base.__subclasses__():
        yield child
        yield from subclasses(child)


@pytest.fixture(scope="module")
def sdk_classes() -> set[type[BaseException]]:
    """After importing all of the SDK, as a class that nobody imported would not be found."""
    for module in pkgutil.walk_packages(anthropic.__path__, "anthropic."):
        if module.name not in NOT_INSTALLED:
            importlib.import_module(module.name)
    return {anthropic.AnthropicError, *subclasses(anthropic.AnthropicError)}


def test_every_class_of_the_sdk_is_mapped_by_name_or_by_status(
    sdk_classes: set[type[BaseException]],
) -> None:
    named = set(TRANSIENT_CLASSES) | set(PERMANENT_CLASSES)
    roots = {"AnthropicError", "APIError"}
    unmapped = []
    for cls in sdk_classes:
        by_status = issubclass(cls, anthropic.APIStatusError)
        ancestors = {ancestor.__name__ for ancestor in cls.__mro__}
        by_family = bool(ancestors & (named - roots)) or cls.__name__ in roots
        if not by_status and not by_family:
            unmapped.append(cls)
    assert len(sdk_classes) > 100
    assert unmapped == []


def test_every_name_in_the_tables_is_a_class_of_the_sdk(
    sdk_classes: set[type[BaseException]],
) -> None:
    assert set(TRANSIENT_CLASSES) | set(PERMANENT_CLASSES) <= {cls.__name__ for cls in sdk_classes}
    assert not set(TRANSIENT_CLASSES) & set(PERMANENT_CLASSES)


def test_every_status_that_has_a_class_of_its_own_has_a_text_of_its_own(
    sdk_classes: set[type[BaseException]],
) -> None:
    statuses = {getattr(cls, "status_code", None) for cls in sdk_classes} - {None}
    assert len(statuses) > 10
    assert statuses <= set(TEXTS)


def test_every_class_translates(sdk_classes: set[type[BaseException]]) -> None:
    for cls in sdk_classes:
        exc = cls.__new__(cls)
        exc.args = (PATIENT,)
        if isinstance(exc, anthropic.APIStatusError):
            exc.status_code = getattr(cls, "status_code", 400)
            exc.response = httpx2.Response(exc.status_code, request=REQUEST)
            exc.request_id, exc.type, exc.error_code, exc.api_message = "req_1", None, None, PATIENT
        failure = translate(exc)  # type: ignore[arg-type]
        known = TransientFailure | PermanentFailure | EntryRefused | CredentialRefused
        assert isinstance(failure, known), cls
        assert PATIENT not in f"{failure} {vars(failure)}"


def test_statuses_are_sorted_as_the_state_machine_wants_them() -> None:
    body = {"error": {"type": "x", "message": PATIENT}}
    with anthropic.Anthropic(
        api_key="k", base_url="http://127.0.0.1:1", open_telemetry=False
    ) as sdk:
        for status in range(400, 600):
            failure = translate(
                sdk._make_status_error(
                    PATIENT, body=body, response=httpx2.Response(status, request=REQUEST)
                )
            )
            kind: type[StepError] = PermanentFailure
            if status in {429, 503, 529}:
                kind = EntryRefused
            elif status == 401:
                kind = CredentialRefused
            elif status >= 500 or status in {408, 409, 499}:
                kind = TransientFailure
            assert type(failure) is kind, status
            assert failure.may_be_billed is (kind is TransientFailure and status >= 500), status
            assert PATIENT not in vars(failure).values()


def test_every_exception_of_the_http_client_is_mapped() -> None:
    not_ours = {"HTTPXDeprecationWarning", "CookieConflict", "HTTPXWarning"}
    classes = [
        cls
        for _, cls in inspect.getmembers(httpx2, inspect.isclass)
        if issubclass(cls, Exception)
        and cls.__name__ not in not_ours
        and not issubclass(cls, Warning)
    ]
    unmapped = [
        cls
        for cls in classes
        if not issubclass(cls, httpx2.HTTPError | httpx2.StreamError | httpx2.InvalidURL)
    ]
    assert len(classes) > 15
    assert [cls for cls in unmapped if "WebSocket" not in cls.__name__] == []
    for cls in classes:
        assert isinstance(translate(cls.__new__(cls)), StepError)


def test_the_cause_that_stays_in_the_chain_has_no_word_of_the_api(
    peer: Callable[[Speech], str], asker: Callable[[str], Asker]
) -> None:
    body = json.dumps(
        {"type": "error", "error": {"type": "invalid_request_error", "message": PATIENT}}
    ).encode()
    head = (
        b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        % len(body)
    )
    with pytest.raises(PermanentFailure) as failed:
        asker(peer(lambda connection: connection.sendall(head + body)))()
    assert "Musterfrau" not in "".join(traceback.format_exception(failed.value))


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        ("overloaded_error", EntryRefused),
        ("api_error", TransientFailure),
        ("rate_limit_error", EntryRefused),
        ("timeout_error", TransientFailure),
        ("something_new", TransientFailure),
        ("invalid_request_error", PermanentFailure),
        ("permission_error", PermanentFailure),
        ("billing_error", PermanentFailure),
    ],
)
def test_an_error_within_the_stream_is_sorted_by_its_type(
    peer: Callable[[Speech], str],
    asker: Callable[[str], Asker],
    kind: str,
    failure: type[StepError],
) -> None:
    def fail_midway(connection: socket.socket) -> None:
        data = json.dumps({"type": "error", "error": {"type": kind, "message": PATIENT}})
        connection.sendall(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
        )
        connection.sendall(f"event: error\ndata: {data}\n\n".encode())

    with pytest.raises(failure) as failed:
        asker(peer(fail_midway))()
    assert "Musterfrau" not in "".join(traceback.format_exception(failed.value))


@pytest.mark.parametrize("data", [b"{nonsense", b'{"type": "message_start", "message": "\xff"}'])
def test_an_unreadable_event_is_transient(
    peer: Callable[[Speech], str], asker: Callable[[str], Asker], data: bytes
) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
    with pytest.raises(TransientFailure):
        asker(
            peer(
                lambda connection: connection.sendall(
                    head + b"event: message_start\ndata: " + data + b"\n\n"
                )
            )
        )()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-7"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "7"}, 7.0),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 10:00:30 GMT",
                "date": "Sat, 21 Nov 2026 10:00:00 GMT",
            },
            30.0,
        ),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT",
                "date": "Sat, 21 Nov 2026 10:00:00 GMT",
            },
            0.0,
        ),
    ],
)
def test_the_wait_asked_for_is_read_in_all_its_forms(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers) == seconds


def test_a_date_without_a_clock_to_compare_is_compared_with_ours() -> None:
    wait = retry_after({"retry-after": email.utils.formatdate(usegmt=True)})
    assert wait is not None
    assert 0 <= wait <= 1


def test_the_wait_is_read_off_the_wire(
    peer: Callable[[Speech], str], asker: Callable[[str], Asker]
) -> None:
    head = (
        b"HTTP/1.1 429 Too Many\r\n"
        b"retry-after-ms: 1250\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n"
    )
    with pytest.raises(EntryRefused) as failed:
        asker(peer(lambda connection: connection.sendall(head)))()
    assert failed.value.retry_after == 1.25


def of_status(status: int, headers: dict[str, str] | None = None, **error: object) -> StepError:
    """What the SDK's own error of that status, with that body, is translated into."""
    with anthropic.Anthropic(
        api_key="k", base_url="http://127.0.0.1:1", open_telemetry=False
    ) as sdk:
        response = httpx2.Response(status, request=REQUEST, headers=headers)
        return translate(sdk._make_status_error(PATIENT, body={"error": error}, response=response))


@pytest.mark.parametrize("code", sorted(SPEND_LIMITS))
@pytest.mark.parametrize("advice", [{}, {"x-should-retry": "false"}])
def test_a_spend_limit_is_told_by_its_code_whatever_is_said_of_trying_again(
    code: str, advice: dict[str, str]
) -> None:
    failure = of_status(429, advice, type="rate_limit_error", details={"error_code": code})
    assert isinstance(failure, EntryRefused)
    assert failure.reason is RefusedBecause.SPEND_LIMIT


def test_an_unknown_code_is_what_its_status_is() -> None:
    failure = of_status(429, type="rate_limit_error", details={"error_code": "something_new"})
    assert isinstance(failure, EntryRefused)
    assert failure.reason is RefusedBecause.RATE_LIMITED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("You have reached your specified API usage limits.", EntryRefused),
        ("messages: You have reached your specified", PermanentFailure),
        ("compiled grammar is too large", PermanentFailure),
    ],
)
def test_a_limit_that_the_customer_set_is_told_by_how_its_text_begins(
    text: str, kind: type[StepError]
) -> None:
    assert type(of_status(400, type="invalid_request_error", message=text)) is kind


@pytest.mark.parametrize(
    ("status", "advice", "kind"),
    [
        (400, "true", TransientFailure),
        (404, "true", TransientFailure),
        (500, "true", TransientFailure),
        (500, "false", PermanentFailure),
        (504, "false", PermanentFailure),
        (409, "false", PermanentFailure),
        (429, "false", PermanentFailure),
        (529, "false", PermanentFailure),
        (529, "true", EntryRefused),
    ],
)
def test_what_the_api_says_of_trying_again_comes_before_the_status(
    status: int, advice: str, kind: type[StepError]
) -> None:
    failure = of_status(status, {"x-should-retry": advice}, type="x")
    assert type(failure) is kind
    assert failure.may_be_billed is (status >= 500 and kind is not EntryRefused)


@pytest.mark.parametrize(("said", "kind"), [(False, EntryRefused), (True, TransientFailure)])
def test_an_overload_after_the_first_output_is_an_answer_that_broke_off(
    peer: Callable[[Speech], str], asker: Callable[[str], Asker], said: bool, kind: type[StepError]
) -> None:
    begun = {"type": "message_start", "message": {"usage": {"input_tokens": 7, "output_tokens": 1}}}
    output = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": "{"},
    }
    error = {"type": "error", "error": {"type": "overloaded_error", "message": PATIENT}}
    events: list[dict[str, Any]] = [begun, *([output] if said else []), error]

    def speech(connection: socket.socket) -> None:
        connection.sendall(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
        )
        for event in events:
            connection.sendall(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())

    with pytest.raises(kind) as failed:
        asker(peer(speech))()
    assert failed.value.may_be_billed is said
