"""A PostgreSQL of the machine's own binaries that lives as long as the bench: its data in a folder
that is removed, its socket in there, no port.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OWNER = "peers"
_DEBIAN = Path("/usr/lib/postgresql")
_STARTS_WITHIN = 60.0
_SERVANTS = ("postgres", "nobody")
"""Whom root lends the server to: PostgreSQL refuses to be root."""


def binaries() -> Path | None:
    """The folder of initdb and postgres; None where there is none."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(_DEBIAN.glob("*/bin"), key=lambda f: int(f.parent.name), reverse=True)
    return next((one for one in folders if (one / "postgres").exists()), None)


@contextmanager
def cluster(folder: Path, databases: Sequence[str]) -> Iterator[str]:
    """The folder of its socket, with these empty databases; `folder` is that of the binaries."""
    with tempfile.TemporaryDirectory(prefix="peers-") as place:
        who = _servant(place)
        data = f"{place}/data"
        subprocess.run(
            [folder / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "--no-sync"],
            check=True, cwd=place, stdout=subprocess.DEVNULL, **who,
        )  # fmt: skip
        settings = ("listen_addresses=", "shared_preload_libraries=pg_stat_statements")
        options = [part for setting in settings for part in ("-c", setting)]
        with open(f"{place}/log", "wb") as log:
            server = subprocess.Popen(
                [folder / "postgres", "-D", data, "-k", place, *options],
                cwd=place, stdout=log, stderr=log, start_new_session=True, **who,
            )  # fmt: skip
        try:
            _wait(server, folder, place)
            for database in databases:
                _ask(folder, place, f"create database {database}")
            _ask(folder, place, "create extension pg_stat_statements")
            yield place
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nobody needs its data any more
            server.wait(timeout=60)


def _servant(place: str) -> Mapping[str, Any]:
    """How a process is started that may be the server, and owns the folder."""
    if os.geteuid() != 0:
        return {}
    known = {one.pw_name: one for one in pwd.getpwall()}
    servant = next(known[name] for name in _SERVANTS if name in known)
    os.chown(place, servant.pw_uid, servant.pw_gid)
    return {"user": servant.pw_uid, "group": servant.pw_gid, "extra_groups": []}


def _wait(server: "subprocess.Popen[bytes]", folder: Path, place: str) -> None:
    ends = time.monotonic() + _STARTS_WITHIN
    while subprocess.run([folder / "pg_isready", "-q", "-h", place], check=False).returncode:
        if server.poll() is not None or time.monotonic() > ends:
            raise SystemExit(f"PostgreSQL did not start: {Path(place, 'log').read_text()[-2_000:]}")
        time.sleep(0.2)


def _ask(folder: Path, place: str, command: str) -> None:
    subprocess.run(
        [folder / "psql", "-q", "-h", place, "-U", OWNER, "-d", "postgres", "-c", command],
        check=True,
    )
