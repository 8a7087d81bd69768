"""AuditTrail: entries that nobody can change, found by patient, person, run and time."""

from dataclasses import replace
from typing import Any

import pytest

from shared.adapters.dynamodb import audit_trail
from shared.records.audit import WORKER, AuditEntry, AuditQuery, Look, Outcome
from tests.contract.worlds import RealAdapters, World
from tests.fakes.world import MORNING
from tests.support.samples import ADMIN, CLINICIAN, ORG, OTHER_ORG, PATIENT, run_id

pytestmark = pytest.mark.rule("R-AUDIT-1")
OTHER_PATIENT = run_id(71)
RUN = run_id(7)


def an_entry(number: int = 0, **fields: Any) -> AuditEntry:
    entry = AuditEntry(
        at=MORNING + number,
        org_id=ORG,
        person=CLINICIAN,
        roles=("clinician", "member"),
        action="read_record",
        about=((PATIENT, None),),
        outcome=Outcome.ALLOWED,
        request_id=f"request#{number}=",
    )
    return replace(entry, **fields)


def look(entry: AuditEntry, patient: str = PATIENT, run: str | None = None) -> Look:
    e = entry
    return Look(e.at, e.person, e.roles, e.action, patient, run, e.outcome, e.request_id)


def walk(world: World, query: AuditQuery, limit: int = 10) -> list[Look]:
    found: list[Look] = []
    position: str | None = None
    while True:
        page, position = world.audit.looks(query, position, limit)
        assert len(page) <= limit
        found += page
        if position is None:
            return found
        assert bytes.fromhex(position), "a cursor takes hex"


def test_what_no_entry_matches_is_looked_at_in_bounded_pages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve entries stand for a thousand: of a patient's looks, those of one person."""
    monkeypatch.setattr(audit_trail, "_MOST_EXAMINED", 12)
    monkeypatch.setattr(audit_trail, "_PAGE", 4)
    wanted = []
    for number in range(30):
        is_wanted = number in (2, 3, 17)
        person = CLINICIAN if is_wanted else ADMIN
        entry = an_entry(number, person=person)
        world.audit.write(entry)
        wanted += [entry.at] if is_wanted else []
    query = AuditQuery(ORG, patient_id=PATIENT, person=CLINICIAN)
    for limit in (1, 2, 3, 10):
        assert [look.at for look in walk(world, query, limit)] == wanted[::-1]
    if isinstance(world, RealAdapters):
        page, position = world.audit.looks(query, None, 10)
        assert (page, position is None) == ([], False)


def test_an_entry_is_found_by_patient_person_run_and_organisation(world: World) -> None:
    entry = an_entry(about=((PATIENT, RUN),), outcome=Outcome.REFUSED)
    world.audit.write(entry)
    for query in (
        AuditQuery(ORG),
        AuditQuery(ORG, patient_id=PATIENT),
        AuditQuery(ORG, person=CLINICIAN),
        AuditQuery(ORG, run_id=RUN),
    ):
        assert walk(world, query) == [look(entry, run=RUN)]
    for other in (
        AuditQuery(OTHER_ORG),
        AuditQuery(ORG, patient_id=OTHER_PATIENT),
        AuditQuery(ORG, person=ADMIN),
        AuditQuery(ORG, run_id=run_id(8)),
        AuditQuery(OTHER_ORG, patient_id=PATIENT),
        AuditQuery(ORG, patient_id=PATIENT, person=ADMIN),
        AuditQuery(ORG, run_id=RUN, patient_id=OTHER_PATIENT),
    ):
        assert walk(world, other) == []


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_newest_first_a_page_at_a_time(world: World, limit: int) -> None:
    entries = [an_entry(n, person=(CLINICIAN, WORKER)[n % 2]) for n in range(5)]
    for entry in entries:
        world.audit.write(entry)
    expected = [look(entry) for entry in reversed(entries)]
    assert walk(world, AuditQuery(ORG), limit) == expected
    assert walk(world, AuditQuery(ORG, patient_id=PATIENT), limit) == expected
    theirs = [seen for seen in expected if seen.person == WORKER]
    assert walk(world, AuditQuery(ORG, person=WORKER), limit) == theirs
    assert walk(world, AuditQuery(ORG, PATIENT, WORKER), limit) == theirs


def test_from_is_inclusive_and_to_exclusive(world: World) -> None:
    for n in range(5):
        world.audit.write(an_entry(n))

    def times(since: int | None, until: int | None) -> list[int]:
        query = AuditQuery(ORG, patient_id=PATIENT, since=since, until=until)
        return [seen.at - MORNING for seen in walk(world, query, 1)]

    assert times(MORNING + 1, MORNING + 3) == [2, 1]
    assert times(MORNING + 3, None) == [4, 3]
    assert times(None, MORNING + 1) == [0]
    assert times(MORNING + 3, MORNING + 3) == []
    assert times(MORNING + 4, MORNING + 1) == []


def test_a_look_at_several_is_found_by_each_of_them(world: World) -> None:
    entry = an_entry(about=((PATIENT, None), (OTHER_PATIENT, None)), action="list_patients")
    world.audit.write(entry)
    assert walk(world, AuditQuery(ORG, patient_id=PATIENT)) == [look(entry)]
    assert walk(world, AuditQuery(ORG, patient_id=OTHER_PATIENT)) == [look(entry, OTHER_PATIENT)]
    by_person = walk(world, AuditQuery(ORG, person=CLINICIAN), 1)
    assert sorted(seen.patient_id for seen in by_person) == sorted([PATIENT, OTHER_PATIENT])
    assert len(walk(world, AuditQuery(ORG))) == 2


def test_a_look_at_several_runs_is_found_by_each_of_them(world: World) -> None:
    other = run_id(8)
    entry = an_entry(about=((PATIENT, RUN), (PATIENT, other)), action="compare_runs")
    world.audit.write(entry)
    for run in (RUN, other):
        assert walk(world, AuditQuery(ORG, run_id=run)) == [look(entry, run=run)]
    by_patient = walk(world, AuditQuery(ORG, patient_id=PATIENT))
    assert sorted(str(seen.run_id) for seen in by_patient) == [RUN, other]


def test_a_request_has_one_entry_and_the_first_stands(world: World) -> None:
    world.audit.write(an_entry())
    world.audit.write(an_entry(action="another"))
    assert [seen.action for seen in walk(world, AuditQuery(ORG))] == ["read_record"]


def test_an_entry_ends_when_its_retention_does(real: RealAdapters) -> None:
    real.audit.write(an_entry())
    (item,) = real.clients.dynamodb.scan(TableName=real.audit_name)["Items"]
    assert int(item["ttl"]["N"]) == MORNING // 1_000 + 2_190 * 86_400
