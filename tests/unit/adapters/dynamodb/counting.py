"""A project, and a client of DynamoDB that counts and breaks: what the tests of the project store
share.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shared.errors import StoreUnavailable
from shared.records.project import Project, ProjectInput
from shared.runs.canonical import sha256_hex
from tests.fakes.world import MORNING, SequentialIds

PROJECT = Project(
    "33333333-3333-4333-8333-333333333333", "demo", "Pumps", "member-1", MORNING, "ab" * 32
)
DOCUMENT = b'{"hypothesis":"h"}'
PRINT = "cd" * 32
IDS = SequentialIds()


class Client:
    """A DynamoDB client that serves one call at a time, as the real one's items do, and counts.

    It breaks when it is told to, and does something else (`meanwhile`) just before its next update.
    """

    def __init__(self, client: Any) -> None:
        self._client, self._lock = client, threading.Lock()
        self.calls: Counter[str] = Counter()
        self.rows = 0
        self.broken_at: int | None = None
        self.meanwhile: Callable[[], None] | None = None

    def __getattr__(self, name: str) -> Any:
        return lambda **arguments: self._call(name, arguments)

    def _call(self, name: str, arguments: dict[str, Any]) -> Any:
        if name == "update_item" and self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        with self._lock:
            self.calls[name] += 1
            if name in ("put_item", "update_item") and self.broken_at is not None:
                self.broken_at -= 1
                if self.broken_at < 0:
                    raise StoreUnavailable
            answer = getattr(self._client, name)(**arguments)
            self.rows += len(answer.get("Items", []))
            return answer


def an_input(identifier: str | None = None, **changes: Any) -> ProjectInput:
    one = ProjectInput(
        id=identifier or IDS.unique(), org_id="demo", project_id=PROJECT.id, version=0,
        status="final", title="h",
        created_by="member-1", created_at=MORNING, sha256=sha256_hex(DOCUMENT),
        size_bytes=len(DOCUMENT),
    )  # fmt: skip
    return replace(one, **changes)
