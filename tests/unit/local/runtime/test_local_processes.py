"""What is left when the stack ends, in every way it can end: nothing."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from local.errors import LocalStackError
from local.serving.server import HttpServer
from local.stack import ROOT
from tests.unit.local.small_stack import TEMPLATE, wait_for

COMMAND = [sys.executable, "-m", "tests.unit.local.fixtures.run_stack"]


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_processes_die_with_a_stack_that_is_killed():
    with subprocess.Popen(
        [*COMMAND, str(TEMPLATE)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        url, pid = process.stdout.readline().split()
        assert lives(int(pid))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        wait_for(lambda: not lives(int(pid)))
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=2)


def test_a_stack_that_cannot_start_ends_and_says_why(tmp_path):
    broken = tmp_path / "template.yaml"
    broken.write_text(
        TEMPLATE.read_text(encoding="utf-8").replace("handlers.sweep", "handlers.missing"),
        encoding="utf-8",
    )
    done = subprocess.run(
        [*COMMAND, str(broken)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, "handlers.missing cannot be loaded" in done.stdout) == (0, True)


def test_a_template_it_does_not_understand_is_named_on_the_command_line(tmp_path):
    broken = tmp_path / "template.yaml"
    broken.write_text("Resources: {Oven: {Type: 'AWS::Bakery::Oven'}}", encoding="utf-8")
    command = [sys.executable, "-m", "local", "--port", "0", "--template", str(broken)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert "Parameters.DiagnosisWorkerEnabled" in done.stdout


def test_a_port_in_use_is_named():
    with HttpServer(0) as taken, pytest.raises(LocalStackError, match=f"port {taken.server_port} "):
        HttpServer(taken.server_port)
