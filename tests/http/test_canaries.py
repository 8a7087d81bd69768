"""Patient data stays where it belongs: unique markers go in everywhere, on the ways of success and
of failure, and come out nowhere but in the answers to those who may see them and in the stores'
payloads.

Long because every way by which a text can leave the service is tried with the same markers.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local.demo.client import Answer
from tests.support.canaries import Listener, Markers, listened_stack
from tests.support.care import Ward, any_uuid
from tests.support.conforming import ConformingClient
from tests.support.waiting import until
from tests.support.witness import CALLS, needs_local

pytestmark = [pytest.mark.rule("R-PHI-1"), needs_local(CALLS)]
SEED = Path(__file__).parents[2] / "local" / "seed_record.json"


@dataclass
class Play:
    """What was done to a stack, and what it answered."""

    listener: Listener
    ward: Ward
    mark: Markers = field(default_factory=Markers)
    refusals: list[Answer] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        user: str | None = "clinician",
        **headers: str,
    ) -> Answer:
        answer = self.ward.client.call(method, path, body, user, **headers)
        if answer.status >= 400:
            self.refusals.append(answer)
        return answer

    def answered(self) -> str:
        """All that the stack shows of its runs to those who may see them."""
        shown = [
            self.call("GET", f"/api/diagnosis-runs/{run_id}", None, "admin").raw
            for run_id in self.runs
        ]
        return b"".join(shown).decode()


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    with listened_stack(tmp_path_factory.mktemp("aws")) as listener:
        played = Play(listener, Ward(ConformingClient(listener.url), any_uuid()).admitted())
        for act in (
            write_the_record,
            succeed,
            fail,
            be_killed,
            work_by_hand,
            orchestrate,
            analyse,
            ask_wrongly,
        ):
            act(played)
        yield played


# --- what is done ---------------------------------------------------------------------------------


def write_the_record(play: Play) -> None:
    bundle = play.mark.marked(json.loads(SEED.read_text("utf-8")))
    assert play.ward.record(bundle).status == 200
    mark = play.mark
    funnel = {
        "slug": mark("funnel.slug"),
        "version": mark("funnel.version"),
        "questions": [{"id": mark("question.id"), "text": mark("question")}],
    }
    answers = {funnel["questions"][0]["id"]: {mark("answer.name"): [mark("answer")]}}  # type: ignore[index]
    made = play.call(
        "POST",
        f"/api/patients/{play.ward.patient}/assessments",
        {"funnel": funnel, "answers": answers},
    )
    body = {
        "assessment_id": made.data["assessment"]["id"],
        "correlation_id": mark("correlation_id"),
    }
    play.runs.append(
        play.call(
            "POST", "/api/diagnosis-runs", body, prefer="wait=25", idempotency_key=mark("key")
        ).data["run"]["id"]
    )


def inputs(play: Play) -> dict[str, Any]:
    mark = play.mark
    return {
        "input_config": {mark("input.name"): [mark("input")]},
        "tags": [mark("tag")],
        "dispatch": "manual",
    }


def new_run(play: Play) -> str:
    path = f"/api/studio/patients/{play.ward.patient}/diagnosis-runs"
    run_id = str(
        play.call("POST", path, inputs(play), idempotency_key=play.mark("key")).data["run"]["id"]
    )
    attached = {
        "artifact_type": "note",
        "artifact_name": play.mark("artifact.name"),
        "artifact_data": {play.mark("artifact.field"): play.mark("artifact")},
    }
    play.call("POST", f"/api/studio/diagnosis-runs/{run_id}/artifacts", attached)
    play.runs.append(run_id)
    return run_id


def succeed(play: Play) -> None:
    run_id = new_run(play)
    run = play.ward.execute(run_id, wait=25).data["run"]
    assert run["status"] == "succeeded"
    play.call("GET", f"/runs/{run_id}/artifacts/{run['artifact_id']}/download")
    play.call("POST", f"/runs/{run_id}/clone", {"overrides": inputs(play)})


def fail(play: Play) -> None:
    """In every way that the model can make a run fail, and then again."""
    for script in (
        ["missing_fields"],
        ["not_json"],
        ["refusal"],
        ["400"],
        ["401"],
        ["500", "500", "500"],
        ["disconnect"] * 3,
    ):
        play.ward.script(*script)
        run_id = new_run(play)
        play.ward.execute(run_id)
        if len(script) > 1:
            play.ward.advance(300)
        assert play.ward.run(run_id, wait=20)["status"] == "failed", script
    play.call("POST", f"/runs/{run_id}/retry", None, prefer="wait=20")


def be_killed(play: Play) -> None:
    run_id = new_run(play)
    calls = play.ward.model_calls()
    play.call("POST", "/dev/worker", {"kill_after": "call_model"})
    play.ward.execute(run_id)
    until(play.ward.model_calls, lambda now: now > calls)
    play.ward.advance(400)
    assert play.ward.run(run_id, wait=20)["status"] == "succeeded"


def work_by_hand(play: Play) -> None:
    for body in (
        {"status": "succeeded", "output_data": {play.mark("output.name"): play.mark("output")}},
        {
            "status": "failed",
            "error_info": {"code": "PERSON_FAILED", "message": play.mark("error message")},
        },
    ):
        run_id = new_run(play)
        assert play.ward.update(run_id, status="running").status == 200
        assert play.call("PATCH", f"/api/studio/diagnosis-runs/{run_id}", body).status == 200
        assert play.call("POST", f"/runs/{run_id}/cancel").code == "CONFLICT"


def orchestrate(play: Play) -> None:
    mark = play.mark
    body = {
        "profile": "analytics_forecast_app", "intake": (f"Forecast "
            f"{mark('intake')} by hour."), "project_name": mark("project_name"),
        "metadata": {mark("metadata.name"): mark("metadata")}, "tags": [mark("tag")],
    }  # fmt: skip
    run_id = play.call("POST", "/runs", body, "member").data["run"]["id"]
    for _ in range(3):
        play.call("POST", f"/runs/{run_id}/next", None, "member", prefer="wait=25")
    play.ward.script("refusal")
    play.call("POST", f"/runs/{run_id}/next", None, "member", prefer="wait=25")
    for row in play.call("GET", f"/runs/{run_id}/artifacts", None, "member").data["artifacts"]:
        play.call("GET", f"/runs/{run_id}/artifacts/{row['id']}/download", None, "member")


def analyse(play: Play) -> None:
    mark = play.mark
    project = play.call("POST", "/api/projects", {"name": mark("project.name")}, "member").data[
        "project"
    ]["id"]
    for document in (
        {mark("document.name"): mark("document")},
        {
            "hypothesis": mark("hypothesis"),
            "audience": mark("audience"),
            "evidence_notes": [mark("note")],
            mark("further"): mark("more"),
        },
    ):
        play.call("POST", f"/api/projects/{project}/inputs", {"input": document}, "member")
        play.call("POST", f"/api/projects/{project}/generate", None, "member", prefer="wait=25")


def ask_wrongly(play: Play) -> None:
    """Everything that is refused, with markers wherever a caller can put something.

    Long because it is a list of requests.
    """
    mark, run_id = play.mark, new_run(play)
    create = f"/api/studio/patients/{play.ward.patient}/diagnosis-runs"
    for body in (
        f'{{"input_config": "{mark("wrong type")}"}}', (f'{{"input_config": {{}}, "tags": '
            f'["{mark("long tag")}{"x" * 64}"]}}'),
        mark("no JSON"),
        f'{{"input_config": {{"{mark("half of it")}": ', f'["{mark("an array")}"]', (f'{{"a": '
            f'"{mark("surrogate")}\\ud800"}}'),
        f'{{"a": NaN, "b": "{mark("beside NaN")}"}}', (f'{{"input_config": {{}}, "dispatch": '
            f'"{mark("word")}"}}'),
        (f'{{"a": '
            f'"{mark("too much")}{"x" * 1_100_000}"}}'), "[" * 99 + f'"{mark("deep")}"' + "]" * 99,
    ):  # fmt: skip
        assert play.call("POST", create, body.encode()).status in (400, 413, 422)
    for path in (
        f"/api/studio/diagnosis-runs/{mark('path')}", f"{create}?status={mark('status')}",
        f"{create}?limit={mark('limit')}",
        f"{create}?cursor={mark('cursor')}", f"/runs?created_after={mark('time')}",
        f"/nowhere/{mark('unknown route')}",
        f"/runs?profile={mark('profile')}&tag={mark('tag')}&{mark('unknown parameter')}=1",
        f"/runs/{run_id}/artifacts?phase={mark('phase')}",
    ):  # fmt: skip
        play.call("GET", path)
    play.call("POST", create, inputs(play), idempotency_key=f"{mark('malformed key')} x")
    play.call("GET", create, None, None, authorization=f"Bearer {mark('token')}")
    play.call(
        "GET",
        create,
        None,
        "member",
        prefer=mark("preference"),
        user_agent=mark("user agent"),
        x_marker=mark("header"),
    )
    key = mark("key reused")
    for _ in range(2):
        play.call("POST", create, inputs(play), idempotency_key=key)
    play.call(
        "PUT",
        f"/api/patients/{play.ward.patient}/record",
        {"resourceType": mark("no bundle"), "entry": [mark("entry")]},
    )
    play.call(
        "PUT", f"/api/patients/{play.ward.patient}/clinicians/%20{mark('person')}", None, "admin"
    )
    play.call("POST", f"/runs/{run_id}/clone", {"overrides": {"tags": mark("override")}})
    play.call("POST", "/api/projects", {"name": [mark("name")]}, "member")
    play.call("POST", "/runs", {"profile": mark("unknown profile")}, "member")


# --- what must not come out -----------------------------------------------------------------------


def test_the_markers_went_in(play: Play) -> None:
    """Else the rest of this file would prove nothing."""
    assert len(play.mark.given) > 150
    shown = play.answered()
    for what in (
        "question",
        "answer",
        "input",
        "input.name",
        "artifact",
        "error message",
        "output",
        "correlation_id",
        "tag",
    ):
        assert any(marker in shown for marker, name in play.mark.given.items() if name == what), (
            what
        )
    asked_of_aws = "".join(request.body.decode("latin-1") for request in play.listener.requests())
    assert play.mark.found_in(asked_of_aws)
    assert len(play.refusals) > 20
    assert "run_failed" in "".join(play.listener.logs.values())


def test_no_log_line_and_no_metric_holds_one(play: Play) -> None:
    logs = play.listener.logs
    assert len(logs) >= 2
    assert [found for text in logs.values() for found in play.mark.found_in(text)] == []
    assert not any("@demo.example" in text for text in logs.values())


def test_no_message_holds_more_than_the_runs_id(play: Play) -> None:
    sent = list(play.listener.queued())
    assert len(sent) > 10
    for message in sent:
        document = json.loads(message)
        assert json.loads(document["MessageBody"]).keys() == {"run_id"}
        assert play.mark.found_in(message) == set()


def test_no_key_of_the_table_holds_one(play: Play) -> None:
    keys = list(play.listener.table_keys())
    assert len(keys) > 500
    assert play.mark.found_in("\n".join(keys)) == set()


def test_no_key_or_header_of_an_object_holds_one(play: Play) -> None:
    keys = list(play.listener.object_keys())
    assert len(keys) > 5
    assert play.mark.found_in("\n".join(keys)) == set()


def test_no_errors_list_holds_one(play: Play) -> None:
    found = [play.ward.run(run_id, "admin") for run_id in play.runs]
    assert sum(len(run["errors"]) for run in found) > 8
    assert (
        play.mark.found_in(
            json.dumps([[run["errors"], [step["error"] for step in run["steps"]]] for run in found])
        )
        == set()
    )


def test_no_refusal_repeats_one(play: Play) -> None:
    assert {
        answer.raw: play.mark.found_in(answer.raw.decode())
        for answer in play.refusals
        if play.mark.found_in(answer.raw.decode())
    } == {}


def test_no_rows_or_events_hold_one_but_what_callers_named_the_run_by(play: Play) -> None:
    """Tags, metadata and a correlation are names that callers gave; everything else of a row is
    ours.
    """
    rows = play.call("GET", "/runs?limit=100", None, "admin").data["runs"]
    ours = [
        {k: v for k, v in row.items() if k not in ("tags", "metadata", "project_name")}
        for row in rows
    ]
    assert play.mark.found_in(json.dumps(ours)) == set()
    assert (
        play.mark.found_in(json.dumps([play.ward.events(run_id, "admin") for run_id in play.runs]))
        == set()
    )


@pytest.mark.rule("R-PHI-3")
def test_no_name_address_or_identifier_of_the_patient_reaches_the_context_pack(play: Play) -> None:
    identity = ("name", "address", "telecom", "identifier", "contact", "birthDate")
    shown = play.answered()
    leaked = {
        what
        for marker, what in play.mark.given.items()
        if marker in shown
        and what.startswith("record")
        and any(f".{part}" in what for part in identity)
    }
    assert leaked == set()
    assert any(
        marker in shown for marker, what in play.mark.given.items() if what.startswith("record.")
    )
