"""The command line: what it says, what it exits with, and that it never shows a traceback."""

import json
import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from studio_runs_client import Client
from studio_runs_client.cli.app import play
from studio_runs_client.cli.session import Listed

from tests.client.conftest import PATIENT

ROOT = Path(__file__).parents[2]
NOWHERE = "00000000-0000-4000-8000-000000000000"
PROFILE = "analytics_forecast_app"


@pytest.fixture
def typed(url: str, capsys: pytest.CaptureFixture[str]) -> Any:
    """Plays a command; (exit code, stdout, stderr)."""

    def play_it(*words: str, user: str = "clinician") -> tuple[int, str, str]:
        code = play(["--url", url, "--user", user, *words])
        said = capsys.readouterr()
        assert "Traceback" not in said.err + said.out
        return code, said.out, said.err

    return play_it


def test_a_run_watched_to_its_end(typed: Any) -> None:
    code, out, _ = typed("create", "diagnosis", PATIENT, "--question", "What first?", "--watch")
    assert code == 0
    assert all(word in out for word in ("build_context", "succeeded", "summary", "$0."))


def test_json_is_json_and_watch_is_json_lines(typed: Any, tag: str) -> None:
    code, out, _ = typed("create", "diagnosis", PATIENT, "--tag", tag, "--watch", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, lines[-1]["status"]) == (0, "succeeded")
    assert [line["seq"] for line in lines[:-1]] == list(range(1, len(lines)))
    assert "from" in lines[0], "the service's own names"
    run_id = lines[-1]["id"]
    for words in (("show",), ("events",), ("metrics",), ("artifacts",), ("wait",)):
        code, out, _ = typed(*words, run_id, "--json")
        assert code == 0
        assert json.loads(out) or words == ("artifacts",)
    code, out, _ = typed(
        "list", "--tag", tag, "--status", "succeeded", "--workflow", "diagnosis", "--json"
    )
    assert [row["id"] for row in json.loads(out)] == [run_id]
    assert typed("--json", "health")[1] == typed("health", "--json")[1]


def test_exit_codes_tell_the_outcome(typed: Any, client: Client) -> None:
    failed = client.diagnoses.take(client.diagnoses.create(PATIENT, {}, dispatch="manual").id)
    client.diagnoses.fail(failed.id, "PERSISTENCE_ERROR", "seen by hand")
    assert typed("watch", failed.id)[0] == 1
    cancelled = client.diagnoses.create(PATIENT, {}, dispatch="manual")
    assert typed("cancel", cancelled.id)[0] == 0
    assert typed("wait", cancelled.id)[0] == 3
    _, out, _ = typed("create", "orchestration", PROFILE, "--intake", "x", "--json", user="member")
    waiting = json.loads(out)["id"]
    assert typed("wait", waiting, user="member")[0] == 4
    code, out, _ = typed("next", waiting, "--watch", user="member")
    assert (code, "architecture" in out) == (4, True)
    manual = client.diagnoses.create(PATIENT, {}, dispatch="manual")
    assert typed("wait", manual.id)[0] == 4
    later = client.diagnoses.create(PATIENT, {}, start_at=datetime.now(UTC) + timedelta(days=1))
    assert typed("wait", later.id, "--timeout", "1")[0] == 7
    assert typed("execute", manual.id, "--watch")[0] == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "x"), 5, "not a UUID"),
        (("show", NOWHERE), 5, "404 NOT_FOUND"),
        (("next", NOWHERE), 5, "NOT_FOUND"),
        (("nonsense",), 2, "No such command"),
        (("show",), 2, "Missing argument"),
        (("list", "--status", "done"), 2, "--status"),
        (("create", "diagnosis", PATIENT, "--config", "{"), 2, "is not JSON"),
        (("create", "diagnosis", PATIENT, "--config", "@/no/such/file"), 2, "No such file"),
        (("clone", NOWHERE, "--set", "tags"), 2, "FIELD=VALUE"),
        (("--token", "no-token", "list"), 6, "Unauthorized"),
        (("--url", "http://127.0.0.1:9", "list"), 6, "does not answer"),
    ],
    ids=str,
)
def test_what_goes_wrong_is_a_sentence(
    typed: Any, words: tuple[str, ...], code: int, said: str
) -> None:
    found, _, err = typed(*words)
    assert (found, said in err) == (code, True), err


def test_what_cannot_be_read_is_listed_and_a_list_takes_every_status_of_the_document(
    typed: Any, url: str, tag: str
) -> None:
    _, out, _ = typed("create", "diagnosis", PATIENT, "--manual", "--tag", tag, "--json")
    run_id = json.loads(out)["id"]
    spoilt = {"run_id": run_id, "set": {"st": "of-another-version"}}
    assert httpx.post(f"{url}/dev/item", json=spoilt).status_code == 200
    code, out, _ = typed("list", "--status", "unreadable", "--json")
    assert (code, {"id": run_id, "status": "unreadable"} in json.loads(out)) == (0, True)
    code, out, _ = typed("list", "--status", "unreadable")
    assert (code, run_id in out) == (0, True)
    document = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
    (status,) = (
        p for p in document["paths"]["/runs"]["get"]["parameters"] if p["name"] == "status"
    )
    assert list(Listed) == status["schema"]["items"]["enum"]
    words = [word for one in Listed for word in ("--status", one)]
    assert typed("list", *words)[0] == 0
    assert typed("bulk", "cancel", "--tag", tag, *words, "--dry-run")[0] == 0


def test_fields_that_are_wrong_are_named(typed: Any) -> None:
    code, _, err = typed("create", "orchestration", "nothing", user="member")
    assert code == 5
    assert "body.profile is not a known profile" in err
    code, _, err = typed("create", "orchestration", "nothing", "--json", user="member")
    assert json.loads(err)["error"]["errors"][0]["field"] == "body.profile"


def test_artifacts_are_downloaded(typed: Any, tmp_path: Path) -> None:
    _, out, _ = typed("create", "diagnosis", PATIENT, "--watch", "--json")
    run_id = json.loads(out.splitlines()[-1])["id"]
    code, out, _ = typed("download", run_id, "--to", str(tmp_path), "--json")
    (saved,) = json.loads(out)
    assert (code, Path(saved["path"]).is_file()) == (0, True)
    assert typed("download", run_id, str(uuid.uuid4()))[0] == 2


def test_a_patient_is_erased_only_where_the_id_is_said_twice(typed: Any) -> None:
    somebody = str(uuid.uuid4())
    words = ("patients", "erase", somebody, "--confirm")
    assert typed(*words, str(uuid.uuid4()), user="admin")[0] == 2
    code, _, err = typed(*words, somebody, user="admin")
    assert (code, "no such resource" in err) == (5, True)


def test_every_command_has_json_and_help(typed: Any) -> None:
    groups = {"create", "bulk", "webhooks", "budgets"}
    for name in _commands():
        code, out, _ = typed(*name.split(), "--help")
        assert code == 0, name
        assert name in groups or "--json" in out, name


def _commands() -> list[str]:
    """All commands, as the application lists them."""
    from studio_runs_client.cli.app import app

    groups: list[Any] = list(app.registered_groups)
    found = [("", app), *((f"{group.name} ", group.typer_instance) for group in groups)]
    return [
        prefix + str(one.name or one.callback.__name__).replace("_", "-")
        for prefix, inner in found
        for one in inner.registered_commands
    ]


def test_completion_is_there(url: str) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "client"),
        "_RUNS_COMPLETE": "complete_bash",
    }
    environment |= {"COMP_WORDS": "runs wa", "COMP_CWORD": "1"}
    command = [sys.executable, "-c", "from studio_runs_client.command import main; main()"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert set(done.stdout.split()) >= {"wait", "watch"}, done.stderr


def test_without_its_packages_it_says_which() -> None:
    code = (
        "import sys; sys.modules['typer'] = None\n"
        "from studio_runs_client.command import main; main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "client")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "pip install" in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr
