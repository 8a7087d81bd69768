"""Notes which AWS operations each function asks for, and of what, when the environment names a
folder for it: what `make recorded-calls` holds against the template. A presigned URL counts as
asked for.
"""

import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.client import BaseClient

FOLDER = "STUDIO_RECORDED_CALLS"
_FACTS = ("TableName", "IndexName", "QueueUrl", "SecretId", "Bucket", "Prefix")
_OWNER = "recorded_function"


def recorder(function: str | None = None) -> "Callable[[BaseClient], BaseClient]":
    """What finishes a client so that its calls are noted; it changes nothing where no folder is
    named.

    `function`: whose calls these are; without one that of the thread, which bears its name, or of
    the thread that started it.
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        return lambda client: client
    if function is None:
        _threads_inherit()
    return _Recorder(Path(folder), function).take


class _Recorder:
    def __init__(self, folder: Path, function: str | None) -> None:
        self._file = folder / f"{os.getpid()}.jsonl"
        self._function = function
        self._noted: set[str] = set()
        self._writing = threading.Lock()

    def take(self, client: "BaseClient") -> "BaseClient":
        client.meta.events.register("before-parameter-build", self._note, unique_id="recorded")
        return client

    def _note(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        line = json.dumps([self._function or _owner(), service, model.name, facts_of(params)])
        with self._writing:
            if line not in self._noted:
                self._noted.add(line)
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(f"{line}\n")


def facts_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """Names, and of keys only the beginning that says of what kind the thing is."""
    facts = {name: params[name] for name in _FACTS if name in params}
    key = params.get("Key")
    if isinstance(key, dict):
        head, mark, _ = str(key["pk"]["S"]).partition("#")
        facts["kind"] = head + mark
    elif isinstance(key, str):
        facts["kind"] = key.partition("/")[0] + "/"
    if "TransactItems" in params:
        facts["items"] = sorted(
            {f"{kind} {one['TableName']}" for item in params["TransactItems"]
             for kind, one in item.items()}
        )  # fmt: skip
    return facts


def _owner() -> str:
    thread = threading.current_thread()
    return str(getattr(thread, _OWNER, thread.name))


def _threads_inherit() -> None:
    """A pool's threads work for the function that made the pool."""
    start = threading.Thread.start

    def owned(thread: threading.Thread) -> None:
        current = threading.current_thread()
        if hasattr(current, _OWNER) or thread.name.startswith("ThreadPoolExecutor"):
            setattr(thread, _OWNER, _owner())
        start(thread)

    threading.Thread.start = owned  # type: ignore[assignment, method-assign]
