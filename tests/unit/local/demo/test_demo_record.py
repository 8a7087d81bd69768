"""`make demo` with a record that cannot be read: one sentence, exit code 2, and no stack is
started.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
CONTENTS = {
    "nothing": (None, "cannot be read: No such file or directory"),
    "text": (b"Jane Doe, iron deficiency", "is not JSON"),
    "bytes": (b"\xff\xfe\x00", "is not JSON"),
    "a list": (b"[]", "is not a JSON object"),
}


@pytest.mark.parametrize(("content", "problem"), CONTENTS.values(), ids=CONTENTS)
def test_a_record_that_cannot_be_read_is_told_in_a_sentence(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    record = tmp_path / "bundle.json"
    if content is not None:
        record.write_bytes(content)
    assert demo(record) == (2, "", f"demo: the record {record} {problem}\n")


def test_a_folder_is_no_record(tmp_path: Path) -> None:
    assert demo(tmp_path) == (
        2,
        "",
        f"demo: the record {tmp_path} cannot be read: Is a directory\n",
    )


def demo(record: Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "local.demo", "--record", str(record)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr
