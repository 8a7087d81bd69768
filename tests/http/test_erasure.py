"""Erasing a patient over the wire: what is refused at once, what is left in the end, and that a
worker may die at any step.

Long because one patient with runs of all kinds is made, erased and looked for everywhere.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.demo.client import Answer, Client
from tests.sampling import times
from tests.support.canaries import Markers
from tests.support.care import Ward, any_uuid
from tests.support.raw_stores import RawStores
from tests.support.routes import BUNDLE, Route, guarded
from tests.support.waiting import until
from tests.support.witness import CLOCK, KILLS, needs_local

pytestmark = pytest.mark.rule("R-ERASE-1")
GRACE = 16 * 60 + 180
"""After so many seconds nothing that was under way can write any more, and two sweeps have rung."""
STEPS = ("inventory", "erase_runs", "erase_artifacts", "erase_record", "receipt")
SKELETON = {
    "id", "workflow", "org_id", "status", "subject", "created_by", "created_at", "updated_at",
    "started_at", "first_started_at", "completed_at", "deadline_at", "duration_seconds",
    "dispatch", "attempt", "max_attempts", "available_at", "start_at", "current_step",
    "artifacts_count", "erased_at", "steps", "usage", "patient_id", "clinician_user_id",
}  # fmt: skip
"""What a skeleton may say; every other field is null or empty."""


def erase(ward: Ward, user: str = "admin", confirm: str | None = None) -> Answer:
    query = f"?confirm={ward.patient if confirm is None else confirm}"
    return ward.client.call("DELETE", f"/api/patients/{ward.patient}{query}", None, user)


def ended(ward: Ward, run_id: str) -> Any:
    """The erasure once it has come to its end."""
    ward.advance(GRACE)
    run = ward.client.call("GET", f"/runs/{run_id}", None, "admin", prefer="wait=20").data["run"]
    assert run["status"] == "succeeded", run
    return run


# --- a patient with everything --------------------------------------------------------------------


@dataclass
class Life:
    """A patient of whom everything is known, and the markers that stand for it."""

    ward: Ward
    mark: Markers = field(default_factory=Markers)
    runs: list[str] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)
    assessment: str = ""
    bulk: str = ""
    before: Any = None
    erasure: Any = None
    beside: Counter[str] = field(default_factory=Counter)
    objects: int = 0
    at_once: list[Answer] = field(default_factory=list)

    @property
    def client(self) -> Client:
        return self.ward.client

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return self.client.call(method, path, body, "clinician", **headers)

    def a_run(self, **body: Any) -> str:
        sent = {
            "input_config": {self.mark("input name"): [self.mark("input")]},
            "tags": [self.mark("tag")],
            "dispatch": "manual",
            **body,
        }
        path = f"/api/studio/patients/{self.ward.patient}/diagnosis-runs"
        answer = self.call("POST", path, sent, idempotency_key=self.mark("key"))
        self.runs.append(answer.data["run"]["id"])
        return self.runs[-1]

    def attach(self, run_id: str, **body: Any) -> None:
        sent = body or {
            "artifact_type": "note",
            "artifact_name": self.mark("artifact name"),
            "artifact_data": {self.mark("artifact field"): self.mark("artifact") + "x" * 9_000},
        }
        answer = self.ward.attach(run_id, key=self.mark("key"), **sent)
        self.artifacts.append(answer.data["artifact"]["id"])


def live(life: Life) -> None:
    """Runs of all kinds, and whatever else can be known of a patient."""
    ward, mark = life.ward, life.mark
    life.client.call("PUT", f"/api/patients/{ward.patient}", {"label": mark("label")}, "admin")
    ward.belongs_to("patient")
    for number in range(2):
        bundle = mark.marked(json.loads(json.dumps(BUNDLE)) | {"id": f"b{number}"})
        patient = {"resourceType": "Patient", "id": "p1", "name": [{"family": mark("name")}]}
        condition = {
            "resourceType": "Condition",
            "subject": {"reference": "Patient/p1"},
            "code": {"text": mark("condition")},
            "note": [{"text": mark("note")}],
        }
        bundle["entry"] = [{"resource": patient}, {"resource": condition}]
        assert ward.record(bundle).status == 200
    _uploads(life, bundle)
    _run_everything(life)


def _run_everything(life: Life) -> None:
    ward, mark = life.ward, life.mark
    life.assessment = ward.assessment(**{mark("question"): mark("answer")})
    done = ward.assess(life.assessment, mark("correlation"), wait=25)
    life.runs.append(done.data["run"]["id"])
    plain = life.a_run()
    life.attach(plain)
    life.attach(plain, artifact_id=life.artifacts[0])
    ward.script({"answer": {"summary": mark("summary"), "findings": [mark("finding")],
                            "recommendations": [], "risk_level": "low"}})  # fmt: skip
    life.artifacts.append(ward.execute(plain, wait=25).data["run"]["artifact_id"])
    broken = life.a_run()
    ward.script("missing_fields", "not_json")
    ward.execute(broken, wait=25)
    ward.retry(broken, wait=25, key=mark("key"))
    tag = mark("tag in a bulk's filter")
    by_hand = life.a_run(tags=[tag])
    _counted_by_tag(life, tag)
    ward.bring(by_hand, "running")
    ward.update(by_hand, status="failed",
                error_info={"code": "PERSON_FAILED", "message": mark("why it failed")})  # fmt: skip
    output = life.a_run()
    ward.bring(output, "running")
    ward.update(output, status="succeeded", output_data={mark("output"): mark("output")})
    life.attach(life.a_run())
    ward.bring(life.a_run(), "running")
    ward.bring(life.a_run(), "cancelled")
    _run_into_every_failure(life)
    clone = life.call("POST", f"/runs/{plain}/clone", {"overrides": {"dispatch": "manual"}})
    life.runs.append(clone.data["run"]["id"])


def _counted_by_tag(life: Life, tag: str) -> None:
    """A bulk that names the tag, and has ended."""
    asked = {"action": "cancel", "filter": {"tag": tag}, "dry_run": True}
    made = life.client.call("POST", "/bulk", asked, "admin").data["bulk"]["id"]
    life.bulk = f"/bulk/{made}"
    ended = until(
        lambda: life.client.call("GET", life.bulk, None, "admin").data["bulk"],
        lambda bulk: bool(bulk["status"] == "succeeded"),
        patience=120,
    )
    assert ended["counts"]["matched"] == 1


def _run_into_every_failure(life: Life) -> None:
    """Each leaves something else behind: a refusal's category, a cut answer, a held run."""
    ward, mark = life.ward, life.mark
    for words in (
        [{"refusal": "biology"}], ["context_window"], ["400"], [{"cut_after": 5}, "ok"],
        ["disconnect", "ok"], ["500", "ok"], ["missing_fields", "ok"],
        [{"answer": {"summary": mark("half an answer")}}] * 3,
    ):  # fmt: skip
        run_id = life.a_run(input_config={"focus": mark("focus")})
        ward.script(*words)
        ward.execute(run_id)
        ward.advance(120)
        ward.run(run_id, wait=25)
    dear = life.a_run(max_cost_usd=0.000001)
    ward.execute(dear, wait=25)
    later = (datetime.now(UTC) + timedelta(days=9)).isoformat().replace("+00:00", "Z")
    life.a_run(dispatch="auto", start_at=later)
    life.attach(life.a_run(), artifact_id=life.artifacts[0])


def _uploads(life: Life, bundle: Any) -> None:
    """One that was put and taken in, and one that was put and left."""
    ward = life.ward
    for number in range(2):
        data = json.dumps(bundle | {"id": life.mark("upload")}).encode()
        asked = {
            "size_bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "format": "json",
        }
        path = f"/api/patients/{ward.patient}/record"
        upload = life.call("POST", f"{path}/uploads", asked).data["upload"]
        assert life.client.carry(upload["url"], data, upload["headers"]).status == 200
        if number == 0:
            assert life.call("PUT", path, {"upload_id": upload["id"]}).status == 200


@pytest.fixture(scope="module")
def life(calendar_client: Client) -> Life:
    lived = Life(Ward(calendar_client, any_uuid()).admitted())
    live(lived)
    stores = RawStores.of(lived.ward)
    assert len(lived.mark.found_in(stores.everything())) > 20
    assert len(lived.runs) == 20
    lived.beside = stores.beside(lived.runs)
    of_them = (*lived.runs, lived.ward.patient, lived.assessment)
    lived.objects = sum(any(one in key for one in of_them) for key, _ in stores.objects())
    lived.before = {run_id: lived.ward.run(run_id) for run_id in lived.runs}
    first = erase(lived.ward)
    assert first.status == 202, first.body
    lived.at_once = refused(lived)
    lived.erasure = ended(lived.ward, first.data["run"]["id"])
    return lived


def refused(life: Life) -> list[Answer]:
    """What every route that names the patient, or does anything to a run of theirs, answers."""
    return [send(life, one) for one in guarded() if is_gone(one)]


def is_gone(one: Route) -> bool:
    if one.name == "DELETE /api/patients/{patientId}":
        return False
    is_change = "{runId}" in one.template and one.method != "GET"
    artifacts = "rtifact" in one.template or one.name == "GET /runs/compare"
    return "{patientId}" in one.template or is_change or artifacts


def send(life: Life, one: Route, user: str = "admin") -> Answer:
    ids = {
        "patientId": life.ward.patient,
        "runId": life.runs[1],
        "artifactId": life.artifacts[0],
        "userId": "somebody",
    }
    return life.client.call(one.method, one.path(**ids), one.body, user)


# --- what is left ---------------------------------------------------------------------------------


@needs_local(CLOCK)
def test_everything_new_is_refused_at_once_and_without_a_receipt(life: Life) -> None:
    assert {(one.status, one.code) for one in life.at_once} == {(410, "ERASED")}
    assert {one.body["error"]["receipt_id"] for one in life.at_once} == {None}


@needs_local(CLOCK)
def test_nothing_that_was_known_is_anywhere_any_more(life: Life) -> None:
    stores = RawStores.of(Ward(life.client, any_uuid()).admitted())
    assert life.mark.found_in(stores.everything()) == set()
    left = [key for key, _ in stores.objects() if life.ward.patient in key]
    assert [key.split("/")[0] for key in left] == ["tombstones"]


@needs_local(CLOCK)
def test_every_route_is_gone_or_shows_a_skeleton(life: Life) -> None:
    receipt = life.erasure["output"]["artifact_id"]
    for answer in refused(life):
        assert (answer.status, answer.code) == (410, "ERASED")
        assert answer.body["error"]["receipt_id"] == receipt
    for one in guarded():
        if "{runId}" in one.template and not is_gone(one):
            answer = send(life, one)
            assert answer.status == 200, (one.name, answer.body)
            assert life.mark.found_in(answer.raw.decode()) == set()
    assert erase(life.ward).status == 200


@needs_local(CLOCK)
def test_a_run_is_a_skeleton_with_its_times_and_its_usage(life: Life) -> None:
    for run_id, was in life.before.items():
        run = life.ward.run(run_id, "admin")
        assert {name for name, value in run.items() if value not in (None, [], {})} <= SKELETON
        assert run["erased_at"] is not None
        kept = ("created_at", "usage", "created_by", "first_started_at", "attempt")
        assert [run[name] for name in kept] == [was[name] for name in kept]
        if was["completed_at"]:
            assert [run[name] for name in ("status", "completed_at", "updated_at")] == [
                was[name] for name in ("status", "completed_at", "updated_at")
            ]
        assert [
            (step["name"], step["status"], step["started_at"], step["usage"])
            for step in run["steps"]
        ] == [
            (step["name"], step["status"], step["started_at"], step["usage"])
            for step in was["steps"]
        ] or was["completed_at"] is None


@needs_local(CLOCK)
def test_the_receipt_counts_what_was_there(life: Life) -> None:
    receipt_id = life.erasure["output"]["artifact_id"]
    path = f"/api/studio/diagnosis-artifacts/{receipt_id}"
    receipt = life.client.call("GET", path, None, "admin").data["artifact"]["artifact_data"]
    assert receipt == life.erasure["output"]["receipt"]
    assert receipt["runs"] == len(life.runs)
    counts = {name: one["count"] for name, one in receipt["removed"].items()}
    # Of the record two by body and one by upload, and the one in force once more.
    assert counts["record_versions"] == 4
    assert counts["uploads"] == 3
    assert counts["assessments"] == 1
    made = {name for run in life.before.values() for name in [run["artifact_id"]] if name}
    assert counts["artifacts"] == len({*life.artifacts, *made})
    assert counts["idempotency_keys"] == 3, "two links and a retry"
    assert {"P": counts["payloads"], "L": counts["ledger_lines"], "T": counts["tag_entries"],
            "R": len(life.runs)} == life.beside  # fmt: skip
    assert counts["object_versions"] == life.objects
    download = f"/runs/{life.erasure['id']}/artifacts/{receipt_id}/download"
    assert life.client.call("GET", download, None, "admin").status == 302


@needs_local(CLOCK)
def test_erasing_again_changes_nothing(life: Life) -> None:
    stores = RawStores.of(Ward(life.client, any_uuid()).admitted())
    before = sorted(item for item in stores.items() if life.ward.patient in item)
    again = erase(life.ward)
    assert (again.status, again.data["run"]["id"]) == (200, life.erasure["id"])
    life.ward.advance(GRACE)
    assert sorted(item for item in stores.items() if life.ward.patient in item) == before


@needs_local(CLOCK)
def test_no_list_shows_the_patient_and_the_runs_are_bare(life: Life) -> None:
    shown = life.client.call("GET", "/api/patients?limit=100", None, "admin").data["patients"]
    assert life.ward.patient not in {row["id"] for row in shown}
    for path in ("/runs?limit=100", "/api/diagnosis-runs?limit=100"):
        assert (
            life.mark.found_in(life.client.call("GET", path, None, "admin").raw.decode()) == set()
        )


def test_a_bulk_that_named_a_tag_of_theirs_names_it_no_more(life: Life) -> None:
    bulk = life.client.call("GET", life.bulk, None, "admin").data["bulk"]
    assert (bulk["filter"], bulk["counts"]["matched"]) == ({}, 1)


@needs_local(CLOCK)
def test_the_patient_may_still_ask_who_looked(life: Life) -> None:
    asked = f"/audit?patient={life.ward.patient}"
    assert life.client.call("GET", asked, None, "patient").status == 200
    entries = life.client.call("GET", asked, None, "admin").data["entries"]
    assert {"erase_patient"} <= {entry["action"] for entry in entries}
    assert life.client.call("GET", asked, None, "clinician").status == 403


# --- the run itself -------------------------------------------------------------------------------


def test_what_must_be_confirmed_is_and_who_may_not_is_refused(ward: Ward) -> None:
    for confirm in ("", any_uuid(), "x"):
        answer = erase(ward, confirm=confirm)
        assert answer.body["error"]["errors"][0]["field"] == "query.confirm"
    path = f"/api/patients/{ward.patient}"
    assert ward.client.call("DELETE", path, None, "admin").code == "VALIDATION_ERROR"
    assert erase(ward, "clinician").status == 403
    assert ward.client.call("GET", path, None, "admin").status == 200


@needs_local(CLOCK)
def test_nobody_stops_or_copies_an_erasure(ward: Ward) -> None:
    call, run_id = ward.client.call, erase(ward).data["run"]["id"]
    for action in ("cancel", "clone", "retry", "next"):
        assert call("POST", f"/runs/{run_id}/{action}", None, "admin").code == "CONFLICT", action
    assert call("PATCH", "/organisation", {"paused_workflows": ["erasure"]}, "admin").status == 409
    budget = {"limit_usd": 1, "period": "total"}
    assert call("PUT", "/budgets/workflow:erasure", budget, "admin").status == 409
    assert ended(ward, run_id)["workflow"] == "erasure"


def dies(ward: Ward, run_id: str) -> None:
    """Go on until the worker has died as ordered: the next order would take this one's place."""
    run: dict[str, Any] = {}
    for _ in range(60):
        ward.advance(60)
        if not ward.client.call("GET", "/dev/worker").body:
            return
        run = ward.client.call("GET", f"/runs/{run_id}", None, "admin").data["run"]
    raise AssertionError(f"nobody died: {run}")


@needs_local(KILLS)
@pytest.mark.parametrize("turn", range(times(1, 10)))
def test_a_worker_may_die_at_any_step(calendar: Ward, turn: int) -> None:
    """Before a step and after its effects, at each step in turn, in one erasure."""
    ward = calendar
    ward.record(BUNDLE)
    run_id = ward.create(wait=25, tags=["canary-of-the-dead"]).data["run"]["id"]
    stores = RawStores.of(ward)
    orders = [{kind: step} for step in STEPS for kind in ("kill_at", "kill_after")]
    ward.client.call("POST", "/dev/worker", orders[0])
    erasure = erase(ward).data["run"]["id"]
    for order in orders[1:]:
        dies(ward, erasure)
        ward.client.call("POST", "/dev/worker", order)
    dies(ward, erasure)
    run = ended(ward, erasure)
    assert run["attempt"] > len(orders), "each death costs an attempt"
    assert run["output"]["receipt"]["runs"] == 1
    assert ward.run(run_id, "admin")["erased_at"]
    assert "canary-of-the-dead" not in stores.everything()
