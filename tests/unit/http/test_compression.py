"""What a caller takes compressed, and that everybody reads the same."""

import base64
import gzip
import json
from typing import Any

import pytest

from shared.http.responses import SMALLEST_COMPRESSED as SMALLEST
from shared.http.responses import compressed, takes_gzip
from tests.fuzz.events import answer_to
from tests.support.furnished import event_of

LARGE = "ü" * SMALLEST


def an_answer(body: str | None = LARGE, kind: str = "application/json") -> dict[str, Any]:
    headers = {"Content-Type": kind, "x-request-id": "1"}
    return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": False}


def asked(function: str, accepted: str | None) -> dict[str, Any]:
    event = event_of(function)
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    answer: dict[str, Any] = answer_to(function, event | {"headers": event["headers"] | headers})
    return answer


@pytest.mark.parametrize(
    ("accepted", "is_taken"),
    [
        ("gzip, deflate, br, zstd", True),
        ("GZIP", True),
        ("*", True),
        ("br;q=1.0, gzip;q=0.2", True),
        ("deflate , gzip ; q=0.5", True),
        ("gzip;q=0", False),
        ("*;q=0, deflate", False),
        ("gzip;q=0, *", False),
        ("gzip;q=much", False),
        ("identity", False),
        ("xgzip", False),
        ("br", False),
        ("", False),
    ],
)
def test_what_a_caller_takes(accepted: str, is_taken: bool) -> None:
    assert takes_gzip(accepted) is is_taken
    packed = compressed(an_answer(), {"accept-encoding": accepted})
    assert packed["isBase64Encoded"] is is_taken
    assert packed["headers"]["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("kind", ["application/json", "text/html; charset=utf-8"])
def test_whoever_takes_it_gets_the_same_in_fewer_bytes(kind: str) -> None:
    packed = compressed(an_answer(kind=kind), {"accept-encoding": "gzip"})
    sent = base64.b64decode(packed["body"])
    assert gzip.decompress(sent).decode() == LARGE
    assert len(sent) < len(LARGE)
    assert packed["headers"] == an_answer(kind=kind)["headers"] | {
        "vary": "Accept-Encoding",
        "content-encoding": "gzip",
    }
    assert packed["statusCode"] == 200


@pytest.mark.parametrize(
    "answer",
    [
        an_answer("x" * SMALLEST),
        an_answer(""),
        an_answer(None),
        an_answer(kind="text/event-stream"),
        an_answer(kind="text/plain"),
    ],
)
def test_what_is_small_or_read_while_it_comes_stays_as_it_is(answer: dict[str, Any]) -> None:
    assert compressed(answer, {"accept-encoding": "gzip"}) == answer


def test_a_function_answers_in_the_encoding_that_its_caller_takes() -> None:
    plain, other, packed = (asked("openapi", one) for one in (None, "br", "gzip, br"))
    assert plain["body"] == other["body"]
    assert json.loads(plain["body"])["openapi"]
    assert not plain["isBase64Encoded"]
    assert "content-encoding" not in plain["headers"]
    assert plain["headers"]["vary"] == packed["headers"]["vary"] == "Accept-Encoding"
    sent = base64.b64decode(packed["body"])
    assert gzip.decompress(sent).decode() == plain["body"]
    assert len(sent) < len(plain["body"]) / 4


def test_an_error_of_some_size_is_compressed_too() -> None:
    fields = {f"unknown_{number}": 1 for number in range(40)}
    event = event_of("create_run") | {"body": json.dumps(fields)}
    event["headers"] |= {"accept-encoding": "gzip"}
    answer = answer_to("create_run", event)
    assert answer["statusCode"] == 422
    sent = json.loads(gzip.decompress(base64.b64decode(answer["body"])))
    assert len(sent["error"]["errors"]) >= 40
