"""What a large record costs to take in and to read: `python -m bench.records [--megabytes 20]`.

A record is made large by repeating its resources with new ids and dates. Each measurement is a
process of its own; CPU time is given beside that of one `json.loads` of the same bytes in the same
process, so that the machine's speed cancels out, and memory at its peak. With `--stack URL` the
record is brought to a running local stack by upload, and a diagnosis run is made of it.
"""

import argparse
import copy
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
MB = 2**20
MEMORY_MB, CPU_SECONDS = 768, 10
_FIRST = date(1990, 1, 1)
_MEASURE = """
import json, resource, sys, time
from pathlib import Path
data = Path(sys.argv[1]).read_bytes()
json.loads(data)
begun = time.process_time(); json.loads(data); parsed = time.process_time() - begun
begun = time.process_time()
from bench.records import WORK
counted = WORK[sys.argv[2]](data)
spent = time.process_time() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([peak, spent, spent / parsed, counted]))
"""


class Measured(NamedTuple):
    """`peak_mb`: the process's memory at its largest. `ratio`: CPU time to that of one
    `json.loads`. `counted`: resources taken in, or bytes of the pack.
    """

    peak_mb: float
    cpu_seconds: float
    ratio: float
    counted: int

    @property
    def is_within(self) -> bool:
        return self.peak_mb < MEMORY_MB and self.cpu_seconds < CPU_SECONDS


def grown(record: Mapping[str, Any], size: int) -> bytes:
    """The record's JSON with its resources but the Patient repeated, each time with ids of its own
    and on another day, until it has at least `size` bytes.
    """
    patient, *others = record["entry"]
    written = json.dumps(others)
    ids = sorted({entry["resource"]["id"] for entry in others}, key=len, reverse=True)
    days = sorted(_days(others))
    pieces, length, turn = [json.dumps(patient)], 0, 0
    while length < size:
        piece = written
        for own in ids:
            piece = piece.replace(f'{own}"', f'{own}-{turn}"')
        for at, day in enumerate(days):
            moved = _FIRST + timedelta(days=(turn * 7 + at) % 13_000)
            piece = piece.replace(f'"{day}', f'"{moved.isoformat()}')
        pieces.append(piece[1:-1])
        length += len(piece)
        turn += 1
    head = json.dumps({**record, "entry": []})[: -len("]}")]
    return f"{head}{', '.join(pieces)}]}}".encode()


def _days(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return set().union(*map(_days, value.values()))
    if isinstance(value, list):
        return set().union(*map(_days, value))
    full = isinstance(value, str) and len(value) >= 10 and value[:4].isdigit() and value[4] == "-"
    return {value[:10]} if full else set()


def taken_in(data: bytes) -> int:
    """The number of its resources, as PUT .../record counts them."""
    from shared.http.received import decoded_record
    from shared.workflows.diagnosis.record import validate_record

    return sum(validate_record(decoded_record(data, 50 * MB).bundle).resources.values())


def read_for_a_run(data: bytes) -> int:
    """The bytes of the pack, as `build_context` makes it."""
    from datetime import UTC, datetime

    from shared.runs.canonical import canonical_json
    from shared.workflows.diagnosis.context_pack import build_context_pack
    from shared.workflows.diagnosis.record import parse_record, validate_record

    bundle = parse_record(data)
    pack = build_context_pack(
        bundle=bundle,
        chart=validate_record(bundle).chart,
        input_config={},
        artifacts=[],
        assessment=None,
        as_of=datetime(2026, 11, 29, tzinfo=UTC),
    )
    return len(canonical_json(pack))


WORK: Mapping[str, Callable[[bytes], int]] = {"taken in": taken_in, "read": read_for_a_run}


def measured(path: Path, work: str) -> Measured:
    """One of WORK on a file, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(path), work],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return Measured(*json.loads(done.stdout))


def through(stack: str, data: bytes) -> dict[str, Any]:
    """The diagnosis run of a new patient whose record was brought by upload."""
    from uuid import uuid4

    from local.demo.client import Client

    client, patient = Client(stack), str(uuid4())
    client.call("PUT", f"/api/patients/{patient}", {}, "admin")
    users = client.call("GET", "/dev/users").body["users"]
    sub = next(user["sub"] for user in users if user["user"] == "clinician")
    client.call("PUT", f"/api/patients/{patient}/clinicians/{sub}", None, "admin")
    said = {
        "size_bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "format": "json",
    }
    record = f"/api/patients/{patient}/record"
    upload = client.call("POST", f"{record}/uploads", said, "clinician").data["upload"]
    client.carry(upload["url"], data, upload["headers"])
    client.call("PUT", record, {"upload_id": upload["id"]}, "clinician")
    made = client.call(
        "POST",
        f"/api/studio/patients/{patient}/diagnosis-runs",
        {"input_config": {}},
        "clinician",
        prefer="wait=25",
    )
    found = made.data["run"]
    while found["status"] in ("queued", "running"):
        path = f"/api/studio/diagnosis-runs/{found['id']}"
        found = client.call("GET", path, None, "clinician", prefer="wait=25").data["run"]
    return dict(found)


def main() -> int:
    """The exit code: 1 when a bound was not kept or the run did not succeed."""
    parser = argparse.ArgumentParser(description="What a large record costs.")
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--record", type=Path, default=ROOT / "local" / "seed_record.json")
    parser.add_argument("--stack", help="a running local stack, http://127.0.0.1:3000")
    options = parser.parse_args()
    record = copy.deepcopy(json.loads(options.record.read_bytes()))
    data = grown(record, int(options.megabytes * MB))
    path = ROOT / ".build" / "large_record.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    good = True
    print(f"{'':10}{'MB':>7}{'peak MB':>9}{'CPU s':>8}{'x json':>8}{'counted':>9}")
    for work in WORK:
        one = measured(path, work)
        good &= one.is_within
        print(
            f"{work:10}{len(data) / MB:7.1f}{one.peak_mb:9.0f}{one.cpu_seconds:8.1f}"
            f"{one.ratio:8.1f}{one.counted:9}"
        )
    path.unlink()
    if options.stack:
        run = through(options.stack, data)
        good &= run["status"] == "succeeded"
        print(f"run {run['status']}, record {run['record']}, {len(run['warnings'])} warnings")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
