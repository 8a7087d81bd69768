"""What a bulk does to each run: what its creator's own request would, with their relations of now.

It is on record as such a request is: one entry a page with all its patients and runs, and one with
those that its creator may not touch.
"""

from typing import Any

from shared.access.policy import Caller, Role
from shared.bootstrap import Services
from shared.engine.trail import Looks
from shared.errors import Conflict, Forbidden, NotFound, RequestError, RunUnreadable, StoreError
from shared.http.authorize import changeable_run, found_run
from shared.http.call import Call
from shared.http.doors.retry import RetryRun, retry_as
from shared.http.doors.runs import list_scope
from shared.http.models import milliseconds, moment_of
from shared.observability import log_bug
from shared.ports import Unreadable
from shared.records.bulk import Bulk, BulkAction, Touched
from shared.records.run import Run, Status

ACTION = "bulk"
_GONE = 410


class RunsErrand:
    """Implements shared.engine.bulk.Errand for a bulk."""

    def __init__(self, services: Services, bulk: Bulk) -> None:
        self._services, self._bulk = services, bulk
        self._call, self._refused = self._new_call(), Looks()
        self._statuses, self._codes = _words(bulk, "status"), _words(bulk, "code")
        looked_in = self._statuses or (self._codes and [Status.FAILED.value])
        self.scope = list_scope(self._call, looked_in, bulk.filter.get("tag"))
        self.oldest = _moment(bulk.filter.get("created_after")) or 0
        before = _moment(bulk.filter.get("created_before"))
        self.end = bulk.created_at if before is None else min(before, bulk.created_at)

    def wants(self, row: Run | Unreadable) -> bool:
        wanted = self._bulk.filter
        if isinstance(row, Unreadable):
            names = {"workflow", "profile", "tag", "code"}
            return names.isdisjoint(wanted) and "unreadable" in (self._statuses or ["unreadable"])
        return (
            (not self._statuses or row.status in self._statuses)
            and (not self._codes or row.error_code in self._codes)
            and wanted.get("workflow") in (None, row.workflow)
            and wanted.get("profile") in (None, row.attributes.get("profile"))
            and ("tag" not in wanted or wanted["tag"] in row.tags)
        )

    def touch(self, run_id: str) -> Touched:
        op = self._bulk.op(run_id)
        try:
            if not self.has_touched(run_id):
                self._act(changeable_run(self._call, run_id), op)
        except Forbidden:
            self._call.looks.hand_over(run_id, self._refused)
            return Touched.SKIPPED
        except (NotFound, Conflict, RunUnreadable):
            return Touched.SKIPPED
        except RequestError as refused:
            return Touched.SKIPPED if refused.status == _GONE else Touched.FAILED
        except StoreError:
            raise
        except Exception as exc:  # noqa: BLE001 - one run must not hold up the others
            log_bug("bulk_failed", exc, run_id=run_id)
            return Touched.FAILED
        return Touched.DONE

    def has_touched(self, run_id: str) -> bool:
        op = self._bulk.op(run_id)
        try:
            run = found_run(self._call, run_id)
        except RequestError:  # gone, erased, or not to be read
            return False
        return any(entry.op == op for entry in run.history)

    def put_on_record(self) -> None:
        self._write(self._call, self._call.looks, refused=False)
        self._write(self._new_call(), self._refused, refused=True)
        self._call, self._refused = self._new_call(), Looks()

    def _write(self, call: Call, looks: Looks, *, refused: bool) -> None:
        now = self._services.clock.now_ms()
        entry = looks.entry(call.caller, ACTION, call.request_id, now, refused=refused)
        if entry is not None:
            self._services.audit.write(entry)

    def _act(self, run: Run, op: str) -> None:
        who = self._call.caller.user_id
        if self._bulk.action is BulkAction.CANCEL:
            self._services.commands.cancel(run, who, op)
        else:
            retry_as(self._call, run, RetryRun(refresh=self._bulk.refresh), op)

    def _new_call(self) -> Call:
        """A request of the creator's with nothing on record yet: each page is one."""
        bulk = self._bulk
        roles = frozenset(Role(role) for role in bulk.roles if role in set(Role))
        facts: dict[str, Any] = {"params": {}, "headers": {}, "raw_body": b"", "body": None}
        return Call(
            services=self._services,
            caller=Caller(bulk.created_by, bulk.org_id, roles),
            request_id=f"{bulk.id}.{self._services.ids.op()}",
            method="POST",
            path="/bulk",
            keyed=False,
            idempotency_key=None,
            position=None,
            list_name="",
            wait_seconds=0,
            looks=Looks(),
            **facts,
        )


def _words(bulk: Bulk, name: str) -> list[str]:
    held = bulk.filter.get(name) or []
    return [held] if isinstance(held, str) else list(held)


def _moment(text: str | None) -> int | None:
    return None if text is None else milliseconds(moment_of(text))
