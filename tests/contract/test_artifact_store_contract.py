"""shared.ports.ArtifactStore: immutable documents of an organisation, and which runs
may name them.
"""

from dataclasses import replace
from urllib.parse import unquote

import pytest

from shared.errors import IdempotencyKeyReused, PayloadMissing
from shared.records.artifact import Artifact
from shared.runs.canonical import sha256_hex
from tests.contract.worlds import RealAdapters, World
from tests.fakes.world import MORNING
from tests.support.samples import ORG, OTHER_ORG, a_run, run_id

DATA = b'{"finding":"none"}'


def an_artifact(number: int = 50, data: bytes = DATA, **fields: object) -> Artifact:
    plain = Artifact(
        id=run_id(number),
        org_id=ORG,
        run_id=run_id(1),
        artifact_type="diagnosis",
        artifact_name="diagnosis.json",
        sha256=sha256_hex(data),
        size_bytes=len(data),
        content_type="application/json",
        storage_path="",
        created_at=MORNING,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def test_an_artifact_comes_back_whole_with_its_place(world: World) -> None:
    made = an_artifact(
        fingerprint="ab" * 32, phase="planning", path="docs/prd.md", description="What is wanted"
    )
    stored = world.artifacts.put(made, DATA)
    assert stored.storage_path.startswith("s3://")
    assert replace(stored, storage_path="") == made
    assert world.artifacts.get(ORG, made.id) == stored
    assert world.artifacts.read(stored) == DATA


def test_putting_it_again_is_the_same_put(world: World) -> None:
    first = world.artifacts.put(an_artifact(), DATA)
    assert world.artifacts.put(an_artifact(), DATA) == first


def test_the_first_document_under_an_id_stands(world: World) -> None:
    first = world.artifacts.put(an_artifact(), DATA)
    assert world.artifacts.put(an_artifact(data=b"other"), b"other") == first
    assert world.artifacts.read(first) == DATA


def test_another_organisations_artifact_is_as_good_as_missing(world: World) -> None:
    stored = world.artifacts.put(an_artifact(), DATA)
    assert world.artifacts.get(OTHER_ORG, stored.id) is None
    assert world.artifacts.get_many(OTHER_ORG, [stored.id]) == []
    assert world.artifacts.get(ORG, run_id(51)) is None


def test_many_come_in_the_order_asked_for_without_the_missing(world: World) -> None:
    stored = [world.artifacts.put(an_artifact(n), DATA) for n in range(50, 53)]
    asked = [stored[2].id, run_id(99), stored[0].id, stored[2].id]
    assert world.artifacts.get_many(ORG, asked) == [stored[2], stored[0]]
    assert world.artifacts.get_many(ORG, []) == []


def test_a_run_is_no_artifact(world: World) -> None:
    world.runs.create(a_run())
    assert world.artifacts.get(ORG, run_id(1)) is None
    assert world.artifacts.get_many(ORG, [run_id(1)]) == []
    with pytest.raises(IdempotencyKeyReused):
        world.artifacts.put(an_artifact(1), DATA)


def test_damaged_bytes_are_noticed(world: World) -> None:
    stored = world.artifacts.put(an_artifact(), DATA)
    world.damage_artifact(stored)
    with pytest.raises(PayloadMissing):
        world.artifacts.read(stored)


def test_bytes_that_were_never_put_are_missing(world: World) -> None:
    with pytest.raises(PayloadMissing):
        world.artifacts.read(an_artifact())


def test_a_key_for_linking_is_claimed_once_per_request(world: World) -> None:
    assert world.artifacts.use_key(run_id(60), "ab" * 32, run_id(1)) is False
    assert world.artifacts.use_key(run_id(60), "ab" * 32, run_id(1)) is True
    with pytest.raises(IdempotencyKeyReused):
        world.artifacts.use_key(run_id(60), "cd" * 32, run_id(1))


def test_a_key_that_made_an_artifact_links_nothing(world: World) -> None:
    world.artifacts.put(an_artifact(), DATA)
    with pytest.raises(IdempotencyKeyReused):
        world.artifacts.use_key(run_id(50), "ab" * 32, run_id(1))


def test_a_presigned_url_names_the_file(world: World) -> None:
    stored = world.artifacts.put(an_artifact(), DATA)
    assert "report.json" in world.artifacts.presign(stored, "report.json")


def test_a_name_cannot_leave_its_place_in_the_url(real: RealAdapters) -> None:
    """Of whatever a model called its file there is a plain form, and the whole name stands quoted
    beside it.
    """
    url = real.artifacts.presign(real.artifacts.put(an_artifact(), DATA), 'a"; x=ü.md')
    assert (
        "attachment; filename=\"a___x__.md\"; filename*=UTF-8''a%22%3B%20x%3D%C3%BC.md"
        in unquote(url)
    )
