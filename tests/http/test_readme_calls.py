"""The README's calls by curl, typed as they stand there, against a stack."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
DEFAULT_URL = "http://127.0.0.1:3000"


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl"))), reason="bash or curl is missing")
def test_the_readmes_calls_do_what_they_say(url: str) -> None:
    block = README.split("## The API by curl\n\n")[1].split("\n\nEvery answer")[0]
    settings, calls = (re.sub(r"^ {4}", "", part, flags=re.M) for part in block.split("\n\n"))
    settings = settings.replace(DEFAULT_URL, url)
    create, listed, cancel, events = re.split(r"\n(?=curl)", calls)
    run = typed(settings, create)["run"]
    assert run["status"] == "succeeded"
    assert run["id"] in [row["id"] for row in typed(settings, listed)["runs"]]
    assert typed(settings, cancel.replace("RUN_ID", run["id"]), success=False) is None
    assert typed(settings, events.replace("RUN_ID", run["id"]))["events"][-1]["to"] == "succeeded"


def typed(settings: str, command: str, *, success: bool = True) -> Any:
    """The data that the call answered."""
    done = subprocess.run(
        ["bash", "-euc", f"{settings}\n{command}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=90,
    )
    answer = json.loads(done.stdout)
    assert answer["success"] is success, answer
    return answer.get("data")
