"""A copy of the process acts, says what went wrong, and holds nothing of its own for long."""

import os
import socket
import time

from local import apart
from tests.unit.local.small_stack import wait_for


def test_what_a_copy_cannot_do_is_said():
    def fails():
        raise OSError("the disk is full")

    assert apart.begun(lambda: None).problem(60) == ""
    assert apart.begun(fails).problem(60) == "the disk is full"
    assert apart.begun(lambda: os._exit(7)).problem(60) == f"ended with status {7 << 8}"
    assert apart.begun(lambda: time.sleep(600)).problem(0) == "took too long"


def test_a_copy_keeps_no_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port, copy = server.getsockname()[1], apart.begun(lambda: time.sleep(600))
    try:
        wait_for(lambda: _is_free(port), 60)
    finally:
        copy.problem(0)


def _is_free(port):
    with socket.socket() as there:
        return there.connect_ex(("127.0.0.1", port)) != 0
