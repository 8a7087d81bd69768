"""Routes whose runs have a natural key: one run each, whoever asks; they ignore the Idempotency-Key
header and say so.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from local.demo.client import Client
from tests.support.care import Ward
from tests.support.creations import Creation, a_project, an_input, made
from tests.support.witness import CROWD, needs_local


def test_the_assessment_door_ignores_the_header_and_says_so(ward: Ward, client: Client) -> None:
    """One run per (assessment, correlation, schema version), whoever asks and whatever the header
    says.
    """
    body = {"assessment_id": ward.assessment(), "correlation_id": "c-1", "dispatch": "manual"}
    first = client.call("POST", "/api/diagnosis-runs", body, "clinician", idempotency_key="one")
    other_key = client.call("POST", "/api/diagnosis-runs", body, "system", idempotency_key="two")
    other_thing = client.call(
        "POST",
        "/api/diagnosis-runs",
        body | {"correlation_id": "c-2"},
        "clinician",
        idempotency_key="one",
    )
    malformed = client.call("POST", "/api/diagnosis-runs", body, "clinician", idempotency_key="")
    assert [first.status, other_key.status, other_thing.status, malformed.status] == [
        201,
        200,
        201,
        200,
    ]
    assert {
        answer.headers["idempotency-status"]
        for answer in (first, other_key, other_thing, malformed)
    } == {"ignored"}
    assert (
        other_key.data["run"]["id"]
        == malformed.data["run"]["id"]
        == first.data["run"]["id"]
        != other_thing.data["run"]["id"]
    )
    assert (
        "idempotency-status"
        not in client.call("POST", "/api/diagnosis-runs", body, "clinician").headers
    )


def test_generate_ignores_the_header_and_says_so(ward: Ward) -> None:
    """One run per project, input version and pipeline version."""
    creation = an_input(ward)
    assert creation.send(body=creation.other).status == 201
    generate = Creation(
        ward.client,
        creation.path.replace("/inputs", "/generate"),
        {"input_version": 1},
        {},
        "member",
    )
    first, again = generate.send("one"), generate.send("two")
    assert ([first.status, again.status], made(again)["id"]) == ([202, 200], made(first)["id"])
    empty = made(a_project(ward).send())["id"]
    nothing = Creation(ward.client, f"/api/projects/{empty}/generate", None, {}, "member").send(
        "three"
    )
    assert nothing.code == "NO_INPUTS"
    assert {answer.headers["idempotency-status"] for answer in (first, again, nothing)} == {
        "ignored"
    }


@needs_local(CROWD)
def test_64_first_uses_of_a_natural_key_at_once_make_one_run(ward: Ward) -> None:
    assessment = ward.assessment()
    with ThreadPoolExecutor(64) as pool:
        answers = list(
            pool.map(
                lambda n: ward.assess(
                    assessment, user=("clinician", "admin", "system")[n % 3], dispatch="manual"
                ),
                range(64),
            )
        )
    assert Counter(answer.status for answer in answers) == {201: 1, 200: 63}
    assert len({answer.data["run"]["id"] for answer in answers}) == 1
