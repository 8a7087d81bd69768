"""Two things wrong at once: the earlier of the contract's order answers.

401, unknown route 404, 413, 400, 422 schema, 403 by role, 404, 403 by relation, replay or key
reuse, 429, 503, 409. Each fault below spoils one request in one way; every pair that one request
can have is sent. (Without a token *and* without a route is no pair: API Gateway authorizes routes,
and answers 404 by itself where there is none.)
"""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pytest

from local.demo.client import Answer, Client
from tests.support.care import Ward

pytestmark = pytest.mark.rule("R-HTTP-2")
MB = 1024 * 1024


@pytest.fixture(scope="module")
def ward(client: Client) -> Ward:
    """One patient for all: a fault spoils its own request, or a run of its own."""
    return Ward(client, str(uuid.uuid4())).admitted()


@dataclass
class Draft:
    """A request that would succeed, until it is spoiled."""

    ward: Ward
    path: str
    body: dict[str, Any]
    user: str | None = "clinician"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""
    method: str = "POST"
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    def send(self) -> Answer:
        body = None if self.method == "GET" else self.raw + json.dumps(self.body).encode()
        return self.ward.client.call(
            self.method, self.path, body, self.user, **{"idempotency_key": self.key} | self.headers
        )


def creating(ward: Ward) -> Draft:
    return Draft(
        ward,
        f"/api/studio/patients/{ward.patient}/diagnosis-runs",
        {"input_config": {}, "dispatch": "manual"},
    )


def executing(ward: Ward) -> Draft:
    return Draft(ward, f"/api/studio/diagnosis-runs/{ward.a_run()}/execute", {})


def attaching(ward: Ward) -> Draft:
    body = {"artifact_type": "note", "artifact_name": "n", "artifact_data": {}}
    return Draft(ward, f"/api/studio/diagnosis-runs/{ward.a_run()}/artifacts", body)


def listing(ward: Ward) -> Draft:
    return Draft(ward, f"/api/studio/patients/{ward.patient}/diagnosis-runs", {}, method="GET")


def no_token(draft: Draft) -> None:
    draft.user = None


def unknown_route(draft: Draft) -> None:
    path, mark, query = draft.path.partition("?")
    draft.path = f"{path}/nowhere{mark}{query}"


def over_its_limit(draft: Draft) -> None:
    draft.raw = b" " * MB


def malformed_json(draft: Draft) -> None:
    draft.raw += b"{,"


def malformed_id(draft: Draft) -> None:
    first, _, rest = draft.path.removeprefix("/api/studio/").partition("/")
    draft.path = f"/api/studio/{first}/not-an-id/{rest.partition('/')[2]}"


def malformed_key(draft: Draft) -> None:
    draft.headers["idempotency_key"] = ""


def forged_cursor(draft: Draft) -> None:
    draft.path += "&cursor=forged" if "?" in draft.path else "?cursor=forged"


def against_the_schema(draft: Draft) -> None:
    draft.body["colour"] = "red"
    if draft.method == "GET":
        draft.path += "?limit=0"


def wrong_role(draft: Draft) -> None:
    draft.user = draft.user and "patient"


def missing(draft: Draft) -> None:
    parts = draft.path.split("/")
    parts[4] = parts[4] if parts[4] == "not-an-id" else str(uuid.uuid4())
    draft.path = "/".join(parts)


def other_organisation(draft: Draft) -> None:
    draft.user = draft.user and "outsider"


def no_relation(draft: Draft) -> None:
    draft.user = draft.user and "other-clinician"


def key_reused(draft: Draft) -> None:
    used = Draft(
        draft.ward,
        creating(draft.ward).path,
        {"input_config": {"another": 1}, "dispatch": "manual"},
        draft.user,
        key=draft.key,
    )
    assert used.send().status == 201


def quota_used_up(draft: Draft) -> None:
    client = draft.ward.client
    client.call("POST", "/dev/settings", {"quota_per_minute": 1})
    while client.call("POST", "/api/projects", {"name": "quota"}, "clinician").status != 429:
        pass


def worker_disabled(draft: Draft) -> None:
    draft.ward.client.call("POST", "/dev/settings", {"worker_enabled": False})


def wrong_state(draft: Draft) -> None:
    run_id = draft.path.split("/")[4]
    assert draft.ward.cancel(run_id).status == 200


Fault = Callable[[Draft], None]
ORDER: list[tuple[int, str | None, tuple[Fault, ...]]] = [
    (401, None, (no_token,)),
    (404, None, (unknown_route,)),
    (413, "TOO_LARGE", (over_its_limit,)),
    (400, "INVALID_REQUEST", (malformed_json, malformed_id, malformed_key, forged_cursor)),
    (422, "VALIDATION_ERROR", (against_the_schema,)),
    (403, "FORBIDDEN", (wrong_role,)),
    (404, "NOT_FOUND", (missing, other_organisation)),
    (403, "FORBIDDEN", (no_relation,)),
    (422, "IDEMPOTENCY_KEY_REUSED", (key_reused,)),
    (429, "RATE_LIMITED", (quota_used_up,)),
    (503, "WORKER_DISABLED", (worker_disabled,)),
    (409, "CONFLICT", (wrong_state,)),
]
"""API.md's order: status, code (None for API Gateway's own form), and the faults that
lead there.
"""

POSSIBLE: dict[Callable[[Ward], Draft], set[Fault]] = {
    creating: {
        no_token, unknown_route, over_its_limit, malformed_json, malformed_id, malformed_key,
        against_the_schema, wrong_role,
        missing, other_organisation, no_relation, key_reused, quota_used_up,
    },
    executing: {
        no_token, unknown_route, over_its_limit, malformed_json, malformed_id, malformed_key,
        against_the_schema, wrong_role,
        missing, other_organisation, no_relation, worker_disabled, wrong_state,
    },
    attaching: {
        no_token, unknown_route, over_its_limit, malformed_json, malformed_id, malformed_key,
        against_the_schema, wrong_role, missing,
        no_relation, key_reused, quota_used_up, wrong_state,
    },
    listing: {
        no_token, unknown_route, malformed_id, malformed_key, forged_cursor, against_the_schema,
        wrong_role, missing, other_organisation,
        no_relation,
    },
}  # fmt: skip
"""What can be wrong with which request."""

EXCLUSIVE: list[set[Fault]] = [
    {no_token, unknown_route},  # see above
    # one caller a request
    {no_token, wrong_role}, {no_token, other_organisation}, {no_token, no_relation},
    {wrong_role, other_organisation}, {wrong_role, no_relation}, {other_organisation, no_relation},
    {malformed_id, missing}, {malformed_id, wrong_state}, {missing, wrong_state},  # one id a path
    {unknown_route, forged_cursor}, {key_reused, wrong_role}, {key_reused, no_token},
    {malformed_key, key_reused},
    {unknown_route, malformed_id}, {unknown_route, missing}, {unknown_route, wrong_state},
]  # fmt: skip


def pairs() -> Iterator[Any]:
    ranked = [(rank, fault) for rank, (_, _, faults) in enumerate(ORDER) for fault in faults]
    for make, possible in POSSIBLE.items():
        for (first, one), (second, other) in combinations(ranked, 2):
            if first != second and {one, other} <= possible and {one, other} not in EXCLUSIVE:
                yield pytest.param(
                    make,
                    ORDER[first],
                    one,
                    other,
                    id=f"{make.__name__}: {one.__name__} + {other.__name__}",
                )


@pytest.mark.parametrize(("make", "expected", "first", "second"), list(pairs()))
@pytest.mark.one_in(6)
def test_of_two_faults_the_earlier_answers(
    ward: Ward,
    make: Callable[[Ward], Draft],
    expected: tuple[int, str | None, Any],
    first: Fault,
    second: Fault,
) -> None:
    draft = make(ward)
    for fault in sorted(
        (second, first), key=lambda one: one is quota_used_up
    ):  # what sets something up needs a stack that still works
        fault(draft)
    answer = draft.send()
    assert (answer.status, answer.code) == expected[:2], answer.raw


@pytest.mark.parametrize(("make", "expected", "fault"), [
    pytest.param(make, entry, fault, id=f"{make.__name__}: {fault.__name__}")
    for make,
    possible in POSSIBLE.items() for entry in ORDER for fault in entry[2] if fault in possible
])  # fmt: skip
def test_each_fault_alone_answers_as_it_should(
    ward: Ward, make: Callable[[Ward], Draft], expected: tuple[int, str | None, Any], fault: Fault
) -> None:
    draft = make(ward)
    fault(draft)
    answer = draft.send()
    assert (answer.status, answer.code) == expected[:2], answer.raw


@pytest.mark.parametrize("make", POSSIBLE)
def test_without_a_fault_it_succeeds(
    ward: Ward, client: Client, make: Callable[[Ward], Draft]
) -> None:
    assert make(ward).send().status in (200, 201, 202)
