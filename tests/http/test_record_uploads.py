"""Records too large for a body: announced, put to S3, taken once."""

import gzip
from typing import Any

import pytest

from local.demo.client import Client
from tests.support.care import Ward, any_uuid
from tests.support.records import (
    MB,
    PATIENT,
    announced,
    bundle,
    condition,
    held,
    packed,
    put,
    take,
    uploaded,
)
from tests.support.witness import CLOCK, needs_local


@pytest.mark.rule("R-RECORD-4")
def test_a_record_by_upload_is_the_record_that_a_body_would_be(ward: Ward) -> None:
    plain = packed(bundle(condition()))
    by_upload = take(ward, uploaded(ward, plain)).data["record"]
    assert put(ward, plain).data["record"] == by_upload
    zipped = take(ward, uploaded(ward, gzip.compress(plain), gzip=True)).data["record"]
    assert zipped == by_upload


@pytest.mark.rule("R-RECORD-4")
def test_ndjson_is_one_resource_a_line(ward: Ward) -> None:
    lines = b"\n".join(packed(one) for one in (PATIENT, condition(), condition("Asthma"))) + b"\n"
    record = take(ward, uploaded(ward, lines, format="ndjson")).data["record"]
    assert record["resources"] == {"Patient": 1, "Condition": 2}
    broken = uploaded(ward, lines + b"{\n", format="ndjson")
    answer = take(ward, broken)
    assert (answer.status, answer.body["error"]["errors"][0]["field"]) == (422, "body.upload_id")


@pytest.mark.rule("R-RECORD-4")
def test_an_upload_holds_more_than_a_body_may(ward: Ward) -> None:
    data = packed(bundle(*({"resourceType": "Basic", "t": "x" * 1000} for _ in range(6_000))))
    assert len(data) > 6_000_000
    assert put(ward, data).status == 413
    assert take(ward, uploaded(ward, data)).data["record"]["resources"]["Basic"] == 6_000


@pytest.mark.rule("R-RECORD-5")
def test_an_upload_over_the_limit_is_refused_when_announced_and_when_unpacked(ward: Ward) -> None:
    assert announced(ward, b"x", size_bytes=50 * MB).status == 201
    assert announced(ward, b"x", size_bytes=50 * MB + 1).code == "TOO_LARGE"
    bomb = gzip.compress(b" " * (50 * MB + 1))
    assert take(ward, uploaded(ward, bomb, gzip=True)).code == "TOO_LARGE"


@pytest.mark.rule("R-RECORD-5")
def test_an_upload_is_taken_only_when_it_is_there_and_what_was_announced(ward: Ward) -> None:
    data = packed(bundle(condition()))
    assert take(ward, any_uuid()).code == "NOT_FOUND"
    upload = announced(ward, data).data["upload"]
    assert take(ward, upload["id"]).code == "CONFLICT"
    other = data.replace(b"1961", b"1962")
    # S3 itself refuses other bytes than were signed; whether it did or not, they are not taken.
    ward.client.carry(upload["url"], other, upload["headers"])
    assert take(ward, upload["id"]).status in (409, 422)
    assert ward.client.carry(upload["url"], data, {}).status == 403
    assert held(ward).status == 404


@pytest.mark.rule("R-RECORD-5")
def test_an_upload_of_another_patient_is_unknown(ward: Ward, client: Client) -> None:
    upload_id = uploaded(ward, packed(bundle()))
    stranger = Ward(client, any_uuid()).admitted()
    assert take(stranger, upload_id).code == "NOT_FOUND"


@needs_local(CLOCK)
@pytest.mark.rule("R-RECORD-5")
def test_an_upload_that_expired_is_unknown(calendar: Ward) -> None:
    upload_id = uploaded(calendar, packed(bundle()))
    calendar.advance(16 * 60)
    assert take(calendar, upload_id).code == "NOT_FOUND"


@pytest.mark.rule("R-RECORD-6")
def test_an_upload_is_used_once(ward: Ward) -> None:
    upload_id = uploaded(ward, packed(bundle(condition())))
    first = take(ward, upload_id)
    assert take(ward, upload_id).data == first.data
    put(ward, bundle(condition("Asthma")))
    again = take(ward, upload_id)
    assert (again.code, held(ward).data["record"]["version"]) == ("CONFLICT", 2)


@pytest.mark.rule("R-RECORD-6")
def test_an_upload_refused_for_its_person_may_be_confirmed(ward: Ward) -> None:
    put(ward, bundle())
    upload_id = uploaded(ward, packed(bundle(birthDate="1990-01-01")))
    assert take(ward, upload_id).code == "OTHER_PERSON"
    assert take(ward, upload_id, "?dry_run=true").data["other_person"] is True
    assert take(ward, upload_id, "?replace=person").data["record"]["version"] == 2


@pytest.mark.parametrize(
    "body",
    [
        {"upload_id": 5},
        {"upload_id": "five"},
        {"upload_id": None},
        {"upload_id": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "more": 1},
    ],
    ids=str,
)
def test_a_body_that_names_an_upload_holds_nothing_else(ward: Ward, body: Any) -> None:
    answer = put(ward, body)
    assert answer.code == "VALIDATION_ERROR"
    assert answer.body["error"]["errors"][0]["field"].startswith("body.")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"format": "xml"}, "body.format"),
        ({"sha256": "abc"}, "body.sha256"),
        ({"size_bytes": 0}, "body.size_bytes"),
        ({"size_bytes": "9"}, "body.size_bytes"),
        ({"gzip": "yes"}, "body.gzip"),
        ({"more": 1}, "body.more"),
    ],
    ids=str,
)
def test_an_upload_is_announced_in_full(ward: Ward, said: Any, field: str) -> None:
    answer = announced(ward, b"x", **said)
    assert [one["field"] for one in answer.body["error"]["errors"]] == [field]


def test_the_same_key_announces_the_same_upload(ward: Ward) -> None:
    key = any_uuid()
    first, again = (announced(ward, b"x", key) for _ in range(2))
    assert (first.status, again.status) == (201, 200)
    assert first.data["upload"]["id"] == again.data["upload"]["id"]
    assert announced(ward, b"y", key).code == "IDEMPOTENCY_KEY_REUSED"
