"""The Idempotency-Key header, as API.md says. This file reads as its specification.

`Idempotency-Key` (IETF draft; quoted or bare, 1..255 visible ASCII) on every POST that creates
something, scoped to organisation and caller. Payload = method, path and the received JSON, whatever
its key order and white space. Same key and payload: the original resource in its present state,
200, `Idempotency-Replayed: true`, access checked afresh, answered before any quota. Other payload:
422. A key lives as long as what it made. Routes with a natural key: test_natural_keys.py.

Long because each route that takes a key is played with the same misuses.
"""

import json
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from local.demo.client import Answer, Client
from tests.support.care import Ward
from tests.support.creations import (
    ADMINS,
    CREATING,
    NATURAL,
    Creation,
    a_clone,
    a_link,
    a_patients_run,
    an_artifact,
    an_assessment,
    made,
)
from tests.support.routes import OPENAPI
from tests.support.witness import CLOCK, CROWD, needs_local

pytestmark = pytest.mark.rule("R-IDEM-1")

ALL = [make for makers in CREATING.values() for make in makers]
every_creation = pytest.mark.parametrize("make", ALL, ids=[make.__name__ for make in ALL])


def test_every_post_that_creates_something_is_in_this_suite() -> None:
    document = json.loads(OPENAPI.read_text("utf-8"))
    creating = {
        f"POST {path}"
        for path, methods in document["paths"].items()
        if "201" in methods.get("post", {}).get("responses", {})
    }
    assert creating - NATURAL - ADMINS == set(CREATING)
    assert {f"POST {path}" for path in document["paths"]} >= NATURAL


# --- the same request -----------------------------------------------------------------------------


@every_creation
def test_the_first_use_creates_and_the_next_answers_what_it_made(
    ward: Ward, make: Callable[[Ward], Creation]
) -> None:
    creation, key = make(ward), str(uuid.uuid4())
    first = creation.send(key)
    assert (first.status, first.headers.get("idempotency-replayed")) == (201, None)
    for _ in range(2):
        again = creation.send(key)
        assert (again.status, again.headers.get("idempotency-replayed")) == (200, "true")
        assert made(again) == made(first)


@every_creation
def test_without_a_key_every_request_is_a_first(
    ward: Ward, make: Callable[[Ward], Creation]
) -> None:
    creation = make(ward)
    first, second = creation.send(), creation.send()
    assert [first.status, second.status] == [201, 201]
    assert "idempotency-replayed" not in second.headers
    if make is not a_link:
        assert made(first)["id"] != made(second)["id"]


@every_creation
def test_key_order_and_white_space_of_the_body_do_not_matter(
    ward: Ward, make: Callable[[Ward], Creation]
) -> None:
    creation, key = make(ward), str(uuid.uuid4())
    first = creation.send(key)
    turned = json.dumps(_turned(creation.body), indent=3, ensure_ascii=True).encode()
    for body in (turned, b"\n\t " + turned.replace(b":", b" \t:\r\n") + b" \n"):
        again = creation.send(key, body=body)
        assert (again.status, made(again)["id"]) == (200, made(first)["id"])


def _turned(value: Any) -> Any:
    """The same document with the names of every object in the opposite order."""
    if isinstance(value, dict):
        return {name: _turned(inner) for name, inner in reversed(value.items())}
    return [_turned(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("end", ["queued", "running", "succeeded", "failed", "cancelled"])
def test_a_replay_shows_the_run_as_it_is_now(ward: Ward, end: str) -> None:
    key = str(uuid.uuid4())
    first = ward.create(key=key, dispatch="manual").data["run"]
    if end in ("running", "succeeded", "failed"):
        ward.update(first["id"], status="running")
    if end == "succeeded":
        ward.update(first["id"], status="succeeded", output_data={"x": 1})
    if end == "failed":
        ward.update(
            first["id"], status="failed", error_info={"code": "PERSON_FAILED", "message": "y"}
        )
    if end == "cancelled":
        ward.cancel(first["id"])
    again = ward.create(key=key, dispatch="manual")
    assert (again.status, again.data["run"]["id"], again.data["run"]["status"]) == (
        200,
        first["id"],
        end,
    )
    assert again.data["run"] == ward.run(first["id"])


def test_a_replay_rings_nobody_and_buys_nothing(ward: Ward) -> None:
    key, before = str(uuid.uuid4()), ward.model_calls()
    run = ward.create(key=key, wait=25).data["run"]
    assert run["status"] == "succeeded"
    again = ward.create(key=key, wait=25)
    assert (again.status, again.data["run"]) == (200, run)
    assert ward.model_calls() - before == 1


@needs_local(CLOCK)
def test_a_key_lives_as_long_as_what_it_made(calendar: Ward) -> None:
    key = str(uuid.uuid4())
    run_id = calendar.create(key=key, dispatch="manual").data["run"]["id"]
    calendar.advance(31 * 86_400)
    again = calendar.create(key=key, dispatch="manual")
    assert (again.status, again.data["run"]["id"], again.data["run"]["status"]) == (
        200,
        run_id,
        "failed",
    )


# --- another request ------------------------------------------------------------------------------


def refused(answer: Answer) -> None:
    assert (answer.status, answer.code) == (422, "IDEMPOTENCY_KEY_REUSED")


@every_creation
def test_another_body_under_the_same_key_is_refused_and_creates_nothing(
    ward: Ward, make: Callable[[Ward], Creation]
) -> None:
    creation, key = make(ward), str(uuid.uuid4())
    first = creation.send(key)
    refused(creation.send(key, body=creation.other))
    again = creation.send(key)
    assert (again.status, made(again)) == (200, made(first))


def test_another_path_under_the_same_key_is_refused(ward: Ward, client: Client) -> None:
    other = Ward(client, str(uuid.uuid4())).admitted()
    key = str(uuid.uuid4())
    assert ward.create(key=key, dispatch="manual").status == 201
    refused(other.create(key=key, dispatch="manual"))
    assert (
        client.call(
            "GET", f"/api/studio/patients/{other.patient}/diagnosis-runs", None, "clinician"
        ).data["runs"]
        == []
    )


OF_EACH_KIND = [a_patients_run, an_assessment, an_artifact, a_link]


@every_creation
@pytest.mark.one_in(4)
def test_another_route_under_the_same_key_is_refused(
    ward: Ward, make: Callable[[Ward], Creation]
) -> None:
    """Whatever kinds of thing the two routes make; the admin may use both."""
    for first in (kind for kind in OF_EACH_KIND if kind is not make):
        key = str(uuid.uuid4())
        assert first(ward).send(key, user="admin").status == 201
        refused(replace(make(ward), user="admin").send(key))


@every_creation
def test_another_caller_has_keys_of_their_own(ward: Ward, make: Callable[[Ward], Creation]) -> None:
    creation, key = make(ward), str(uuid.uuid4())
    first = creation.send(key)
    other = creation.send(key, user="admin")
    assert (first.status, other.status) == (201, 201)
    if make is not a_link:
        assert made(other)["id"] != made(first)["id"]
    assert creation.send(key).headers["idempotency-replayed"] == "true"


def test_another_organisation_has_keys_of_its_own(ward: Ward, client: Client) -> None:
    key = str(uuid.uuid4())
    assert client.call("PUT", f"/api/patients/{ward.patient}", {}, "outsider").status == 201
    ours, theirs = (
        ward.create("admin", key=key, dispatch="manual"),
        ward.create("outsider", key=key, dispatch="manual"),
    )
    assert (ours.status, theirs.status) == (201, 201)
    assert ours.data["run"]["id"] != theirs.data["run"]["id"]
    assert theirs.data["run"]["org_id"] == "other"


# --- at the same moment ---------------------------------------------------------------------------


@needs_local(CROWD)
@every_creation
@pytest.mark.one_in(4)
def test_of_64_first_uses_at_once_one_creates(ward: Ward, make: Callable[[Ward], Creation]) -> None:
    creation, key = make(ward), str(uuid.uuid4())
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda _: creation.send(key), range(64)))
    assert Counter(answer.status for answer in answers) == {201: 1, 200: 63}
    assert len({made(answer)["id"] for answer in answers}) == 1


@every_creation
@pytest.mark.one_in(4)
def test_of_two_payloads_at_once_one_wins_and_the_other_is_refused(
    ward: Ward, make: Callable[[Ward], Creation]
) -> None:
    for _ in range(2):
        creation, key = make(ward), str(uuid.uuid4())
        with ThreadPoolExecutor(16) as pool:
            bodies = [(creation.body, creation.other)[n % 2] for n in range(16)]
            answers = list(pool.map(partial(creation.send, key), bodies))
        assert Counter(answer.status for answer in answers) == {201: 1, 200: 7, 422: 8}
        assert len({made(answer)["id"] for answer in answers if answer.status != 422}) == 1


# --- access and quotas ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [a_patients_run, an_artifact, a_link, an_assessment, a_clone],
    ids=lambda make: make.__name__,
)
def test_access_is_checked_afresh(ward: Ward, make: Callable[[Ward], Creation]) -> None:
    creation, key = make(ward), str(uuid.uuid4())
    assert creation.send(key).status == 201
    ward.unassign("clinician")
    assert creation.send(key).code == "FORBIDDEN"
    assert creation.send(key, body=creation.other).code == "FORBIDDEN"
    ward.assign("clinician")
    assert creation.send(key).status == 200


@every_creation
def test_a_replay_and_a_refusal_are_answered_before_any_quota(
    ward: Ward, client: Client, make: Callable[[Ward], Creation]
) -> None:
    creation, key = make(ward), str(uuid.uuid4())
    assert creation.send(key).status == 201
    _use_up(client, creation.user)
    assert (creation.send(key).status, creation.send(key, body=creation.other).code) == (
        200,
        "IDEMPOTENCY_KEY_REUSED",
    )


@every_creation
def test_a_key_of_another_kind_of_thing_is_refused_before_any_quota(
    ward: Ward, client: Client, make: Callable[[Ward], Creation]
) -> None:
    first, creation, key = (
        (an_assessment if make is a_patients_run else a_patients_run),
        replace(make(ward), user="admin"),
        str(uuid.uuid4()),
    )
    assert first(ward).send(key, user="admin").status == 201
    _use_up(client, "admin")
    refused(creation.send(key))


def _use_up(client: Client, user: str) -> None:
    """Leave the caller no token of their quota."""
    client.call("POST", "/dev/settings", {"quota_per_minute": 1})
    for _ in range(3):
        if client.call("POST", "/api/projects", {"name": "quota"}, user).status == 429:
            return
    raise AssertionError("the quota is never used up")


# --- the header -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        "k",
        "8e03978e-40d5-43dd-bc93-6894a57f9324",
        "~!#$%&'()*+,-./:;<=>?@[]^_`{|}",
        "x" * 255,
        "0",
        "a,b",
    ],
)
def test_bare_and_quoted_are_the_same_key(ward: Ward, key: str) -> None:
    unique = (key + uuid.uuid4().hex)[-255:] if len(key) < 200 else key[:-32] + uuid.uuid4().hex
    first = ward.create(key=unique, dispatch="manual")
    quoted = ward.create(key=f'"{unique}"', dispatch="manual")
    assert (first.status, quoted.status, quoted.data["run"]["id"]) == (
        201,
        200,
        first.data["run"]["id"],
    )
    assert ward.create(key=f'  "{unique}" ', dispatch="manual").status == 200


def test_keys_that_differ_in_case_differ(ward: Ward) -> None:
    key = f"Key-{uuid.uuid4().hex}"
    assert [
        ward.create(key=one, dispatch="manual").status for one in (key, key.lower(), key.upper())
    ] == [201, 201, 201]


MALFORMED = [
    "", '""', " ", "x" * 256, f'"{"x" * 256}"', "two words", '"two words"', 'half"', '"half',
    'in"side', "caf\xe9", "tab\there", "\x7f",
]  # fmt: skip


@every_creation
def test_a_malformed_or_empty_key_is_a_400(ward: Ward, make: Callable[[Ward], Creation]) -> None:
    creation = make(ward)
    for bad in MALFORMED:
        answer = creation.send(bad)
        assert (answer.status, answer.code) == (400, "INVALID_REQUEST"), bad
