"""`make demo`: plays one of the main jobs through on a stack of its own, with the command line
`runs`, and exits.

What stands behind a `$` is what a person would type; the rest is set up with the Python client.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from studio_runs_client.errors import ApiError

from local.demo.analysis import play_analysis
from local.demo.diagnosis import play_diagnosis
from local.demo.orchestration import play_orchestration
from local.demo.stack_process import running_stack
from local.demo.terminal import Terminal
from local.seed import RECORD

WRONG_USAGE = 2


def main() -> int:
    """What `runs` exits with for the run's outcome, 2 when it could not be asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--workflow", choices=["diagnosis", "orchestration", "analysis"], default="diagnosis"
    )
    parser.add_argument(
        "--record", type=Path, default=RECORD, help="a FHIR R4 Bundle with one Patient"
    )
    parser.add_argument("--intake", help="what the orchestration shall build")
    given = parser.parse_args()
    if problem := unreadable(given.record):
        print(f"demo: the record {given.record} {problem}", file=sys.stderr)
        return WRONG_USAGE
    record = given.record.read_bytes()
    players: dict[str, Callable[[Terminal], int]] = {
        "diagnosis": lambda terminal: play_diagnosis(terminal, given.record.name, record),
        "orchestration": lambda terminal: play_orchestration(terminal, given.intake),
        "analysis": play_analysis,
    }
    with running_stack() as url:
        return _played(players[given.workflow], Terminal(url))


def unreadable(record: Path) -> str | None:
    """Why the file cannot be a record, as the rest of a sentence; None if it holds a
    JSON object.
    """
    try:
        content = json.loads(record.read_bytes())
    except OSError as exc:
        return f"cannot be read: {exc.strerror}"
    except ValueError:
        return "is not JSON"
    return None if isinstance(content, dict) else "is not a JSON object"


def _played(player: Callable[[Terminal], int], terminal: Terminal) -> int:
    terminal.note("a stack of the demo's own, on a free port; it ends with the demo")
    try:
        return player(terminal)
    except ApiError as exc:
        problems = "".join(f"\n  {one['field']} {one['message']}" for one in exc.errors)
        print(f"demo: the API refused it: {exc.message}{problems}", file=sys.stderr)
        return WRONG_USAGE


if __name__ == "__main__":
    sys.exit(main())
