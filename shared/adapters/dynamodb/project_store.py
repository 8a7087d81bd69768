"""Projects in DynamoDB and S3: projects, their numbered inputs, and what lists derive of their
runs.

An input's version is its place beside the project (`I#00000007`): one conditional write takes the
first free place, so versions have no gaps however many write at once, and nothing has to be
counted. Two numbers on the project only save looking, and are never the truth: `n`, up to which
places are known to be taken, and `rc` runs up to the list position `ro`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.project_items import (
    INPUT,
    PROJECT,
    document_object,
    input_from,
    input_item,
    input_key,
    latest_final,
    project_from,
    project_item,
    thing_key,
)
from shared.adapters.dynamodb.project_tally import Tally, begun_at, settled
from shared.adapters.dynamodb.run_codec import is_run, readable
from shared.adapters.dynamodb.table import Table
from shared.adapters.s3 import Bucket
from shared.errors import IdempotencyKeyReused, PayloadMissing, StoreUnavailable
from shared.ports import Unreadable
from shared.records.project import Project, ProjectInput, ProjectSummary
from shared.records.run import Run
from shared.runs.timing import MINUTE
from shared.workflows.definitions import ANALYSIS

SETTLED_AFTER = 2 * MINUTE
"""When no run can turn up any more that was created so long ago: a list index lags by seconds, a
request lives for half a minute.
"""
SETTLE_AT = 5
EXAMINED_AT_MOST = 1_000
"""Entries of lists that one request reads."""
_SIDE_BY_SIDE = 8
_PLACES_AT_MOST = 1_000


class DynamoProjectStore:
    """Implements shared.ports.ProjectStore over a table and a bucket."""

    def __init__(self, table: Table, bucket: Bucket) -> None:
        self._table, self._bucket = table, bucket

    # --- projects ---------------------------------------------------------------------------------

    def create_project(self, project: Project) -> Project | None:
        """None when written, else the one that the same request made before.

        Raises IdempotencyKeyReused.
        """
        existing = self._table.put_new(project_item(project))
        return (
            None
            if existing is None
            else project_from(_same(existing, PROJECT, project.fingerprint))
        )

    def get_project(self, org_id: str, project_id: str) -> Project | None:
        item = self._table.get(thing_key(project_id))
        values = {} if item is None else plain(item)
        return (
            project_from(values) if values.get("k") == PROJECT and values["og"] == org_id else None
        )

    def is_taken(self, identifier: str) -> bool:
        """Whether something was made, or begun, under this id: then a request that leads to it is a
        repetition.
        """
        return self._table.get(thing_key(identifier)) is not None

    def summaries(
        self, org_id: str, person: str | None, position: str | None, limit: int
    ) -> tuple[list[ProjectSummary], str | None]:
        """A person's projects, or with None the organisation's, newest first.

        A page ends where the runs of its projects are more than a request may count; one that ends
        in the midst of a project goes on there.
        """
        start, begun = begun_at(position)
        if person is None:
            index, name, partition = keys.ORG_INDEX, "g", keys.projects_of_org(org_id)
        else:
            index, name = keys.CREATOR_INDEX, "c"
            partition = keys.projects_of_person(org_id, person)
        found, last = self._table.query_keys(index, name, partition, start, limit)
        listed = [plain(item) for item in self._table.get_all(found)]
        tallies = self._tallies(listed, begun, EXAMINED_AT_MOST - limit)
        whole = [tally for tally in tallies if tally.position is None]
        shown = self._summarised(listed[: len(whole)], whole)
        if len(whole) == len(listed):
            return shown, last
        if whole:
            return shown, listed[len(whole) - 1]["o"].hex()
        return [], tallies[0].position_of_project(listed[0])

    def _summarised(self, listed: Sequence[Item], tallies: Sequence[Tally]) -> list[ProjectSummary]:
        """The projects with their counts: one read for the inputs of all, and one for the last runs
        of all.
        """
        inputs = self._inputs_counts({project_from(values).id: values["n"] for values in listed})
        newest = [None if t.newest is None else keys.from_order(t.newest)[1] for t in tallies]
        runs = self._runs([run_id for run_id in newest if run_id])
        return [
            _summary(project, inputs[project.id], tally.count, runs.get(run_id or ""))
            for project, tally, run_id in zip(
                map(project_from, listed), tallies, newest, strict=True
            )
        ]

    def _runs(self, run_ids: Sequence[str]) -> dict[str, Run | Unreadable]:
        items = self._table.get_all([thing_key(run_id) for run_id in run_ids])
        found = [readable(item) for item in items if is_run(item)]
        return {run.id: run for run in found}

    # --- how many runs ----------------------------------------------------------------------------

    def _tallies(self, listed: Sequence[Item], begun: Tally | None, room: int) -> list[Tally]:
        """Of the first of these projects, as many as there is room for; the last may not be whole.
        A share of the room each is read side by side, then those that have more, one after another.
        """
        share = max(1, room // max(1, len(listed)))
        starts = [settled(values) for values in listed]
        starts[:1] = [begun or starts[0]] if starts else []
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            counted = zip(listed, starts, strict=True)
            tallies = list(pool.map(lambda one: self._counted(one[0], one[1], share), counted))
        room -= sum(tally.count - start.count for tally, start in zip(tallies, starts, strict=True))
        for at, values in enumerate(listed):
            if tallies[at].position is not None and room > 0:
                before = tallies[at].count
                tallies[at] = self._counted(values, tallies[at], room)
                room -= tallies[at].count - before
            if tallies[at].position is not None:
                return tallies[: at + 1]
        return tallies

    def _counted(self, values: Item, tally: Tally, limit: int) -> Tally:
        """With so many more of a project's runs, oldest first."""
        partition = keys.subject(values["og"], ANALYSIS.subject, project_from(values).id)
        found, position = self._table.query_keys(
            keys.SUBJECT_INDEX, "s", partition, tally.position, limit, newest_first=False
        )
        return tally.with_more(found, position)

    def settle(self, project_id: str, now: int) -> None:
        """Count the project's old runs into its tally when enough of them are there: of a thousand
        at most, so that one who comes later has less to do.

        Counting all its runs then stays cheap.
        """
        item = self._table.get(thing_key(project_id))
        if item is None:
            return
        values = plain(item)
        start = settled(values)
        partition = keys.subject(values["og"], ANALYSIS.subject, project_id)
        found, _ = self._table.query_keys(
            keys.SUBJECT_INDEX, "s", partition, start.position, EXAMINED_AT_MOST, newest_first=False
        )
        orders = [plain(entry)["o"] for entry in found]
        old = [one for one in orders if keys.from_order(one)[0] <= now - SETTLED_AFTER]
        if len(old) >= SETTLE_AT:
            self._advance(
                project_id,
                "SET rc = :to, ro = :o",
                "rc",
                start.count + len(old),
                {":o": old[-1]},
            )

    def _advance(
        self,
        project_id: str,
        expression: str,
        attribute: str,
        to: int,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Raise one of a project's two numbers, unless somebody has already raised it further."""
        self._table.try_update(
            Key=thing_key(project_id),
            UpdateExpression=expression,
            ConditionExpression=f"{attribute} < :to",
            ExpressionAttributeValues=wire({":to": to, **(more or {})}),
        )

    # --- inputs -----------------------------------------------------------------------------------

    def add_input(
        self, new: ProjectInput, document: bytes, fingerprint: str
    ) -> tuple[ProjectInput, bool]:
        """Give it the next version; (as it stands, whether this call made it).

        Raises IdempotencyKeyReused.

        The document first, then the claim of the input's id, then its place. All who claim the same
        id look for a place from the same one on (`f`), and take the first that is free or theirs
        already: so an id has one place, whoever was interrupted where.
        """
        self._bucket.put_new(document_object(new), document)
        taken = self._newest(new.project_id)
        existing = self._table.put_new(
            thing_key(new.id) | wire({"k": INPUT, "fp": fingerprint, "f": taken})
        )
        before = taken if existing is None else _same(existing, INPUT, fingerprint)["f"]
        final = self._final_up_to(new.project_id, before)
        for version in range(before + 1, before + 1 + _PLACES_AT_MOST):
            numbered = replace(new, version=version)
            standing = self._table.put_new(input_item(numbered, final))
            if standing is None:
                self._advance(new.project_id, "SET n = :to", "n", version)
                return numbered, True
            if input_from(standing).id == new.id:
                return input_from(standing), False
            final = latest_final(standing)
        raise StoreUnavailable("too many inputs were added before this one was tried again")

    def get_input(self, project: Project, version: int) -> ProjectInput | None:
        item = self._table.get(input_key(project.id, version))
        return None if item is None else input_from(item)

    def latest_final(self, project: Project) -> ProjectInput | None:
        return self.get_input(project, self._final_up_to(project.id, self._newest(project.id)))

    def _final_up_to(self, project_id: str, version: int) -> int:
        """The latest version up to this one that is final; 0 for none."""
        item = None if version == 0 else self._table.get(input_key(project_id, version))
        return 0 if item is None else latest_final(item)

    def inputs(
        self, project: Project, position: str | None, limit: int
    ) -> tuple[list[ProjectInput], str | None]:
        """Newest version first; a position is the version of the last row."""
        newest = self._newest(project.id) if position is None else int(position, 16) - 1
        last = max(newest - limit + 1, 1)
        items = self._table.get_all(
            [input_key(project.id, version) for version in range(newest, last - 1, -1)]
        )
        return [input_from(item) for item in items], f"{last:08x}" if last > 1 else None

    def read_input(self, project_input: ProjectInput) -> bytes:
        """The document as it was added. Raises PayloadMissing when it is gone or damaged."""
        data = self._bucket.get(document_object(project_input))
        if data is None or hashlib.sha256(data).hexdigest() != project_input.sha256:
            raise PayloadMissing("an input's document is missing or damaged")
        return data

    def _newest(self, project_id: str) -> int:
        item = self._table.get(thing_key(project_id))
        return self._inputs_counts({project_id: 0 if item is None else plain(item)["n"]})[
            project_id
        ]

    def _inputs_counts(self, known: Mapping[str, int]) -> dict[str, int]:
        """The newest version of each project, which is also how many inputs it has.

        `known`: a version of each project that is known to be taken, from which to look on.
        """
        counts = dict(known)
        growing = list(counts)
        while growing:
            found = self._table.get_all(
                [input_key(project_id, counts[project_id] + 1) for project_id in growing]
            )
            growing = [keys.id_of(plain(item)["pk"]) for item in found]
            counts |= {project_id: counts[project_id] + 1 for project_id in growing}
        return counts


def _summary(
    project: Project, inputs: int, runs: int, last: Run | Unreadable | None
) -> ProjectSummary:
    if isinstance(last, Unreadable):
        return ProjectSummary(project, inputs, runs, None, last.id)
    return ProjectSummary(project, inputs, runs, last)


def _same(existing: Item, kind: str, fingerprint: str) -> Item:
    """What an earlier use of a key made.

    Raises IdempotencyKeyReused when that was something else.
    """
    values = plain(existing)
    if values.get("k") != kind or values["fp"] != fingerprint:
        raise IdempotencyKeyReused
    return values
