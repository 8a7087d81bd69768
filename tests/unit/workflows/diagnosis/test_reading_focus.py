"""Whom an observation is about, what contained facts share, and relatives: READING.md section 3."""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.readings import concept, item_of, read, resource, text_of, where


def own(built: dict[str, Any]) -> bool:
    return bool(where(built, "Asthma"))


def observed(**fields: Any) -> dict[str, Any]:
    return resource("Observation", "Asthma", status="final", valueString="Reactive", **fields)


RELATED = {"resourceType": "RelatedPerson", "id": "r1", "relationship": [{"text": "partner"}]}


@pytest.mark.rule("R-READ-304")
@pytest.mark.parametrize(
    "fields",
    [
        {"focus": [{"reference": "RelatedPerson/r1"}]},
        {"focus": [{"reference": "Patient/p2"}]},
        {"focus": [{"reference": "urn:uuid:nobody"}]},
        {"focus": [{"display": "partner"}]},
        {"focus": [{"type": "Patient", "identifier": {"value": "999"}}]},
        {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/observation-focusCode",
                    "valueCodeableConcept": concept("http://snomed.info/sct", "105455006"),
                }
            ]
        },
    ],
)
def test_a_focus_on_another_person_is_left_out_and_counted(fields: dict[str, Any]) -> None:
    built = read(observed(**fields), RELATED)
    assert (own(built), built["omitted"]) == (False, {"about_another_person": 1})


@pytest.mark.rule("R-READ-304")
@pytest.mark.parametrize("way", ["code", "display", "relationship"])
def test_what_is_observed_of_the_fetus_is_kept_and_said_to_be_of_the_fetus(way: str) -> None:
    fetus = {"resourceType": "RelatedPerson", "id": "f", "relationship": [{"text": "fetus"}]}
    extension = {
        "url": "http://hl7.org/fhir/StructureDefinition/observation-focusCode",
        "valueCodeableConcept": {"text": "Fetus"},
    }
    ways: dict[str, dict[str, Any]] = {
        "code": {"extension": [extension]},
        "display": {"focus": [{"reference": "urn:uuid:unknown", "display": "fetus"}]},
        "relationship": {"focus": [{"reference": "RelatedPerson/f"}]},
    }
    assert where(read(observed(**ways[way]), fetus), "Asthma") == ["observations_of_the_fetus"]


@pytest.mark.rule("R-READ-304")
@pytest.mark.parametrize(
    ("target", "says"),
    [
        (resource("Condition", "Ovarian cancer", id="t"), "Ovarian cancer"),
        ({"resourceType": "BodyStructure", "id": "t", "morphology": {"text": "Polyp"}}, "Polyp"),
        ({"resourceType": "Device", "id": "t", "type": {"text": "Pacemaker"}}, "Pacemaker"),
    ],
)
def test_a_focus_on_a_thing_is_the_patients_and_shown(target: dict[str, Any], says: str) -> None:
    focus = [{"reference": f"{target['resourceType']}/t"}]
    assert item_of(read(observed(focus=focus), target), "Asthma")["about"] == [says]


@pytest.mark.rule("R-READ-304")
def test_a_focus_on_the_patient_is_none_and_one_on_a_missing_condition_is_kept() -> None:
    assert own(read(observed(focus=[{"reference": "Patient/p1"}])))
    assert own(read(observed(focus=[{"reference": "Condition/elsewhere"}])))


@pytest.mark.rule("R-READ-304")
def test_a_focus_on_a_condition_of_another_is_anothers() -> None:
    theirs = resource("Condition", "Their cancer", id="t", subject={"reference": "Patient/p2"})
    built = read(observed(focus=[{"reference": "Condition/t"}]), theirs)
    assert not own(built)
    assert built["omitted"] == {"of_another_subject": 1, "about_another_person": 1}


@pytest.mark.rule("R-READ-304")
@pytest.mark.parametrize("subject", ["Patient/p2", "Substance/s1", "RelatedPerson/r1"])
def test_a_specimen_of_another_makes_the_result_anothers(subject: str) -> None:
    specimen = {"resourceType": "Specimen", "id": "s", "subject": {"reference": subject}}
    built = read(observed(specimen={"reference": "Specimen/s"}), specimen)
    assert not own(built)
    assert sum(built["omitted"].values()) >= 1


@pytest.mark.rule("R-READ-304")
@pytest.mark.parametrize(
    ("specimen", "is_own"), [(None, False), ({"display": "Blood of the patient"}, True)]
)
def test_a_report_of_another_persons_specimen_takes_its_results_along(
    specimen: dict[str, Any] | None, is_own: bool
) -> None:
    donors = {"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/donor"}}
    report = resource(
        "DiagnosticReport",
        "HLA typing",
        status="final",
        specimen=[{"reference": "Specimen/s"}],
        result=[{"reference": "Observation/o"}],
    )
    found = observed(id="o", **({"specimen": specimen} if specimen else {}))
    assert own(read(found, report, donors)) == is_own


def contained_in(container: dict[str, Any], fact: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "CarePlan", "id": "k", **container, "contained": [fact]}


@pytest.mark.rule("R-READ-305")
@pytest.mark.parametrize(
    ("container", "section"),
    [
        ({"status": "active"}, "active_conditions"),
        ({"status": "draft"}, "conditions_status_not_stated"),
        ({"status": "active", "intent": "proposal"}, "conditions_status_not_stated"),
        ({"status": "cancelled"}, "conditions_status_not_stated"),
        ({"status": "revoked"}, "conditions_status_not_stated"),
    ],
)
def test_a_contained_condition_shares_its_containers_state(
    container: dict[str, Any], section: str
) -> None:
    fact = resource("Condition", clinicalStatus={"text": "active"})
    built = read(contained_in(container, fact))
    assert where(built, "Asthma") == [section]
    assert ("within" in item_of(built, "Asthma")) is (section != "active_conditions")


@pytest.mark.rule("R-READ-305")
def test_the_stricter_state_counts_for_what_is_contained() -> None:
    drug = resource("MedicationRequest", "Aspirin", status="active", intent="order")
    assert where(read(contained_in({"status": "draft"}, drug)), "Aspirin") == [
        "proposed_medications"
    ]
    assert where(read(contained_in({"status": "cancelled"}, drug)), "Aspirin") == [
        "never_taken_medications"
    ]
    result = resource("Observation", "Sodium", status="final", valueInteger=120)
    report = {"resourceType": "DiagnosticReport", "status": "cancelled", "contained": [result]}
    assert where(read(report), "Sodium") == ["observations_without_result"]
    early = {**report, "status": "preliminary"}
    assert item_of(read(early), "Sodium")["status"] == "preliminary"
    wrong = {**report, "status": "entered-in-error"}
    assert read(wrong)["omitted"] == {"entered_in_error": 2}
    own_state = {**report, "status": "final", "contained": [{**result, "status": "cancelled"}]}
    assert where(read(own_state), "Sodium") == ["observations_without_result"]


@pytest.mark.rule("R-READ-306")
@pytest.mark.parametrize(
    "name",
    [
        *("Family history of asthma", "Mother: breast cancer", "FH: early heart attack"),
        *("No family history of diabetes", "Father died of stroke", "Maternal aunt - melanoma"),
    ],
)
@pytest.mark.parametrize("kind", ["Condition", "Observation", "Procedure"])
def test_what_speaks_of_relatives_keeps_all_its_words_under_family_history(
    name: str, kind: str
) -> None:
    assert where(read(resource(kind, name, status="final")), name) == ["family_history"]


@pytest.mark.rule("R-READ-306")
def test_words_that_only_look_like_relatives_stay_where_they_are() -> None:
    for name in (
        "Motherwort allergy",
        "Sister Mary Joseph nodule",
        "Familial hypercholesterolaemia",
    ):
        built = read(resource("Condition", name))
        assert where(built, name) == ["conditions_status_not_stated"], text_of(built)
