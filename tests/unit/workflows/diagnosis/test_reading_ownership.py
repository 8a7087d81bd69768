"""Whose a fact is: READING.md section 3."""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.charts import pack
from tests.unit.workflows.diagnosis.readings import (
    WHO,
    bundle_of,
    read,
    resource,
    where,
)

UUID = "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
ON_A = {"fullUrl": "https://a.example/fhir/Patient/p1", "resource": WHO}


def own(built: dict[str, Any]) -> bool:
    return bool(where(built, "Asthma"))


def about(reference: str, **who: Any) -> dict[str, Any]:
    """The pack of a condition of that subject in the record of the usual patient, changed."""
    fact = resource("Condition", subject={"reference": reference})
    return read(fact, who={**WHO, **who})


@pytest.mark.rule("R-READ-301")
@pytest.mark.parametrize(
    ("reference", "patient_id"),
    [
        ("Patient/p1", "p1"),
        ("Patient/p1/_history/4", "p1"),
        ("p1", "Patient/p1"),
        (f"https://any.example/Patient/{UUID.upper()}", UUID),
        (f"urn:uuid:{UUID.upper()}", UUID),
        (f"Patient/{UUID}", UUID.upper()),
        (f"Patient/{UUID}", f"urn:uuid:{UUID}"),
        ("urn:oid:1.2.3", "1.2.3"),
    ],
)
def test_ids_are_compared_in_one_spelling(reference: str, patient_id: str) -> None:
    assert own(about(reference, id=patient_id))


@pytest.mark.rule("R-READ-301")
@pytest.mark.parametrize(
    ("stands_on", "is_own"),
    [
        (None, False),
        ("https://b.example/fhir/Condition/c", False),
        ("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", False),
        ("https://a.example/fhir/Condition/c", True),
    ],
)
@pytest.mark.parametrize("relative", [[], [{"subject": {"reference": "Patient/p1"}}]])
@pytest.mark.parametrize("full_url", [None, "urn:uuid:5c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"])
def test_where_nothing_says_the_patients_server_an_absolute_reference_is_to_another(
    stands_on: str | None, is_own: bool, relative: list[dict[str, Any]], full_url: str | None
) -> None:
    absolute = resource("Condition", subject={"reference": "https://a.example/fhir/Patient/p1"})
    others = [resource("Condition", "Gout", **fields) for fields in relative]
    who = {"resource": WHO} | ({"fullUrl": full_url} if full_url else {})
    built = pack(bundle_of({"resource": absolute, "fullUrl": stands_on}, *others, who=who))
    assert (own(built), bool(where(built, "Gout"))) == (is_own, bool(relative))
    assert built["omitted"] == ({} if is_own else {"of_another_subject": 1})


@pytest.mark.rule("R-READ-301")
@pytest.mark.parametrize("reference", ["Patient/p11", "Patient/P1", "Group/p1", "RelatedPerson/p1"])
def test_another_id_or_type_is_another(reference: str) -> None:
    built = about(reference)
    assert (own(built), built["omitted"]) == (False, {"of_another_subject": 1})


@pytest.mark.rule("R-READ-301")
@pytest.mark.parametrize(
    ("reference", "is_own"),
    [
        ("https://a.example/fhir/Patient/p1", True),
        ("http://A.example/fhir/Patient/p1/_history/2", True),
        ("https://b.example/fhir/Patient/p1", False),
        ("Patient/p1", True),
    ],
)
def test_an_absolute_reference_matches_on_the_same_server_only(
    reference: str, is_own: bool
) -> None:
    fact = resource("Condition", subject={"reference": reference})
    assert own(pack({"resourceType": "Bundle", "entry": [ON_A, {"resource": fact}]})) is is_own


@pytest.mark.rule("R-READ-301")
def test_a_relative_reference_stands_on_the_server_of_its_entry() -> None:
    fact = resource("Condition", id="c", subject={"reference": "Patient/p1"})
    elsewhere = {"fullUrl": "https://b.example/fhir/Condition/c", "resource": fact}
    assert not own(pack({"resourceType": "Bundle", "entry": [ON_A, elsewhere]}))


@pytest.mark.rule("R-READ-301")
@pytest.mark.parametrize(
    ("kind", "is_own"),
    [("replaces", True), ("seealso", True), ("refer", False), ("replaced-by", False)],
)
def test_links_name_the_patient_by_their_kind(kind: str, is_own: bool) -> None:
    link = [{"type": kind, "other": {"reference": "Patient/old7"}}]
    assert own(about("Patient/old7", link=link)) is is_own


@pytest.mark.rule("R-READ-302")
@pytest.mark.parametrize(
    ("identifier", "is_own"),
    [
        ({"system": "urn:mrn", "value": "111-MINE"}, True),
        ({"system": "urn:other", "value": "111-MINE"}, False),
        ({"value": "111-MINE"}, False),
        ({"system": "urn:mrn", "value": "999-OTHER"}, False),
    ],
)
def test_a_subject_that_is_only_an_identifier_must_be_the_patients(
    identifier: dict[str, str], is_own: bool
) -> None:
    fact = resource("Condition", subject={"identifier": identifier, "display": "somebody"})
    assert own(read(fact)) is is_own


@pytest.mark.rule("R-READ-302")
@pytest.mark.parametrize(
    ("inner", "is_own"),
    [
        ({"identifier": [{"system": "urn:mrn", "value": "111-MINE"}]}, True),
        (
            {
                "name": [{"family": "QUARTERMAIN", "given": ["Zebulon"]}],
                "birthDate": "1961-03-17",
            },
            True,
        ),
        ({"name": [{"family": "Quartermain", "given": ["Zebulon"]}]}, False),
        (
            {
                "name": [{"family": "Quartermain", "given": ["Zoe"]}],
                "birthDate": "1961-03-17",
            },
            False,
        ),
        ({"birthDate": "1961-03-17"}, False),
    ],
)
def test_a_contained_patient_is_the_patient_if_identifier_or_name_and_birth_date_agree(
    inner: dict[str, Any], is_own: bool
) -> None:
    contained = [{"resourceType": "Patient", "id": "x", **inner}]
    fact = resource("Condition", subject={"reference": "#x"}, contained=contained)
    assert own(read(fact)) is is_own


@pytest.mark.rule("R-READ-303")
def test_without_a_subject_it_is_the_patients() -> None:
    assert own(read(resource("Condition")))
    assert own(read(resource("Condition", subject={"display": "Diabetes clinic patient 7"})))


@pytest.mark.rule("R-READ-303")
@pytest.mark.parametrize("kind", ["Group", "Location", "Device", "RelatedPerson", "Patient"])
def test_any_other_subject_is_left_out_and_counted(kind: str) -> None:
    thing = {"resourceType": kind, "id": "x7"}
    entries = [resource("Condition", subject={"reference": f"{kind}/x7"})]
    built = read(*entries, *([thing] if kind != "Patient" else []))
    assert (own(built), built["omitted"]["of_another_subject"]) == (False, 1)


@pytest.mark.rule("R-READ-303")
def test_a_bare_string_as_subject_names_somebody_too() -> None:
    assert not own(read(resource("Condition", subject="Patient/p2")))
    assert own(read(resource("Condition", subject="Patient/p1")))


@pytest.mark.rule("R-READ-303")
def test_every_way_in_which_a_resource_names_its_patient_is_looked_at() -> None:
    other = {"reference": "Patient/p2"}
    facts = [
        resource("AllergyIntolerance", "A", patient=other),
        resource("Immunization", "B", patient=other),
        resource("FamilyMemberHistory", "C", patient=other),
        resource("MedicationDispense", "D", subject=other),
        resource("Encounter", "E", subject=other),
        resource("DiagnosticReport", "F", subject=other),
        resource("DetectedIssue", "G", patient=other),
        resource("AdverseEvent", "H", subject=other),
        {"resourceType": "QuestionnaireResponse", "subject": other},
        {"resourceType": "Composition", "subject": other},
    ]
    built = read(*facts)
    assert built["omitted"] == {"of_another_subject": len(facts)}


@pytest.mark.rule("R-READ-106")
def test_a_record_of_another_person_never_looks_like_a_healthy_patients() -> None:
    built = read(resource("Condition", subject={"reference": "Patient/p2"}))
    assert "Nothing in the record is about the patient" in " ".join(built["warnings"])
    assert "Nothing" not in " ".join(pack(bundle_of(resource("Condition")))["warnings"])
