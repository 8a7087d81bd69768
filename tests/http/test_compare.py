"""GET /runs/compare: two runs side by side."""

import uuid
from typing import Any

import jsonpatch
import pytest

from local.demo.client import Client
from tests.support.care import Ward

pytestmark = pytest.mark.rule("R-COMPARE-1")


def _compare(client: Client, a: str, b: str, user: str = "clinician") -> Any:
    return client.call("GET", f"/runs/compare?a={a}&b={b}", None, user)


def test_patches_turn_one_run_into_the_other(ward: Ward, client: Client) -> None:
    ward.script("ok", "ok")
    a, b = (
        ward.create(wait=25, input_config={"question": text, "n": [1, 2][:count]}).data["run"]
        for text, count in (("why", 2), ("what now", 1))
    )
    found = _compare(client, a["id"], b["id"]).data
    assert (found["a"], found["b"]) == (a["id"], b["id"])
    for field in ("input", "output"):
        assert jsonpatch.apply_patch(a[field], found[field]) == b[field]
    assert found["input"]
    packs = [
        client.call("GET", f"/api/diagnosis-runs/{run['id']}", None, "clinician").data["run"][
            "context_pack"
        ]
        for run in (a, b)
    ]
    assert jsonpatch.apply_patch(packs[0], found["pack"]) == packs[1]
    assert found["usage"] == {"a": a["usage"], "b": b["usage"]}
    assert [step["name"] for step in found["steps"]] == [step["name"] for step in a["steps"]]
    assert [step["a"]["status"] for step in found["steps"]] == ["succeeded"] * 4


def test_a_run_differs_in_nothing_from_itself(ward: Ward, client: Client) -> None:
    run_id = ward.a_run()
    found = _compare(client, run_id, run_id).data
    assert [found[field] for field in ("input", "pack", "output")] == [[], [], []]


def test_a_patient_sees_neither_input_nor_pack(ward: Ward, client: Client) -> None:
    a, b = ward.a_run("succeeded"), ward.a_run("succeeded")
    ward.belongs_to("patient")
    found = _compare(client, a, b, "patient").data
    ward.belongs_to(None)
    assert (found["input"], found["pack"], found["output"]) == (None, None, [])


@pytest.mark.parametrize("own_first", [True, False])
def test_both_runs_must_be_the_callers_to_see(ward: Ward, client: Client, own_first: bool) -> None:
    run_id, other = ward.a_run(), Ward(client, str(uuid.uuid4())).admitted()
    foreign = other.a_run()
    other.unassign("clinician")
    for hidden, code in ((foreign, "FORBIDDEN"), (str(uuid.uuid4()), "NOT_FOUND")):
        pair = (run_id, hidden) if own_first else (hidden, run_id)
        assert _compare(client, *pair).code == code


@pytest.mark.parametrize("query", ["", "?a=1&b=2", "?a=00000000-0000-4000-8000-00000000000a"])
def test_two_ids_are_needed(client: Client, query: str) -> None:
    answer = client.call("GET", f"/runs/compare{query}", None, "clinician")
    assert answer.code == "VALIDATION_ERROR"
    assert {one["field"] for one in answer.body["error"]["errors"]} <= {"query.a", "query.b"}
