"""Runs of any workflow: list, wait, follow, cancel, retry, clone, advance; and what they made."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from studio_runs_client import models
from studio_runs_client.doors.door import Door, given, read
from studio_runs_client.downloads import download
from studio_runs_client.errors import ConnectionFailed, ServerFault, UnexpectedAnswer, WaitedTooLong
from studio_runs_client.pages import Pages
from studio_runs_client.streaming import TERMINAL, events_of

_HOLD = 20
_PAUSE_SECONDS = 1.0
_FOR_A_PERSON = ("gate", "manual")
Words = str | Sequence[str] | None


class Runs(Door):
    def create(
        self,
        profile: str,
        *,
        intake: str | None = None,
        project_name: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        auto_advance: bool | None = None,
        max_attempts: int | None = None,
        max_cost_usd: float | None = None,
        start_at: datetime | None = None,
        key: str | None = None,
        wait: float | None = None,
    ) -> models.Run:
        """An orchestration. `key` makes the request repeatable beyond this call; within it a key is
        made and kept.
        """
        body = given(
            profile=profile,
            intake=intake,
            project_name=project_name,
            metadata=metadata,
            tags=None if tags is None else list(tags),
            auto_advance=auto_advance,
            max_attempts=max_attempts,
            max_cost_usd=max_cost_usd,
            start_at=start_at,
        )
        answer = self._post("/runs", body, key=key, keyed=True, wait=wait)
        return read(models.Run, answer.data["run"])

    def list(
        self,
        *,
        workflow: str | None = None,
        profile: str | None = None,
        status: Words = None,
        tag: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int | None = None,
    ) -> Pages[models.RunRow | models.UnreadableRun]:
        """What one created and may still see, newest first; an admin's whole organisation. `limit`:
        rows a page.
        """
        query = {
            "workflow": workflow,
            "profile": profile,
            "status": status,
            "tag": tag,
            "created_after": created_after,
            "created_before": created_before,
            "limit": limit,
        }
        return Pages(self._transport, "/runs", "runs", _row, query)

    def get(self, run_id: str, *, wait: float | None = None) -> models.Run:
        """A run of any workflow. Raises UnexpectedAnswer for one that the service itself cannot
        read.
        """
        return _run(self._get(f"/runs/{run_id}", wait=wait)["run"])

    def wait(
        self,
        run_id: str,
        *,
        timeout: float | None = None,
        settled: bool = False,
        give_up_after: float = 300.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> models.Run:
        """The run when it has ended, or with `settled` also when it waits for a person, at a gate
        or to be started.

        A server that is restarted meanwhile is waited for: only after `give_up_after` seconds
        without any answer is the last
        failure raised. Raises WaitedTooLong after `timeout` seconds.
        """
        begun = silent_since = time.monotonic()
        seen: models.Run | None = None
        while True:
            left = _HOLD if timeout is None else begun + timeout - time.monotonic()
            if left <= 0:
                raise WaitedTooLong(seen)
            asked_at = time.monotonic()
            try:
                seen = self.get(run_id, wait=min(_HOLD, left))
            except (ConnectionFailed, ServerFault):
                if time.monotonic() - silent_since > give_up_after:
                    raise
                sleep(min(_PAUSE_SECONDS, left))
                continue
            silent_since = time.monotonic()
            if seen.status in TERMINAL or (settled and seen.blocked_by in _FOR_A_PERSON):
                return seen
            if silent_since - asked_at < min(_PAUSE_SECONDS, left):
                # What waits for a person is answered at once.
                sleep(min(_PAUSE_SECONDS, left))

    def events(self, run_id: str, *, after: int = 0) -> Iterator[models.Event]:
        """The history so far, oldest first."""
        path = f"/runs/{run_id}/events"
        return iter(self._pages(models.Event, path, "events", {"after": after, "limit": 100}))

    def stream(
        self, run_id: str, *, after: int = 0, give_up_after: float = 300.0
    ) -> Iterator[models.Event]:
        """Every event after the seq `after` as it happens, until the run has ended; none lost and
        none twice.
        """
        return events_of(self._transport, run_id, after=after, give_up_after=give_up_after)

    def cancel(self, run_id: str) -> models.CancelledData:
        """The run, and a receipt of what it had spent."""
        return read(models.CancelledData, self._post(f"/runs/{run_id}/cancel").data)

    def retry(
        self,
        run_id: str,
        *,
        max_cost_usd: float | None = None,
        max_attempts: int | None = None,
        refresh: bool | None = None,
        key: str | None = None,
        wait: float | None = None,
    ) -> models.Run:
        """At least one more attempt for a failed run."""
        body = given(max_cost_usd=max_cost_usd, max_attempts=max_attempts, refresh=refresh)
        path = f"/runs/{run_id}/retry"
        answer = self._post(path, body or None, key=key, keyed=True, wait=wait)
        return read(models.Run, answer.data["run"])

    def clone(
        self, run_id: str, *, key: str | None = None, wait: float | None = None, **overrides: Any
    ) -> models.Run:
        """A new run like that one; overrides replace fields of what it was created with."""
        body = {"overrides": given(**overrides)} if overrides else None
        answer = self._post(f"/runs/{run_id}/clone", body, key=key, keyed=True, wait=wait)
        return read(models.Run, answer.data["run"])

    def next(
        self,
        run_id: str,
        *,
        skip_validation: bool | None = None,
        key: str | None = None,
        wait: float | None = None,
    ) -> models.Advanced:
        """Execute the present phase of an orchestration that waits at a gate."""
        body = given(skip_validation=skip_validation) or None
        answer = self._post(f"/runs/{run_id}/next", body, key=key, keyed=True, wait=wait)
        return read(models.Advanced, answer.data)

    def why(self, run_id: str) -> models.WhyData:
        """What the run waits for."""
        return read(models.WhyData, self._get(f"/runs/{run_id}/why"))

    def compare(self, a: str, b: str) -> models.ComparisonData:
        """What differs between two runs."""
        return read(models.ComparisonData, self._get("/runs/compare", a=a, b=b))

    def metrics(self, run_id: str) -> models.Metrics:
        return read(models.Metrics, self._get(f"/runs/{run_id}/metrics"))

    def artifacts(
        self, run_id: str, *, phase: str | None = None
    ) -> Pages[models.ArtifactRow | models.UnavailableArtifact]:
        """What the run made and what was attached to it."""
        query = {"phase": phase, "limit": 100}
        return Pages(self._transport, f"/runs/{run_id}/artifacts", "artifacts", _artifact, query)

    def download(self, run_id: str, artifact: models.ArtifactRow | models.Artifact) -> bytes:
        """The artifact's bytes, checked against its sha256. Raises BadDownload."""
        return download(self._transport, run_id, artifact.id, artifact.sha256)

    def save(
        self, run_id: str, artifact: models.ArtifactRow | models.Artifact, folder: Path
    ) -> Path:
        """Download into a folder, under the artifact's own path; nothing is left of a bad one."""
        target = _inside(folder, artifact)
        content = self.download(run_id, artifact)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        part.write_bytes(content)
        part.replace(target)
        return target


def _inside(folder: Path, artifact: models.ArtifactRow | models.Artifact) -> Path:
    """Where in the folder the artifact belongs; a path that leads out of it is replaced by the
    artifact's id.
    """
    name = artifact.path or artifact.artifact_name
    target = (folder / name).resolve()
    return target if target.is_relative_to(folder.resolve()) and name else folder / artifact.id


def _run(value: Any) -> models.Run:
    if value.get("status") == "unreadable":
        raise UnexpectedAnswer(
            f"run {value.get('id')} was written by another version of the service"
        )
    return read(models.Run, value)


def _row(value: Any) -> models.RunRow | models.UnreadableRun:
    if value.get("status") == "unreadable":
        return read(models.UnreadableRun, value)
    return read(models.RunRow, value)


def _artifact(value: Any) -> models.ArtifactRow | models.UnavailableArtifact:
    if value.get("unavailable"):
        return read(models.UnavailableArtifact, value)
    return read(models.ArtifactRow, value)
