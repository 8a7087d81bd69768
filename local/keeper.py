"""What a stack holds outlives it, as one file: written when the stack has begun, every few seconds
while something changes, and when it stops, so that one that is killed loses the last seconds only.

Beside AWS's stores it keeps what else must stay the same: the clock, the issuer's key, the secrets
that the template generates, and the port that signed URLs name. It holds what people put in, so
only its owner may read it. A file that is of no use is put aside and never overwritten.
"""

import hashlib
import logging
import os
import pickle
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local import apart
from local.aws import snapshot
from local.aws.served import LocalAws
from local.clock.stack_clock import StackClock
from local.errors import LocalStackError
from local.gateway.issuer import Issuer
from local.template.blueprint import Blueprint

SECONDS = 2.0
SHARE = 50  # with much to save, it is busy with that for one second in so many
LONGEST = 600.0
"""Seconds that a copy of this process gets to write."""
FIELDS = {"stores", "form", "offset", "key", "secrets", "port"}
_log = logging.getLogger(__name__)
Write = Callable[[bytes], None]
"""Keeps the stores' bytes."""
Way = Callable[[LocalAws, Write], None]


class Keeper:
    """In this order: `read`, `fill`, `begin`, `stop`. Without a file, nothing is kept.

    `has_data`: what was kept is there again; `notes`: sentences for whoever started the stack.
    """

    def __init__(self, file: Path | None, *, fresh: bool = False) -> None:
        self._file, self._fresh = file, fresh
        self._kept: dict[str, Any] = {}
        self._saved: object = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.has_data = False
        self.notes: list[str] = []

    def read(self) -> int:
        """The port of the local AWS before, 0 if there was none. Raises LocalStackError."""
        if self._file is None or self._fresh:
            return 0
        try:
            self._kept = _fields(snapshot.unpickled(self._file.read_bytes()))
        except FileNotFoundError:
            return 0
        except OSError as exc:
            raise LocalStackError(f"{self._file} cannot be read: {exc.strerror}") from exc
        except ValueError as exc:
            self._put_aside(str(exc))
        return int(self._kept.get("port", 0))

    def fill(self, aws: LocalAws, clock: StackClock, blueprint: Blueprint, url: str) -> Issuer:
        """Give the local AWS what was kept, or else what the template names. The issuer
        of `url`.
        """
        self._aws, self._clock, self._form = aws, clock, _form(blueprint)
        if self._kept:
            try:
                self._restore(aws)
            except ValueError as exc:
                self._put_aside(str(exc))
        if not self._kept:
            aws.create(blueprint)
        clock.offset.value = self._kept.get("offset", 0.0)
        self._secrets = {s.name: s.text for s in blueprint.secrets} | self._kept.get("secrets", {})
        for secret in blueprint.secrets:
            aws.create_secret(secret.name, self._secrets[secret.name])
        self._issuer = Issuer(url, self._kept.get("key"))
        self.has_data = bool(self._kept)
        self._kept = {}
        return self._issuer

    def _restore(self, aws: LocalAws) -> None:
        if self._kept["form"] != self._form:
            raise ValueError("was written with another version of moto, or for other tables")
        aws.restore(self._kept["stores"])

    def begin(self) -> None:
        """Save now, and from now on."""
        if self._file is not None:
            self._save(self._file)
            self._thread = threading.Thread(target=self._go_on, name="keeper", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Save what there is when nothing is served any more. Raises LocalStackError."""
        self._stopping.set()
        if self._thread is not None and self._file is not None:
            self._thread.join()
            self._save(self._file)

    def _go_on(self) -> None:
        assert self._file is not None
        pause = SECONDS
        while not self._stopping.wait(pause):
            started = time.monotonic()
            try:
                self._save(self._file, _apart if apart.can_be else _here)
            except LocalStackError as problem:
                _log.warning("%s", problem)
            pause = max(SECONDS, SHARE * (time.monotonic() - started))

    def _save(self, file: Path, way: Way | None = None) -> None:
        moment = (self._aws.served, self._clock.offset.value)
        if moment == self._saved:
            return
        beside, owner = self._beside(), os.getpid()

        def write(stores: bytes) -> None:
            _write(file, pickle.dumps({"stores": stores, **beside}), owner)

        try:
            (way or _here)(self._aws, write)
        except Exception as exc:
            raise LocalStackError(f"{file} cannot be written: {exc or type(exc).__name__}") from exc
        self._saved = moment

    def _beside(self) -> Mapping[str, Any]:
        return {
            "form": self._form,
            "offset": self._clock.offset.value,
            "key": self._issuer.key,
            "secrets": self._secrets,
            "port": self._aws.port,
        }

    def _put_aside(self, problem: str) -> None:
        assert self._file is not None
        aside = self._file.with_suffix(f".{int(time.time() * 1000)}{self._file.suffix}")
        try:
            self._file.rename(aside)
        except OSError as exc:
            raise LocalStackError(f"{self._file} {problem}, nor moved: {exc.strerror}") from exc
        self._kept = {}
        self.notes.append(f"{self._file} {problem}: begun anew, and the old file is {aside.name}")


def _here(aws: LocalAws, write: Write) -> None:
    """Nothing is served while the stores become bytes."""
    write(aws.snapshot())


def _apart(aws: LocalAws, write: Write) -> None:
    """Nothing is served while this process is copied; the copy does the rest."""
    with aws.still():
        copy = apart.begun(lambda: write(snapshot.take()))
    if problem := copy.problem(LONGEST):
        raise OSError(problem)


def _fields(kept: Any) -> dict[str, Any]:
    if not isinstance(kept, dict) or set(kept) != FIELDS:
        raise ValueError("was written by another version of the local stack")
    return kept


def _form(blueprint: Blueprint) -> str:
    """Of what shape the stores are."""
    shape = repr((blueprint.tables, blueprint.queues, blueprint.buckets))
    return f"{snapshot.FORM}, {hashlib.sha256(shape.encode()).hexdigest()}"


def _write(file: Path, content: bytes, owner: int) -> None:
    """All or nothing, for its owner alone. Nothing for a stack, process `owner`, that has ended
    meanwhile: the file may be another's by now.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
    if owner in (os.getpid(), os.getppid()):
        new.replace(file)
