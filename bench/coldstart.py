"""Whole cold invocations of the packed artifact as a ratio to boto3's own:
`python -m bench.coldstart [--rounds N] [--only NAME ...] [--artifact DIRECTORY]`.

A cold invocation is the import of a function and its first request with its AWS calls, against a
stub with DynamoDB's conditions. F' is `boto3.client("dynamodb")` and one PutItem. Both end in
`os._exit`, because Lambda never pays for an interpreter's exit, and take turns in the same run, so
that the machine's speed cancels out. CPU is the process's own; `init` is what runs before the first
request (Lambda does not throttle it), `handler` what comes after.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib.metadata import version
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Any

from bench.cold_stub import BUCKET, Stub, empty, furnished
from tools.sam_artifact import BUILD, PYTHON, find_python, packed

ROOT = Path(__file__).parents[1]
CHILD = Path(__file__).with_name("cold_child.py")
BASE, EMPTY = "(F')", empty()
BASELINE = """
import boto3, os
client = boto3.client("dynamodb")
client.put_item(TableName="t", Item={"pk": {"S": "x"}, "sk": {"S": "x"}})
os._exit(0)
"""
TARGETS = {
    **dict.fromkeys(("create_run", "get_run", "list_runs", "next_run", "execute_studio_run"), 1.10),
    "health": 0.6,
}
"""Highest ratio to F', CPU, of a whole cold invocation."""
SLOW_CALL = 0.008
"""Seconds an AWS call takes when the worker's way to its model request is measured."""


class ChildFailed(Exception):
    """A measured process ended in an error."""


@dataclass(slots=True)
class Taken:
    """Of one process: seconds."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    init: list[float] = field(default_factory=list)
    handler: list[float] = field(default_factory=list)
    to_model: list[float] = field(default_factory=list)
    status: int = 0
    unknown: bool = False
    form: Any = None
    calls: int = 0
    turns: int = 0
    """Calls without those of the same name that follow each other: how often a request that waits
    looks again is a matter of its speed.
    """


def main() -> int:
    """Print medians and ratios; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--artifact", type=Path)
    parser.add_argument(
        "--alike", action="store_true", help="only whether an artifact without tricks answers alike"
    )
    options = parser.parse_args()
    python = find_python()
    if python is None:
        print(f"no Python {PYTHON} here, nothing was measured")
        return 0
    names = options.only or sorted(
        path.parent.name for path in (ROOT / "functions").glob("*/handler.py")
    )
    artifact = (options.artifact or packed()).resolve()
    with Stub(0).serving() as stub, redirect_stdout(StringIO()):  # the world's own log lines
        os.environ.update(_environment(stub.url))
        taken = _measured(stub, python, artifact, names, options.rounds)
        plain = packed(plain=True).resolve() if options.alike else artifact
        other = _measured(stub, python, plain, names, 1) if options.alike else taken
    if options.alike:
        return _differing(taken, other)
    return _print(taken, options.rounds)


def _differing(taken: Mapping[str, Taken], other: Mapping[str, Taken]) -> int:
    """1 when a function answers otherwise, or makes other calls, without the tricks."""
    unlike = [
        name
        for name, one in taken.items()
        if name in other
        and (one.status, one.form, one.turns)
        != (other[name].status, other[name].form, other[name].turns)
    ]
    print(f"{len(taken) - len(unlike)} functions answer alike; otherwise: {unlike or 'none'}")
    return 1 if unlike else 0


def _environment(url: str) -> dict[str, str]:
    """What every function finds; read by the world's own stores as well."""
    return {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": url,
        "AWS_LAMBDA_FUNCTION_NAME": "cold",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "TABLE_NAME": "t",
        "AUDIT_TABLE_NAME": "t",
        "BUCKET_NAME": BUCKET,
        "QUEUE_URL": f"{url}/q",
        "DEAD_LETTER_QUEUE_URL": f"{url}/q",
        "DIAGNOSIS_WORKER_ENABLED": "true",
        "DOCS_ENABLED": "true",
        "MODEL_API_KEY": "k",
        "MODEL_BASE_URL": f"{url}/model",
    }


def _measured(
    stub: Stub, python: str, artifact: Path, names: Sequence[str], rounds: int
) -> Mapping[str, Taken]:
    worlds = {name: furnished(name) for name in names}
    baseline, taken = _baseline(python), {name: Taken() for name in (BASE, *names)}
    for round_number in range(rounds + 1):  # the first one warms the disk and is not counted
        for name, one in taken.items():
            kept = one if round_number else Taken()
            if name == BASE:
                stub.begin(EMPTY)
                _run(kept, [python, "-S", "-c", BASELINE], baseline)
                continue
            state = stub.begin(worlds[name], SLOW_CALL if name == "worker" else 0)
            begun = time.perf_counter()
            if one.unknown:
                continue
            try:
                _run(kept, [python, "-S", str(CHILD), name, f"{ROOT}/events/{name}.json"], artifact)
            except ChildFailed:
                one.unknown = True  # it calls what the stub does not know
            kept.calls, kept.turns = len(state.asked), len(list(groupby(state.asked)))
            if state.model_asked_at is not None:
                kept.to_model.append(state.model_asked_at - begun)
            one.unknown |= any(asked.startswith("FAILED") for asked in state.asked)
    left_out = [name for name, one in taken.items() if one.unknown]
    print(
        f"left out, because the stub does not know their calls: {left_out or 'none'}",
        file=sys.stderr,
    )
    return {name: one for name, one in taken.items() if not one.unknown}


def _run(taken: Taken, command: list[str], path: Path) -> None:
    """One process, added to what was taken. Raises ChildFailed."""
    told, tell = os.pipe()
    begun = time.perf_counter()
    process = subprocess.Popen(
        [*command, str(tell)],
        env={**os.environ, "PYTHONPATH": str(path)},
        cwd="/",
        pass_fds=(tell,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    os.close(tell)
    with os.fdopen(told, "rb") as reader, process:
        line = reader.read()  # to its end first: what it tells may be longer than a pipe holds
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        taken.wall.append(time.perf_counter() - begun)
        taken.cpu.append(used.ru_utime + used.ru_stime)
        if process.returncode:
            assert process.stderr is not None
            raise ChildFailed(f"{command[2:4]}: {process.stderr.read().decode()[-2000:]}")
    if line:
        taken.status, taken.form, init, handler = json.loads(line)
        taken.init.append(init)
        taken.handler.append(handler)


def _baseline(python: str) -> Path:
    """boto3 as pip installs it, in the version that is deployed."""
    wanted = f"boto3=={version('boto3')}"
    target = BUILD / f"baseline-{wanted.replace('=', '-')}"
    if not target.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", f"{target}.new"]
        subprocess.run([*pip, wanted, f"botocore=={version('botocore')}"], check=True)
        subprocess.run([python, "-m", "compileall", "-q", f"{target}.new"], check=True)
        Path(f"{target}.new").rename(target)
    return target.resolve()


def _print(taken: Mapping[str, Taken], rounds: int) -> int:
    base = taken[BASE]
    print(
        f"medians of {rounds}; F' is {statistics.median(base.cpu) * 1000:.0f} ms of CPU, "
        f"{statistics.median(base.wall) * 1000:.0f} ms in all here"
    )
    heads = ("x F' CPU", "x F' wall", "init ms", "handler ms", "calls", "status", "target")
    print(f"{'function':<24}" + "".join(f"{head:>11}" for head in heads))
    missed = 0
    for name, one in taken.items():
        ratio, wall = _ratio(one.cpu, base.cpu), _ratio(one.wall, base.wall)
        goal = TARGETS.get(name)
        missed += goal is not None and ratio > goal
        parts = [statistics.median(part or [0]) * 1000 for part in (one.init, one.handler)]
        print(
            f"{name:<24}{ratio:>11.2f}{wall:>11.2f}{parts[0]:>11.0f}{parts[1]:>11.0f}"
            f"{one.calls:>11}{one.status:>11}{goal or '':>11}"
        )
    if (worker := taken.get("worker")) and worker.to_model:
        print(
            f"worker until its model request, {SLOW_CALL * 1000:.0f} ms an AWS call: "
            f"{statistics.median(worker.to_model) * 1000:.0f} ms, "
            f"{statistics.median(worker.to_model) / statistics.median(base.wall):.2f} x F' wall"
        )
    return 1 if missed else 0


def _ratio(times: Sequence[float], base: Sequence[float]) -> float:
    """The median of the ratios of processes that ran next to each other."""
    return statistics.median(one / other for one, other in zip(times, base, strict=True))


if __name__ == "__main__":
    sys.exit(main())
