"""ErasureStore: everything of a run and of a patient is found, removed for good, and nothing else
is.

Long because one store finds and removes whatever all the others keep.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from shared.adapters.dynamodb import keys
from shared.errors import IdempotencyKeyReused, PayloadMissing, StoreUnavailable
from shared.ports import THINGS_AT_ONCE, Kind, Scope, Thing, Unreadable
from shared.records.artifact import Artifact
from shared.records.bulk import Bulk, BulkAction, BulkStatus
from shared.records.care import Assessment, Patient, Person, RecordContent, Tombstone, Upload
from shared.records.money import LedgerEntry, Usage
from shared.records.run import PayloadRef, Run, Subject
from tests.contract.worlds import RealAdapters, World
from tests.fakes.world import MORNING
from tests.support.samples import ADMIN, CLINICIAN, ORG, OTHER_ORG, PATIENT, a_run, run_id

pytestmark = pytest.mark.rule("R-ERASE-1")
LATER = MORNING + 60_000
OTHER_PATIENT = run_id(71)
RUN, OTHER_RUN = a_run(1, tags=("ward", "ü")), a_run(2, tags=("ward",))
LARGE = b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(400))
"""More than an item beside a run may hold, however it is compressed."""
TOMBSTONE = Tombstone(run_id(90), MORNING, ADMIN)


def counted(things: Iterable[Thing]) -> dict[Kind, int]:
    return dict(Counter(one.kind for one in things))


def live(world: World, run: Run) -> tuple[PayloadRef, PayloadRef]:
    """A run with all that can stand beside one; its small and its large payload."""
    assert world.runs.create(run) is None
    small, large = world.payloads.put(run, b"small"), world.payloads.put(run, LARGE)
    world.payloads.put_asked(run, "call#1", LedgerEntry(Usage(cost=5)))
    world.payloads.put_answer(run, "call", b"an answer", LedgerEntry(Usage(cost=5), 1))
    world.artifacts.use_key(_key(run, 1), "ab" * 32, run.id)
    return small, large


def _key(run: Run, number: int) -> str:
    return run_id(int(run.id[-2:], 16) * 100 + number)


def an_artifact(run: Run, number: int, data: bytes = b"{}") -> Artifact:
    sha256 = hashlib.sha256(data).hexdigest()
    kind, name = "application/json", f"{number}.json"
    return Artifact(
        _key(run, number), run.org_id, run.id, "note", name, sha256, len(data), kind, "", MORNING
    )


def walked(
    world: World, patient: str = PATIENT, org: str = ORG, at_once: int = THINGS_AT_ONCE
) -> list[list[Thing]]:
    """The pages of a patient's things."""
    pages: list[list[Thing]] = []
    position: str | None = None
    while True:
        page, position = world.erasing_by(at_once).of_patient(org, patient, position)
        assert len(page) <= at_once
        pages.append(page)
        if position is None:
            return pages


def of_patient(world: World, patient: str = PATIENT, org: str = ORG) -> list[Thing]:
    return [one for page in walked(world, patient, org) for one in page]


# --- a run ----------------------------------------------------------------------------------------


def test_all_that_stands_beside_a_run_is_found_by_kind(world: World) -> None:
    live(world, RUN)
    live(world, OTHER_RUN)
    world.artifacts.put(an_artifact(RUN, 7), b"{}")
    of_another_creation = a_run(1, gen="gen99999")
    world.payloads.put(of_another_creation, b"of a creation that came too late")
    things = world.erasing.of_run(ORG, RUN.id)
    assert counted(things) == {
        Kind.PAYLOAD: 2,
        Kind.OBJECT: 1,
        Kind.ANSWER: 2,
        Kind.KEY: 1,
        Kind.TAG: 2,
    }
    assert world.erasing.of_run(ORG, RUN.id) == things
    assert all(len(bytes.fromhex(one.digest)) == 32 for one in things)
    assert len({one.place for one in things}) == len(things)
    assert world.erasing.of_run(ORG, run_id(3)) == []


def test_the_digest_is_the_contents(world: World) -> None:
    runs = (RUN, OTHER_RUN)
    for run, data in zip(runs, (b"one", b"other"), strict=True):
        world.payloads.put(run, data)
    digests = [one.digest for run in runs for one in world.erasing.of_run(ORG, run.id)]
    assert len(set(digests)) == 2


def test_what_was_removed_is_gone_and_nothing_else_is(world: World) -> None:
    kept, others = live(world, RUN), live(world, OTHER_RUN)
    before = world.erasing.of_run(ORG, OTHER_RUN.id)
    things = world.erasing.of_run(ORG, RUN.id)
    for _ in range(2):
        world.erasing.remove(things, LATER)
        assert world.erasing.of_run(ORG, RUN.id) == []
    for ref in kept:
        with pytest.raises(PayloadMissing):
            world.payloads.get(RUN, ref)
    assert world.payloads.purchases(RUN) == {}
    assert world.payloads.get_answer(RUN, "call") is None
    assert world.erasing.of_run(ORG, OTHER_RUN.id) == before
    assert [world.payloads.get(OTHER_RUN, ref) for ref in others] == [b"small", LARGE]
    assert world.payloads.get_answer(OTHER_RUN, "call") == b"an answer"
    assert world.runs.get(RUN.id) == RUN


def test_a_key_that_was_removed_may_be_used_for_anything(world: World) -> None:
    live(world, RUN)
    with pytest.raises(IdempotencyKeyReused):
        world.artifacts.use_key(_key(RUN, 1), "cd" * 32, RUN.id)
    world.erasing.remove(world.erasing.of_run(ORG, RUN.id), LATER)
    assert world.artifacts.use_key(_key(RUN, 1), "cd" * 32, RUN.id) is False


def test_no_list_by_tag_shows_the_run_any_more(world: World) -> None:
    def tagged() -> list[str]:
        page = world.runs.page(Scope("organisation", ORG, tag="ward"), None, 10)
        return [row.id for row in page.rows]

    live(world, RUN)
    live(world, OTHER_RUN)
    assert set(tagged()) == {RUN.id, OTHER_RUN.id}
    world.erasing.remove(world.erasing.of_run(ORG, RUN.id), LATER)
    assert tagged() == [OTHER_RUN.id]


def a_bulk(number: int, org: str = ORG, **words: Any) -> Bulk:
    asked = {"status": ["failed"], **words}
    return Bulk(
        run_id(number), org, ADMIN, ("admin",), MORNING, BulkAction.CANCEL, asked, 10, "ab" * 32
    )


def test_a_tag_goes_out_of_the_filters_of_bulks_that_name_it(world: World) -> None:
    live(world, RUN)
    bulks = [a_bulk(500, tag="ward"), a_bulk(501, OTHER_ORG, tag="ward"), a_bulk(502, tag="other"),
             a_bulk(503)]  # fmt: skip
    ended = [
        replace(one, status=BulkStatus.SUCCEEDED, completed_at=LATER, version=1) for one in bulks
    ]
    for one, end in zip(bulks, ended, strict=True):
        world.bulks.create(one, MORNING)
        assert world.bulks.save(end, MORNING)
    things = world.erasing.of_run(ORG, RUN.id)
    for _ in range(2):
        world.erasing.remove(things, LATER)
        bare = replace(ended[0], filter={"status": ["failed"]}, fingerprint="0" * 64)
        assert world.bulks.get(bare.id) == bare
        assert [world.bulks.get(one.id) for one in ended[1:]] == ended[1:]
    with pytest.raises(IdempotencyKeyReused):
        world.bulks.create(bulks[0], MORNING)


def test_a_bulk_that_looks_for_a_tag_keeps_it_until_it_has_ended(world: World) -> None:
    live(world, RUN)
    asked = a_bulk(500, tag="ward")
    world.bulks.create(asked, MORNING)
    things = world.erasing.of_run(ORG, RUN.id)
    with pytest.raises(StoreUnavailable):
        world.erasing.remove(things, LATER)
    assert world.bulks.get(asked.id) == asked
    (left,) = [
        one for one in world.erasing.of_run(ORG, RUN.id) if one in things and one.kind is Kind.TAG
    ][:1]
    world.bulks.save(replace(asked, status=BulkStatus.CANCELLED, version=1), MORNING)
    world.erasing.remove([left], LATER)
    held = world.bulks.get(asked.id)
    assert held is not None
    assert "tag" not in held.filter


def test_artifacts_are_found_by_their_run_and_leave_who_made_them(world: World) -> None:
    mine = [
        world.artifacts.put(an_artifact(RUN, n, f"{n}".encode()), f"{n}".encode()) for n in (1, 2)
    ]
    other = world.artifacts.put(an_artifact(OTHER_RUN, 1), b"{}")
    things = world.erasing.artifacts_of_run(ORG, RUN.id)
    assert counted(things) == {Kind.ARTIFACT: 2, Kind.OBJECT: 2}
    assert world.artifacts.erased_maker(ORG, mine[0].id) is None
    for _ in range(2):
        world.erasing.remove(things, LATER)
        assert world.erasing.artifacts_of_run(ORG, RUN.id) == []
    for one in mine:
        assert world.artifacts.get(ORG, one.id) is None
        assert world.artifacts.erased_maker(ORG, one.id) == RUN.id
        assert world.artifacts.erased_maker(OTHER_ORG, one.id) is None
        with pytest.raises(PayloadMissing):
            world.artifacts.read(one)
    assert world.artifacts.read(other) == b"{}"
    assert len(world.erasing.artifacts_of_run(ORG, OTHER_RUN.id)) == 2


def test_a_run_that_nobody_can_read_stays_in_its_lists(world: World) -> None:
    world.runs.create(RUN)
    world.spoil(RUN)
    for _ in range(2):
        world.erasing.strip(RUN.id, LATER)
        (row,) = world.runs.page(Scope.of_subject(ORG, RUN.subject), None, 10).rows
        assert isinstance(row, Unreadable)
        assert (row.id, row.org_id, row.subject) == (RUN.id, ORG, Subject("patient", PATIENT))
    world.erasing.strip(run_id(3), LATER)


# --- a patient ------------------------------------------------------------------------------------


def admit(world: World, patient: str = PATIENT, org: str = ORG) -> None:
    world.care.put_patient(Patient(patient, org, "an-account", MORNING, MORNING, "a label"))


def an_upload(number: int, patient: str = PATIENT, org: str = ORG) -> Upload:
    return Upload(
        run_id(number), org, patient, CLINICIAN, MORNING + number, LATER, "ab" * 32, 3,
        "ab" * 32, False, False,
    )  # fmt: skip


def an_assessment(number: int, patient: str = PATIENT, org: str = ORG) -> Assessment:
    content = {"number": number}
    return Assessment(run_id(number), org, patient, CLINICIAN, MORNING + number, "ab" * 32, content)


def record(world: World, number: int, patient: str = PATIENT, org: str = ORG) -> None:
    content = RecordContent({"Condition": number}, Person(gender="other"))
    world.records.put(org, patient, str(number).encode(), content, CLINICIAN, MORNING)


def known(world: World, first: int, patient: str = PATIENT, org: str = ORG) -> None:
    """A patient of whom something of each kind is kept."""
    admit(world, patient, org)
    for number in range(2):
        record(world, first + number, patient, org)
        world.records.create_upload(an_upload(first + number, patient, org))
        world.care.create_assessment(an_assessment(first + 10 + number, patient, org))
    world.upload(an_upload(first, patient, org), b"put")


def test_all_that_is_kept_of_a_patient_is_found_by_kind(world: World) -> None:
    known(world, 100)
    known(world, 200, OTHER_PATIENT)
    known(world, 300, PATIENT, OTHER_ORG)
    things = of_patient(world)
    assert counted(things) == {
        Kind.RECORD_VERSION: 3,  # two versions, and the one in force
        Kind.UPLOAD: 2,
        Kind.ASSESSMENT: 2,
        Kind.PATIENT: 1,
        Kind.OBJECT: 2 + 1 + 2,
    }
    assert len({(one.kind, one.place) for one in things}) == len(things)
    assert of_patient(world) == things
    assert of_patient(world, run_id(72)) == []


def test_what_was_removed_of_a_patient_is_gone_but_for_whose_it_was(world: World) -> None:
    known(world, 100)
    known(world, 200, OTHER_PATIENT)
    world.care.bury(ORG, PATIENT, TOMBSTONE)
    others, things = of_patient(world, OTHER_PATIENT), of_patient(world)
    for _ in range(2):
        world.erasing.remove(things, LATER)
        assert of_patient(world) == []
    assert world.records.get(ORG, PATIENT) is None
    assert world.records.read(ORG, PATIENT) is None
    assert world.records.versions(ORG, PATIENT, None, 10) == []
    assert world.records.get_upload(ORG, PATIENT, run_id(100)) is None
    assert world.records.uploaded_size(an_upload(100)) is None
    assert world.care.assessments(ORG, PATIENT, None, 10) == ([], None)
    assert world.care.last_assessed_at(ORG, PATIENT) is None
    whose = world.care.get_assessment(ORG, run_id(110))
    assert whose == Assessment(run_id(110), ORG, PATIENT, "", 0, "", {})
    left = world.care.get_patient(ORG, PATIENT)
    assert left is not None
    assert (left.label, left.user_id, left.tombstone) == (None, None, TOMBSTONE)
    assert of_patient(world, OTHER_PATIENT) == others


def test_the_record_in_force_goes_last_and_who_comes_back_begins_at_one(world: World) -> None:
    known(world, 100)
    of_record: Any = (Kind.RECORD_VERSION, Kind.OBJECT)
    things = [one for one in of_patient(world) if one.kind in of_record]
    world.erasing.remove(things[:-1], LATER)
    assert world.records.get(ORG, PATIENT) is not None
    world.erasing.remove(things[-1:], LATER)
    assert world.records.get(ORG, PATIENT) is None
    record(world, 5)
    held = world.records.get(ORG, PATIENT)
    assert held is not None
    assert held.version == 1


def test_many_things_come_a_page_at_a_time_while_they_are_removed(world: World) -> None:
    admit(world)
    world.care.bury(ORG, PATIENT, TOMBSTONE)
    for number in range(12):
        world.records.create_upload(an_upload(1_000 + number))
        record(world, number)
        world.care.create_assessment(an_assessment(2_000 + number))
    pages, erasing = walked(world, at_once=50), world.erasing_by(50)
    found: list[Thing] = []
    position: str | None = None
    while True:
        page, position = erasing.of_patient(ORG, PATIENT, position)
        erasing.remove(page, LATER)
        found += page
        if position is None:
            break
    assert found == [one for page in pages for one in page]
    assert counted(found) == {
        Kind.UPLOAD: 12,
        Kind.RECORD_VERSION: 13,
        Kind.ASSESSMENT: 12,
        Kind.OBJECT: 12 + 12,
        Kind.PATIENT: 1,
    }
    assert of_patient(world) == []


def test_every_version_of_an_object_goes_and_its_delete_markers(real: RealAdapters) -> None:
    s3, name = real.clients.s3, real.name
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    prefix, other = f"uploads/{keys.pack(ORG)}/{PATIENT}/", f"uploads/{ORG}/{PATIENT}/x"
    for number in range(60):
        s3.put_object(Bucket=name, Key=f"{prefix}{number % 3}", Body=str(number).encode())
    s3.delete_object(Bucket=name, Key=f"{prefix}1")
    s3.put_object(Bucket=name, Key=other, Body=b"of another prefix")
    pages = walked(real, at_once=50)
    assert sorted(len(page) for page in pages if page) == [11, 50]
    for page in pages:
        real.erasing.remove(page, LATER)
    assert of_patient(real) == []
    assert [key for key, _ in real.bucket.versions("")] == [other]


# --- the erasure itself ---------------------------------------------------------------------------


def test_how_far_a_step_has_come_is_its_own(world: World) -> None:
    assert world.erasing.reached(RUN.id, "inventory") is None
    first: Any = {"runs_after": "abc", "counts": {"payloads": 3}}
    world.erasing.note_reached(RUN.id, "inventory", first)
    first["counts"]["payloads"] = 4
    first = {"runs_after": "abc", "counts": {"payloads": 3}}
    world.erasing.note_reached(RUN.id, "erase_runs", {"runs_after": None})
    assert world.erasing.reached(RUN.id, "inventory") == first
    world.erasing.note_reached(RUN.id, "inventory", {"at": 7})
    assert world.erasing.reached(RUN.id, "inventory") == {"at": 7}
    assert world.erasing.reached(RUN.id, "erase_runs") == {"runs_after": None}
    assert world.erasing.reached(OTHER_RUN.id, "inventory") is None


def test_a_tombstone_outside_the_table_stands_as_it_was_put_first(world: World) -> None:
    assert list(world.erasing.tombstones()) == []
    world.erasing.keep_tombstone(ORG, PATIENT, TOMBSTONE)
    world.erasing.keep_tombstone(ORG, PATIENT, Tombstone(run_id(91), LATER, CLINICIAN))
    account = Tombstone(run_id(92), MORNING, ADMIN, "ab" * 32)
    world.erasing.keep_tombstone(OTHER_ORG, PATIENT, account)
    assert sorted(world.erasing.tombstones(), key=str) == sorted(
        [(ORG, PATIENT, TOMBSTONE), (OTHER_ORG, PATIENT, account)], key=str
    )
