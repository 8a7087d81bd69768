"""What an erasure and a retention need of the stores, over the other fakes."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from shared.ports import THINGS_AT_ONCE, Kind, Place, Thing
from shared.records.care import Tombstone
from tests.fakes.blobs import InMemoryArtifactStore, InMemoryPayloadStore
from tests.fakes.care_store import InMemoryCareStore
from tests.fakes.many import InMemoryBulkStore
from tests.fakes.record_store import InMemoryRecordStore
from tests.fakes.run_store import InMemoryRunStore

_PAGE = 100


@dataclass
class InMemoryErasureStore:
    """Implements shared.ports.ErasureStore. A place is what holds the thing, and its key there."""

    runs: InMemoryRunStore
    payloads: InMemoryPayloadStore
    artifacts: InMemoryArtifactStore
    care: InMemoryCareStore
    records: InMemoryRecordStore
    bulks: InMemoryBulkStore
    at_once: int = THINGS_AT_ONCE
    _places: dict[tuple[str, ...], Any] = field(default_factory=dict)
    _reached: dict[tuple[str, str], str] = field(default_factory=dict)
    _tombstones: dict[tuple[str, str], Tombstone] = field(default_factory=dict)

    def of_run(self, org_id: str, run_id: str) -> list[Thing]:
        kept = [
            self._thing(kind, "payload", (run_id, key), data)
            for kind, key, data in self.payloads.kept_of(run_id)
        ]
        used = self.artifacts.keys_used_for(run_id)
        tags = self.runs.tags_of(run_id)
        return [
            *kept,
            *(self._thing(Kind.KEY, "key", (run_id, key)) for key in used),
            *(self._thing(Kind.TAG, "tag", (org_id, run_id, tag)) for tag in tags),
        ]

    def artifacts_of_run(self, org_id: str, run_id: str) -> list[Thing]:
        del org_id
        found = self.artifacts.made_for(run_id)
        kinds = (Kind.ARTIFACT, Kind.OBJECT)
        return [self._thing(kind, "artifact", (one.id,)) for kind in kinds for one in found]

    def of_patient(
        self, org_id: str, patient_id: str, position: str | None
    ) -> tuple[list[Thing], str | None]:
        """A position is the place of the last thing in their order, which stays when it is gone."""
        order = {_rank(thing): thing for thing in self._of_patient(org_id, patient_id)}
        rest = sorted(rank for rank in order if position is None or rank > position)
        page = rest[: self.at_once]
        return [order[rank] for rank in page], page[-1] if len(rest) > self.at_once else None

    def _of_patient(self, org_id: str, patient_id: str) -> Iterator[Thing]:
        whose = (org_id, patient_id)
        for sha256 in self.records.objects_of(*whose):
            yield self._thing(Kind.OBJECT, "1 record", (*whose, sha256))
        for upload in self.records.uploads_of(*whose):
            if self.records.read_upload(upload) is not None:
                yield self._thing(Kind.OBJECT, "2 uploaded", (upload.id,))
            yield self._thing(Kind.UPLOAD, "3 upload", (upload.id,))
        for one in _all_assessments(self.care, *whose):
            yield self._thing(Kind.OBJECT, "4 assessment", (one,))
            yield self._thing(Kind.ASSESSMENT, "4 assessment", (one,))
        for record in self.records.versions_of(*whose):
            yield self._thing(Kind.RECORD_VERSION, "5 version", (*whose, record.version))
        if self.records.get(*whose) is not None:
            yield self._thing(Kind.RECORD_VERSION, "6 in force", (*whose, None))
        if self.care.has_name(*whose):
            yield self._thing(Kind.PATIENT, "7 patient", whose)

    def _thing(
        self, kind: Kind, where: str, key: tuple[Any, ...], content: bytes | None = None
    ) -> Thing:
        place = (where, kind.value, *map(_text, key))
        self._places[place] = key
        data = repr(place).encode() if content is None else content
        return Thing(kind, place, hashlib.sha256(data).hexdigest())

    def remove(self, things: Sequence[Thing], now: int) -> None:
        for one in things:
            self._remove(one.place[0].lstrip("1234567 "), self._places[one.place], now)

    def _remove(self, where: str, key: tuple[Any, ...], now: int) -> None:
        removers: Mapping[str, Callable[..., None]] = {
            "payload": self.payloads.drop,
            "key": self.artifacts.forget_key,
            "tag": self._untag,
            "artifact": self.artifacts.erase,
            "record": self.records.drop,
            "version": self.records.drop,
            "in force": self.records.drop,
            "uploaded": self.records.drop_uploaded,
            "upload": self.records.drop_upload,
            "assessment": self.care.erase_assessment,
            "patient": partial(self.care.unname, now=now),
        }
        removers[where](*key)

    def _untag(self, org_id: str, run_id: str, tag: str) -> None:
        self.bulks.forget_tag(org_id, tag)
        self.runs.untag(run_id, tag)

    def strip(self, run_id: str, now: int) -> None:
        """There is nothing of a run here that its lists and its row do not need."""

    def reached(self, run_id: str, step: str) -> Mapping[str, Any] | None:
        noted = self._reached.get((run_id, step))
        return None if noted is None else json.loads(noted)

    def note_reached(self, run_id: str, step: str, reached: Mapping[str, Any]) -> None:
        self._reached[run_id, step] = json.dumps(reached)

    def keep_tombstone(self, org_id: str, patient_id: str, tombstone: Tombstone) -> None:
        self._tombstones.setdefault((org_id, patient_id), tombstone)

    def tombstones(self) -> Iterator[tuple[str, str, Tombstone]]:
        for (org_id, patient_id), tombstone in self._tombstones.items():
            yield org_id, patient_id, tombstone


def _all_assessments(care: InMemoryCareStore, org_id: str, patient_id: str) -> list[str]:
    found, position = care.assessments(org_id, patient_id, None, _PAGE)
    while position is not None:
        some, position = care.assessments(org_id, patient_id, position, _PAGE)
        found += some
    return [one.id for one in found]


def _rank(thing: Thing) -> str:
    return "|".join(thing.place)


def _text(part: Any) -> str:
    return f"{part:08d}" if isinstance(part, int) else str(part)


class InMemoryRetentionStore:
    """Implements shared.ports.RetentionStore."""

    def __init__(self) -> None:
        self._due: dict[str, int] = {}
        self._places: dict[str, Place] = {}

    def watch(self, org_id: str, at: int) -> None:
        self._due[org_id] = at

    def due(self, until: int, limit: int) -> Sequence[str]:
        found = sorted((at, org_id) for org_id, at in self._due.items() if at <= until)
        return [org_id for _, org_id in found[:limit]]

    def place(self, org_id: str) -> Place:
        return self._places.get(org_id, Place())

    def save(self, org_id: str, place: Place, at: int) -> None:
        self._places[org_id] = place
        self._due[org_id] = at

    def forget(self, org_id: str) -> None:
        self._due.pop(org_id, None)
