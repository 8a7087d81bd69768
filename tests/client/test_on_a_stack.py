"""The client against a local stack: every family of routes, and what it promises when the network
is bad.
"""

import hashlib
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from studio_runs_client import Client, LocalTokens, errors, models
from studio_runs_client.errors import BadDownload, WaitedTooLong
from studio_runs_client.tokens import TokenError

from tests.client.conftest import AT_ONCE, PATIENT, BadNetwork

PROFILE = "analytics_forecast_app"
BadClient = Callable[[float, str], tuple[Client, BadNetwork]]


def test_a_diagnosis_from_create_to_download(client: Client, tag: str, tmp_path: Path) -> None:
    run = client.diagnoses.create(PATIENT, {"question": "What first?"}, tags=[tag])
    ended = client.runs.wait(run.id, timeout=60)
    assert (ended.status, ended.id) == ("succeeded", run.id)
    (artifact,) = list(client.runs.artifacts(run.id))
    assert isinstance(artifact, models.ArtifactRow)
    path = client.runs.save(run.id, artifact, tmp_path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == artifact.sha256
    assert isinstance(ended.output, models.DiagnosisOutput)
    assert (
        client.diagnoses.artifact(artifact.id).artifact_data["summary"]
        == ended.output.diagnosis.summary
    )
    assert client.runs.metrics(run.id).artifacts_total == 1


def test_an_orchestration_is_advanced_cloned_and_cancelled(member: Client) -> None:
    run = member.runs.create(PROFILE, intake="A forecast.")
    moved = member.runs.next(run.id, wait=20)
    assert moved.previous_phase == "planning"
    assert member.runs.wait(run.id, settled=True, timeout=30).status == "waiting"
    copy = member.runs.clone(run.id, tags=["again"])
    assert (copy.metadata["cloned_from"], copy.tags) == (run.id, ["again"])
    done = member.runs.cancel(run.id)
    assert (done.run.status, done.receipt.was) == ("cancelled", "waiting")


def test_a_project_and_its_analysis(member: Client) -> None:
    project = member.projects.create("Bakery")
    with pytest.raises(errors.NoInputs) as caught:
        member.projects.generate(project.id)
    assert uuid.UUID(caught.value.details["run_id"])
    document = {
        "hypothesis": "It sells.",
        "audience": "Shops",
        "evidence_notes": ["One of two did."],
    }
    assert member.projects.add_input(project.id, document).version == 1
    run = member.projects.generate(project.id, wait=20)
    assert member.projects.generate(project.id).id == run.id
    assert member.runs.wait(run.id, timeout=30).status == "succeeded"
    found = next(row for row in member.projects.list() if row.id == project.id)
    assert (found.inputs_count, found.runs_count) == (1, 2)


def test_patients_and_their_records(url: str) -> None:
    patient = str(uuid.uuid4())
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {
                "resource": {
                    "resourceType": "Patient",
                    "id": "p",
                    "gender": "female",
                    "birthDate": "1960-01-01",
                }
            }
        ],
    }
    with Client.local(url, "admin") as admin:
        assert admin.patients.put(patient).id == patient
        admin.patients.assign(patient, "somebody")
        assert [one.user_id for one in admin.patients.clinicians(patient)] == ["somebody"]
        admin.patients.unassign(patient, "somebody")
        assert admin.patients.put_record(patient, bundle).resources == {"Patient": 1}
        assert admin.patients.record(patient).version == 1
        funnel = {"slug": "s", "version": "1", "questions": [{"id": "q", "text": "?"}]}
        assert admin.patients.assess(patient, funnel, {"q": 1}).patient_id == patient
        assert len(list(admin.patients.assessments(patient))) == 1


def test_pages_are_one_list(member: Client, tag: str) -> None:
    made = [member.runs.create(PROFILE, intake="x", tags=[tag]).id for _ in range(5)]
    rows = member.runs.list(tag=tag, limit=2)
    assert [row.id for row in rows] == made[::-1]
    assert [row.id for row in rows] == made[::-1], "a list may be read again"
    assert all(len(page) <= 2 for page in rows.pages())


def test_of_a_create_whose_answers_are_lost_there_is_one_run(
    on_a_bad_network: BadClient, member: Client, tag: str
) -> None:
    bad, network = on_a_bad_network(0.7, "member")
    for _ in range(12):
        bad.runs.create(PROFILE, intake="x", tags=[tag])
    assert network.broken > 12
    assert len(list(member.runs.list(tag=tag))) == 12


def test_a_stream_that_is_cut_loses_nothing_and_repeats_nothing(
    on_a_bad_network: BadClient, client: Client
) -> None:
    bad, network = on_a_bad_network(0.0, "clinician")
    for _ in range(3):
        run = client.diagnoses.create(PATIENT, {})
        network.share = 0.6
        seen = [event.seq for event in bad.runs.stream(run.id)]
        network.share = 0.0
        assert seen == [event.seq for event in client.runs.events(run.id)]
        assert seen == list(range(1, len(seen) + 1))
    assert network.broken > 0


def test_a_wait_bears_a_server_that_is_away(url: str, client: Client) -> None:
    class Away(httpx.BaseTransport):
        """Nothing answers until a moment."""

        until = time.monotonic() + 3

        def __init__(self) -> None:
            self._inner, self.refused = httpx.HTTPTransport(), 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if time.monotonic() < self.until:
                self.refused += 1
                raise httpx.ConnectError("away", request=request)
            return self._inner.handle_request(request)

        def close(self) -> None:
            self._inner.close()

    run = client.diagnoses.create(PATIENT, {})
    away = Away()
    http = httpx.Client(transport=away, timeout=40)
    with Client(url, LocalTokens(url, "clinician"), http=http, retries=AT_ONCE) as one:
        assert one.runs.wait(run.id, timeout=60).status == "succeeded"
    assert away.refused > 0


def test_a_wait_ends_in_time(client: Client) -> None:
    run = client.diagnoses.create(PATIENT, {}, dispatch="manual")
    began = time.monotonic()
    with pytest.raises(WaitedTooLong) as caught:
        client.runs.wait(run.id, timeout=2)
    assert time.monotonic() - began < 10
    assert caught.value.run.status == "queued"


def test_a_wait_for_a_person_asks_once_a_second_or_returns(client: Client) -> None:
    run = client.diagnoses.create(PATIENT, {}, dispatch="manual")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)

    with pytest.raises(WaitedTooLong):
        client.runs.wait(run.id, timeout=2, sleep=sleep)
    assert 0 < len(slept) <= 3
    assert client.runs.wait(run.id, settled=True).blocked_by == "manual"


def test_a_wait_sees_a_cancel(client: Client) -> None:
    run = client.diagnoses.create(PATIENT, {}, dispatch="manual")
    timer = threading.Timer(1.0, lambda: client.runs.cancel(run.id))
    timer.start()
    assert client.runs.wait(run.id, timeout=30).status == "cancelled"
    timer.join()


def test_damaged_bytes_are_fetched_again_and_never_kept(
    url: str, client: Client, tmp_path: Path
) -> None:
    class Damaging(httpx.BaseTransport):
        """Turns a byte of so many downloads."""

        def __init__(self, times: int) -> None:
            self._inner, self.left = httpx.HTTPTransport(), times

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = self._inner.handle_request(request)
            content = response.read()
            is_file = "authorization" not in request.headers
            if is_file and self.left > 0:
                self.left -= 1
                content = bytes([content[0] ^ 1]) + content[1:]
            headers = {k: v for k, v in response.headers.items() if k != "content-length"}
            return httpx.Response(response.status_code, headers=headers, content=content)

        def close(self) -> None:
            self._inner.close()

    run = client.runs.wait(client.diagnoses.create(PATIENT, {}).id, timeout=60)
    (artifact,) = list(client.runs.artifacts(run.id))
    assert isinstance(artifact, models.ArtifactRow)
    for times in (2, 1_000):
        http = httpx.Client(transport=Damaging(times))
        with Client(url, LocalTokens(url, "clinician"), http=http, retries=AT_ONCE) as one:
            if times == 2:
                assert (
                    hashlib.sha256(one.runs.download(run.id, artifact)).hexdigest()
                    == artifact.sha256
                )
            else:
                with pytest.raises(BadDownload):
                    one.runs.save(run.id, artifact, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_artifacts_path_cannot_leave_the_folder(client: Client, tmp_path: Path) -> None:
    run = client.runs.wait(client.diagnoses.create(PATIENT, {}).id, timeout=60)
    (artifact,) = list(client.runs.artifacts(run.id))
    assert isinstance(artifact, models.ArtifactRow)
    wicked = artifact.model_copy(update={"path": "../../outside"})
    assert client.runs.save(run.id, wicked, tmp_path) == tmp_path / artifact.id


def test_a_local_token_is_asked_for_once(url: str) -> None:
    tokens = LocalTokens(url, "admin")
    assert tokens.token() == tokens.token()
    assert tokens.token() != ""


def test_a_program_gets_its_own_token_and_acts_as_system(url: str) -> None:
    machine: dict[str, Any] = {
        "token_url": f"{url}/dev/issuer/oauth2/token",
        "client_id": "local-machine",
        "client_secret": "local-machine-secret",
    }
    with Client.machine(url, **machine) as program:
        assert program.service.invariants().past_due == 0
        assert PATIENT in [one.id for one in program.patients.list()]
        with pytest.raises(errors.Forbidden):
            program.projects.create("not a system's")
    with (
        Client.machine(url, **{**machine, "client_secret": "wrong"}) as program,
        pytest.raises(TokenError),
    ):
        program.service.invariants()
