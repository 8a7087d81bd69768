"""A small sample of the bench of large records: what a record is made large by, and that all of it
is taken in, read or counted.
"""

import json

import pytest

from bench.records import ROOT, grown, read_for_a_run, taken_in
from shared.workflows.diagnosis.context_pack import MAX_BYTES
from shared.workflows.diagnosis.sections import SECTIONS
from tests.unit.workflows.diagnosis.charts import pack

SEED = json.loads((ROOT / "local" / "seed_record.json").read_bytes())
SIZE = 900_000


@pytest.fixture(scope="module")
def large() -> bytes:
    return grown(SEED, SIZE)


def test_a_record_grows_by_resources_of_their_own_ids_and_days(large: bytes) -> None:
    entries = json.loads(large)["entry"]
    ids = [entry["resource"]["id"] for entry in entries]
    assert SIZE <= len(large) < 1.2 * SIZE
    assert len(set(ids)) == len(ids)
    assert [entry["resource"]["resourceType"] for entry in entries].count("Patient") == 1
    assert taken_in(large) == len(entries)


@pytest.mark.rule("R-READ-808")
def test_of_a_large_record_every_fact_is_shown_or_counted(large: bytes) -> None:
    built = pack(json.loads(large))
    shown = sum(len(built.get(section, ())) for section in SECTIONS)
    left = sum(
        count for name, count in built["omitted"].items() if "." not in name and name in SECTIONS
    )
    folded = sum(
        item.get("orders", 1) + item.get("number", 1) - 2
        for section in SECTIONS
        for item in built.get(section, ())
    )
    facts = len(json.loads(large)["entry"]) - 1
    assert shown + left + built["omitted"].get("duplicates", 0) + folded >= facts
    assert left > shown > 100
    assert read_for_a_run(large) <= MAX_BYTES
