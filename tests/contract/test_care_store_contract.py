"""shared.ports.CareStore: patients, clinicians and assessments, each of one organisation."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.errors import IdempotencyKeyReused
from shared.records.care import (
    Assessment,
    Assignment,
    Patient,
    Tombstone,
)
from tests.contract.worlds import World
from tests.fakes.world import MORNING
from tests.support.samples import ADMIN, CLINICIAN, ORG, OTHER_ORG, PATIENT, a_run, run_id

USER = "7f6d2c8a-0b1e-4c3d-8e5f-9a7b6c5d4e03"
Listed = tuple[list[Any], str | None]


def a_patient(number: int = 70, **fields: Any) -> Patient:
    return replace(Patient(run_id(number), ORG, None, MORNING + number, MORNING + number), **fields)


def walk(list_page: Callable[[str | None, int], Listed], limit: int) -> list[Any]:
    found: list[Any] = []
    position: str | None = None
    while True:
        rows, position = list_page(position, limit)
        assert len(rows) <= limit
        found += rows
        if position is None:
            return found


# --- patients -------------------------------------------------------------------------------------


def test_a_patient_is_new_once(world: World) -> None:
    patient = a_patient(user_id=USER)
    assert world.care.put_patient(patient, keep_user=False) == (patient, True)
    assert world.care.put_patient(replace(patient, created_at=MORNING + 999), keep_user=False) == (
        patient,
        False,
    )
    assert world.care.get_patient(ORG, patient.id) == patient


def test_another_user_is_taken_over_unless_kept(world: World) -> None:
    patient = a_patient(user_id=USER)
    world.care.put_patient(patient, keep_user=False)
    moved = replace(patient, user_id=ADMIN, updated_at=MORNING + 5_000)
    assert world.care.put_patient(moved, keep_user=True) == (patient, False)
    assert world.care.put_patient(moved, keep_user=False) == (moved, False)
    assert world.care.get_patient(ORG, patient.id) == moved
    assert walk(lambda p, n: world.care.patients_of_user(ORG, USER, p, n), 10) == []
    assert walk(lambda p, n: world.care.patients_of_user(ORG, ADMIN, p, n), 10) == [moved]


def test_a_label_is_set_kept_and_removed(world: World) -> None:
    patient = a_patient(user_id=USER, label="Bed 4")
    assert world.care.put_patient(patient) == (patient, True)
    bare = replace(patient, user_id=None, label=None, updated_at=MORNING + 9)
    assert world.care.put_patient(bare, keep_user=True, keep_label=True) == (patient, False)
    moved = replace(patient, label="Bed 5", updated_at=MORNING + 10)
    assert world.care.put_patient(moved) == (moved, False)
    unnamed = replace(moved, label=None, updated_at=MORNING + 11)
    assert world.care.put_patient(unnamed, keep_user=True) == (unnamed, False)
    assert world.care.get_patient(ORG, patient.id) == unnamed
    assert walk(lambda p, n: world.care.patients_of_user(ORG, USER, p, n), 10) == [unnamed]


def test_ids_are_unique_within_an_organisation_only(world: World) -> None:
    ours, theirs = a_patient(), a_patient(org_id=OTHER_ORG)
    assert world.care.put_patient(ours, keep_user=False)[1]
    assert world.care.put_patient(theirs, keep_user=False)[1]
    assert world.care.get_patient(OTHER_ORG, theirs.id) == theirs
    assert walk(lambda p, n: world.care.patients(ORG, p, n), 10) == [ours]


@pytest.mark.parametrize("limit", [1, 2, 5, 50])
def test_an_organisations_patients_newest_first(world: World, limit: int) -> None:
    patients = [world.care.put_patient(a_patient(n), keep_user=False)[0] for n in range(70, 75)]
    assert walk(lambda p, n: world.care.patients(ORG, p, n), limit) == patients[::-1]


def test_no_patient_is_no_patient(world: World) -> None:
    assert world.care.get_patient(ORG, PATIENT) is None


# --- clinicians -----------------------------------------------------------------------------------


def test_an_assignment_is_effective_at_once_and_so_is_its_end(world: World) -> None:
    world.care.put_patient(a_patient(), keep_user=False)
    given = Assignment(run_id(70), CLINICIAN, MORNING)
    assert not world.care.is_assigned(ORG, run_id(70), CLINICIAN)
    assert world.care.assign(ORG, given) == given
    assert world.care.is_assigned(ORG, run_id(70), CLINICIAN)
    assert not world.care.is_assigned(OTHER_ORG, run_id(70), CLINICIAN)
    world.care.unassign(ORG, run_id(70), CLINICIAN)
    world.care.unassign(ORG, run_id(70), CLINICIAN)
    assert not world.care.is_assigned(ORG, run_id(70), CLINICIAN)
    assert walk(lambda p, n: world.care.patients_of_clinician(ORG, CLINICIAN, p, n), 10) == []


def test_assigning_again_keeps_the_first_assignment(world: World) -> None:
    first = world.care.assign(ORG, Assignment(run_id(70), "auth0|dr.who", MORNING))
    assert world.care.assign(ORG, Assignment(run_id(70), "auth0|dr.who", MORNING + 5)) == first


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_a_patients_clinicians(world: World, limit: int) -> None:
    given = [
        world.care.assign(ORG, Assignment(run_id(70), run_id(n), MORNING + n))
        for n in range(80, 85)
    ]
    world.care.assign(ORG, Assignment(run_id(71), ADMIN, MORNING))
    assert walk(lambda p, n: world.care.clinicians(ORG, run_id(70), p, n), limit) == given[::-1]


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_a_clinicians_patients(world: World, limit: int) -> None:
    patients = [world.care.put_patient(a_patient(n), keep_user=False)[0] for n in range(70, 75)]
    for patient in patients[:-1]:
        world.care.assign(ORG, Assignment(patient.id, CLINICIAN, patient.created_at))
    assert (
        walk(lambda p, n: world.care.patients_of_clinician(ORG, CLINICIAN, p, n), limit)
        == patients[-2::-1]
    )


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_patients_given_at_one_moment_are_all_listed(world: World, limit: int) -> None:
    """An import assigns many patients in the same millisecond."""
    patients = [world.care.put_patient(a_patient(n), keep_user=False)[0] for n in range(70, 75)]
    for patient in patients:
        world.care.assign(ORG, Assignment(patient.id, CLINICIAN, MORNING))
    listed = walk(lambda p, n: world.care.patients_of_clinician(ORG, CLINICIAN, p, n), limit)
    assert sorted(listed, key=lambda p: p.id) == patients


# --- assessments ----------------------------------------------------------------------------------


def an_assessment(number: int = 90, **fields: Any) -> Assessment:
    content = {
        "funnel": {
            "slug": "sleep",
            "version": 2,
            "questions": [{"id": "q1", "text": "Wie schläfst du?"}],
        },
        "answers": {"q1": 3},
    }
    return replace(
        Assessment(run_id(number), ORG, PATIENT, USER, MORNING + number, "ab" * 32, content),
        **fields,
    )


def test_an_assessment_is_written_once_and_comes_back_whole(world: World) -> None:
    made = an_assessment()
    assert world.care.create_assessment(made) is None
    assert world.care.create_assessment(made) == made
    assert world.care.get_assessment(ORG, made.id) == made
    assert world.care.get_assessment(OTHER_ORG, made.id) is None
    assert world.care.get_assessment(ORG, run_id(91)) is None


def test_an_id_of_another_request_or_another_thing_is_refused(world: World) -> None:
    world.care.create_assessment(an_assessment())
    world.runs.create(a_run())
    for reused in (an_assessment(fingerprint="cd" * 32), an_assessment(1)):
        with pytest.raises(IdempotencyKeyReused):
            world.care.create_assessment(reused)


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_a_patients_assessments_newest_first(world: World, limit: int) -> None:
    made = [an_assessment(n) for n in range(90, 94)]
    for assessment in [
        *made,
        an_assessment(95, patient_id=run_id(3)),
        an_assessment(96, org_id=OTHER_ORG),
    ]:
        world.care.create_assessment(assessment)
    assert walk(lambda p, n: world.care.assessments(ORG, PATIENT, p, n), limit) == made[::-1]


def test_an_assignment_that_has_ended_says_when_and_by_whom(world: World) -> None:
    care, patient = world.care, run_id(72)
    care.assign(ORG, Assignment(patient, CLINICIAN, MORNING, ADMIN))
    care.unassign(ORG, patient, CLINICIAN, USER, MORNING + 5)
    care.unassign(ORG, patient, CLINICIAN, USER, MORNING + 6)
    care.assign(ORG, Assignment(patient, CLINICIAN, MORNING + 7, USER))
    care.unassign(ORG, patient, CLINICIAN, ADMIN, MORNING + 8)
    ended = [
        Assignment(patient, CLINICIAN, MORNING + 7, USER, MORNING + 8, ADMIN),
        Assignment(patient, CLINICIAN, MORNING, ADMIN, MORNING + 5, USER),
    ]
    for limit in (1, 2, 9):
        assert walk(lambda p, n: care.ended_assignments(ORG, patient, p, n), limit) == ended
    assert not care.is_assigned(ORG, patient, CLINICIAN)
    assert care.ended_assignments(ORG, run_id(73), None, 9) == ([], None)


def test_relations_to_several_patients_are_told_at_once(world: World) -> None:
    care, patients = world.care, [run_id(n) for n in range(80, 84)]
    for patient in patients[:2]:
        care.assign(ORG, Assignment(patient, CLINICIAN, MORNING, ADMIN))
    care.assign(ORG, Assignment(patients[2], ADMIN, MORNING, ADMIN))
    assert care.assigned_of(ORG, patients, CLINICIAN) == frozenset(patients[:2])
    assert care.assigned_of(OTHER_ORG, patients, CLINICIAN) == frozenset()
    made = [a_patient(n, user_id=USER) for n in (85, 86)]
    for one in made:
        care.put_patient(one)
    assert care.get_patients(ORG, [made[1].id, run_id(87), made[0].id]) == made[::-1]


def test_whom_a_clinician_is_assigned_to_is_told_a_page_at_a_time(world: World) -> None:
    care, patients = world.care, [a_patient(n) for n in range(80, 85)]
    for number, patient in enumerate(patients):
        care.put_patient(patient)
        care.assign(ORG, Assignment(patient.id, CLINICIAN, MORNING + number, ADMIN))
    wanted = [patient.id for patient in patients[::-1]]
    for limit in (1, 2, 5):
        found = walk(lambda p, n: care.patient_ids_of_clinician(ORG, CLINICIAN, p, n), limit)
        assert found == wanted


@pytest.mark.rule("R-ERASE-1")
def test_a_tombstone_is_put_up_once_and_lists_show_the_patient_no_more(world: World) -> None:
    care, patient = world.care, a_patient(74, user_id=USER)
    care.put_patient(patient)
    care.assign(ORG, Assignment(patient.id, CLINICIAN, MORNING))
    first = Tombstone(run_id(75), MORNING, ADMIN, patient.account_digest(USER))
    held = care.bury(ORG, patient.id, first)
    assert held == replace(patient, tombstone=first)
    assert care.bury(ORG, patient.id, Tombstone(run_id(76), MORNING + 1, USER)) == held
    assert care.bury(ORG, run_id(77), first) is None
    assert walk(lambda p, n: care.patients(ORG, p, n), 10) == []
    assert walk(lambda p, n: care.patients_of_user(ORG, USER, p, n), 10) == []
    assert walk(lambda p, n: care.patients_of_clinician(ORG, CLINICIAN, p, n), 10) == []
