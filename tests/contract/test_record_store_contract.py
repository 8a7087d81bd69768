"""shared.ports.RecordStore: versions of a patient's record and uploads, each of one organisation's
patient.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from shared.errors import IdempotencyKeyReused, PayloadMissing
from shared.records.care import Person, Record, RecordContent, Upload
from tests.contract.worlds import RealAdapters, World
from tests.fakes.world import MORNING
from tests.support.samples import CLINICIAN, ORG, OTHER_ORG, PATIENT, run_id

PERSON = Person("1961-03", "female", None, (("", "aa"), ("bb", "cc")))


def content(**resources: int) -> RecordContent:
    return RecordContent(resources, PERSON, ("One query failed.",))


def put(world: World, data: bytes, now: int = MORNING, org: str = ORG) -> Record:
    return world.records.put(org, PATIENT, data, content(Condition=len(data)), CLINICIAN, now)


def test_the_same_bytes_keep_their_version_and_others_raise_it(world: World) -> None:
    assert world.records.get(ORG, PATIENT) is None
    assert world.records.read(ORG, PATIENT) is None
    assert world.records.versions(ORG, PATIENT, None, 10) == []
    first = put(world, b"one")
    assert (first.version, first.content, first.by, first.updated_at) == (
        1,
        content(Condition=3),
        CLINICIAN,
        MORNING,
    )
    assert put(world, b"one", MORNING + 5) == first
    second = put(world, b"other", MORNING + 9)
    assert (second.version, second.updated_at) == (2, MORNING + 9)
    assert world.records.get(ORG, PATIENT) == second
    assert world.records.read(ORG, PATIENT) == (second, b"other")
    third = put(world, b"one", MORNING + 10)
    assert third.version == 3
    assert world.records.read(ORG, PATIENT) == (third, b"one")
    assert world.records.versions(ORG, PATIENT, None, 10) == [third, second, first]


def test_versions_come_newest_first_a_page_at_a_time(world: World) -> None:
    held = [put(world, str(n).encode(), MORNING + n) for n in range(5)]
    assert world.records.versions(ORG, PATIENT, None, 2) == [held[4], held[3]]
    assert world.records.versions(ORG, PATIENT, 4, 2) == [held[2], held[1]]
    assert world.records.versions(ORG, PATIENT, 2, 2) == [held[0]]
    assert world.records.versions(ORG, PATIENT, 1, 2) == []
    assert world.records.versions(ORG, PATIENT, 999, 1) == [held[4]]


def test_a_record_is_of_one_organisation(world: World) -> None:
    put(world, b"ours")
    assert world.records.get(OTHER_ORG, PATIENT) is None
    assert world.records.read(OTHER_ORG, PATIENT) is None
    assert world.records.versions(OTHER_ORG, PATIENT, None, 10) == []


def test_the_records_of_many_patients_at_once(world: World) -> None:
    ours = put(world, b"ours")
    put(world, b"theirs", org=OTHER_ORG)
    assert world.records.get_many(ORG, [run_id(1), PATIENT, PATIENT]) == {PATIENT: ours}
    assert world.records.get_many(ORG, []) == {}


def test_damaged_bytes_are_noticed(world: World) -> None:
    put(world, b"one")
    world.damage_record(ORG, PATIENT)
    with pytest.raises(PayloadMissing):
        world.records.read(ORG, PATIENT)


def test_writers_at_once_take_a_version_each(world: World) -> None:
    with ThreadPoolExecutor(4) as pool:
        records = list(pool.map(lambda n: put(world, str(n).encode()), range(4)))
    assert sorted(record.version for record in records) == [1, 2, 3, 4]
    newest = world.records.get(ORG, PATIENT)
    assert newest is not None
    assert newest.version == 4


def test_a_version_whose_writer_died_is_brought_into_force_by_the_next(real: RealAdapters) -> None:
    first = put(real, b"one")
    lost = replace(first, version=2, sha256="0" * 64)
    real.records._claim(ORG, PATIENT, lost)
    assert real.records.get(ORG, PATIENT) == first
    third = put(real, b"three")
    assert third.version == 3
    assert real.records.versions(ORG, PATIENT, None, 10) == [third, lost, first]


def test_a_dead_writers_own_repetition_finishes_its_version(real: RealAdapters) -> None:
    first = put(real, b"one")
    dead = replace(first, version=2, sha256=hashlib.sha256(b"two").hexdigest())
    real.records._claim(ORG, PATIENT, dead)
    assert put(real, b"two", MORNING + 5) == dead
    assert real.records.read(ORG, PATIENT) == (dead, b"two")


# --- uploads --------------------------------------------------------------------------------------


def an_upload(**fields: Any) -> Upload:
    upload = Upload(
        id=run_id(95),
        org_id=ORG,
        patient_id=PATIENT,
        by=CLINICIAN,
        created_at=MORNING,
        expires_at=MORNING + 900_000,
        fingerprint="f" * 64,
        size_bytes=3,
        sha256="0" * 64,
        is_ndjson=True,
        is_gzipped=False,
    )
    return replace(upload, **fields)


def test_an_upload_is_made_once_by_one_request(world: World) -> None:
    upload = an_upload()
    assert world.records.create_upload(upload) == upload
    assert world.records.create_upload(an_upload(expires_at=MORNING)) == upload
    with pytest.raises(IdempotencyKeyReused):
        world.records.create_upload(an_upload(fingerprint="e" * 64))


def test_an_upload_is_of_one_patient(world: World) -> None:
    upload = world.records.create_upload(an_upload())
    assert world.records.get_upload(ORG, PATIENT, upload.id) == upload
    assert world.records.get_upload(OTHER_ORG, PATIENT, upload.id) is None
    assert world.records.get_upload(ORG, run_id(71), upload.id) is None
    assert world.records.get_upload(ORG, PATIENT, run_id(96)) is None


def test_what_was_put_can_be_read_and_its_size_known_before(world: World) -> None:
    upload = world.records.create_upload(an_upload())
    assert world.records.uploaded_size(upload) is None
    assert world.records.read_upload(upload) is None
    world.upload(upload, b"abc")
    assert world.records.uploaded_size(upload) == 3
    assert world.records.read_upload(upload) == b"abc"


def test_an_upload_is_spent_on_one_purpose(world: World) -> None:
    upload = world.records.create_upload(an_upload())
    assert world.records.use_upload(upload, "a")
    assert world.records.use_upload(upload, "a")
    assert not world.records.use_upload(upload, "b")
