"""shared.intake.person: when two records cannot be of one person."""

from datetime import date
from typing import Any

import pytest

from shared.intake.person import age_years, is_other_person, person_of
from shared.records.care import Person

MRN = {"system": "urn:mrn", "value": "A-1"}


def person(**fields: Any) -> Person:
    return person_of({"resourceType": "Patient", **fields}, "org/patient")


@pytest.mark.parametrize(
    ("held", "sent"),
    [
        ({"birthDate": "1961-03-17"}, {"birthDate": "1961-03-18"}),
        ({"birthDate": "1961-03"}, {"birthDate": "1961-04-01"}),
        ({"birthDate": "1961"}, {"birthDate": "1962-03"}),
        ({"gender": "female"}, {"gender": "male"}),
        ({"gender": "female"}, {"gender": "other"}),
        ({"identifier": [MRN]}, {"identifier": [{"system": "urn:mrn", "value": "A-2"}]}),
        ({"identifier": [MRN]}, {"identifier": [{"system": "urn:ssn", "value": "A-1"}]}),
        (
            {"birthDate": "1961-03-17", "gender": "female", "identifier": [MRN]},
            {"birthDate": "1961-03-17", "gender": "male", "identifier": [MRN]},
        ),
    ],
)
def test_another_person(held: dict[str, Any], sent: dict[str, Any]) -> None:
    assert is_other_person(person(**held), person(**sent))
    assert is_other_person(person(**sent), person(**held))


@pytest.mark.parametrize(
    ("held", "sent"),
    [
        ({}, {"birthDate": "1961-03-17", "gender": "male", "identifier": [MRN]}),
        ({"birthDate": "1961-03-17"}, {"birthDate": "1961-03"}),
        ({"birthDate": "1961-03-17"}, {"birthDate": "1961-03-17T08:00:00Z"}),
        ({"birthDate": "1961-03-17"}, {"birthDate": "17.3.1961"}),
        ({"birthDate": "1961-02-31"}, {"birthDate": "1961-03-17"}),
        ({"gender": "female"}, {"gender": "unknown"}),
        ({"gender": "Female"}, {"gender": "female"}),
        ({"gender": 7}, {"gender": "female"}),
        ({"identifier": [MRN]}, {"identifier": [{"value": "a-1"}, {"value": "B"}]}),
        ({"identifier": [MRN]}, {"identifier": []}),
        ({"identifier": [MRN, {"value": "x"}]}, {"identifier": [{"value": "X "}]}),
        ({"identifier": MRN}, {"identifier": [MRN]}),
    ],
)
def test_may_be_the_same_person(held: dict[str, Any], sent: dict[str, Any]) -> None:
    assert not is_other_person(person(**held), person(**sent))
    assert not is_other_person(person(**sent), person(**held))


def test_no_identifier_is_kept_and_no_two_patients_fingerprints_can_be_compared() -> None:
    one, other = (person_of({"identifier": [MRN]}, salt).identifiers for salt in ("a", "b"))
    assert "A-1" not in repr(one)
    assert one != other


@pytest.mark.parametrize(
    ("born", "died", "age"),
    [
        ("1961-03-17", None, 65),
        ("1961-11-29", None, 65),
        ("1961-11-30", None, 64),
        ("1961", None, 65),
        ("1961-03-17", "2001-03-16", 39),
        (None, None, None),
        ("2030-01-01", None, None),
    ],
)
def test_age_in_whole_years(born: str | None, died: str | None, age: int | None) -> None:
    assert age_years(Person(born, None, died), date(2026, 11, 29)) == age
