"""What the local stack held is there when it is started again on its port, however it ended."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.demo.client import Client
from local.demo.stack_process import ROOT, free_port
from local.seed import PATIENT_ID
from tests.support.waiting import until

RUNS = f"/api/studio/patients/{PATIENT_ID}/diagnosis-runs"
RECORD = f"/api/patients/{PATIENT_ID}/record"
READY_SECONDS = 90


@dataclass(frozen=True)
class Started:
    """A stack that answers, and what it said until then."""

    process: "subprocess.Popen[str]"
    said: list[str]

    @property
    def client(self) -> Client:
        return Client(self.said[-1].removeprefix("ready "))


@dataclass(frozen=True)
class Place:
    port: int
    data: Path

    @property
    def command(self) -> list[str]:
        options = ["--port", str(self.port), "--data", str(self.data)]
        return [sys.executable, "-m", "local", *options]

    @property
    def file(self) -> Path:
        return self.data / f"{self.port}.pickle"

    @contextmanager
    def stack(self, end: signal.Signals = signal.SIGTERM) -> Iterator[Started]:
        """As a terminal has it: a group of its own, all of which gets the signal of the end."""
        process = subprocess.Popen(
            self.command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        stuck = threading.Timer(READY_SECONDS, process.kill)
        stuck.start()
        assert process.stdout is not None
        said: list[str] = []
        try:
            for line in process.stdout:
                said.append(line.rstrip())
                if line.startswith("ready "):
                    break
            stuck.cancel()
            assert said[-1].startswith("ready "), said
            yield Started(process, said)
        finally:
            stuck.cancel()
            os.killpg(process.pid, end)
            assert process.wait(60) == (0 if end != signal.SIGKILL else -end)
            process.stdout.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(free_port(), tmp_path / "data")


def _other_record() -> Any:
    record = json.loads((ROOT / "local" / "seed_record.json").read_text("utf-8"))
    record["entry"] = record["entry"][:-1]
    return record


def test_runs_tokens_links_queues_and_the_clock_outlive_the_stack(place: Place) -> None:
    with place.stack(signal.SIGINT) as started:
        client = started.client
        token = f"Bearer {client.token('clinician')}"
        later = client.call("POST", "/dev/clock", {"advance_seconds": 3_600}).body["now"]
        done = client.call("POST", RUNS, {"input_config": {}}, "clinician", prefer="wait=20")
        assert done.data["run"]["status"] == "succeeded", done.body
        run = f"/runs/{done.data['run']['id']}"
        ended = client.call("GET", run, None, "clinician").data
        held = client.call("PUT", RECORD, _other_record(), "clinician").data
        assert held["record"]["version"] == 2
        client.call("POST", "/dev/settings", {"worker_enabled": False})
        made = client.call("POST", RUNS, {"input_config": {}}, "clinician")
        link = f"{run}/artifacts/{done.data['run']['artifact_id']}/download"
        signed = client.call("GET", link, None, "clinician")
        page = client.call("GET", f"{RUNS}?limit=1", None, "clinician").data
    with place.stack() as started:
        client = started.client
        assert client.call("GET", run, authorization=token).data == ended
        assert client.call("GET", RECORD, authorization=token).data == held
        assert client.call("POST", "/dev/clock", {"advance_seconds": 0}).body["now"] >= later
        assert client.call("GET", link, authorization=token).status == 302
        assert client.fetch(signed.headers["location"]).status == 200
        rest = f"{RUNS}?limit=1&cursor={page['next_cursor']}"
        assert [
            run["id"] for run in client.call("GET", rest, authorization=token).data["runs"]
        ] == [done.data["run"]["id"]]
        client.call("POST", "/dev/clock", {"advance_seconds": 600})
        queued = f"/runs/{made.data['run']['id']}"
        went_on = client.call("GET", queued, None, "clinician", prefer="wait=20")
        assert went_on.data["run"]["status"] == "succeeded", went_on.body


def test_a_second_stack_is_refused_and_a_killed_one_keeps_what_it_had_saved(place: Place) -> None:
    body = {"input_config": {}, "tags": ["before the end"]}
    with place.stack(signal.SIGKILL) as started:
        second = subprocess.run(
            place.command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert (second.returncode, second.stderr) == (2, "")
        assert second.stdout == (
            f"the local stack cannot start: port {place.port} of 127.0.0.1 cannot be used: "
            "Address already in use; PORT=N takes another\n"
        )
        assert (ROOT / ".local" / "logs" / str(place.port) / "api.log").exists()
        made = started.client.call("POST", RUNS, body, "clinician").data["run"]
        until(place.file.read_bytes, lambda kept: b"before the end" in kept, 60)
    with place.stack() as started:
        assert started.said[0].startswith("console ")
        runs = started.client.call("GET", "/runs?tag=before%20the%20end", None, "admin").data[
            "runs"
        ]
        assert [run["id"] for run in runs] == [made["id"]]
    place.file.write_bytes(b"spoiled")
    with place.stack() as started:
        assert started.said[0].startswith(f"{place.file} cannot be read (")
        assert started.client.call("GET", "/runs", None, "admin").data["runs"] == []
    kept_aside = [file.read_bytes() for file in place.data.iterdir() if file != place.file]
    assert kept_aside == [b"spoiled"]
