"""Codes and the words of status: READING.md section 4."""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.readings import (
    CLINICAL,
    VERIFICATION,
    concept,
    item_of,
    read,
    resource,
    where,
)

SCT = "http://snomed.info/sct"
LOINC = "http://loinc.org"
LOCAL = {"system": "urn:x", "code": "X1", "display": "see note"}
V3 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


def placed(status: Any, verification: Any = None) -> list[str]:
    fields = {"clinicalStatus": status, "verificationStatus": verification}
    known = {key: value for key, value in fields.items() if value is not None}
    return where(read(resource("Condition", **known)), "Asthma")


@pytest.mark.rule("R-READ-401")
@pytest.mark.parametrize(
    ("status", "section"),
    [
        ({"coding": [{"system": CLINICAL, "code": "active"}]}, "active_conditions"),
        ({"coding": [{"system": "urn:x", "code": "A2"}, {"code": "resolved"}]}, "past_conditions"),
        ({"coding": [{"system": SCT, "code": "55561003"}]}, "active_conditions"),
        ({"coding": [{"system": SCT, "code": "73425007"}]}, "past_conditions"),
        ({"coding": [{"system": SCT, "code": "413322009"}]}, "past_conditions"),
        ({"coding": [{"system": SCT, "code": "277022003"}]}, "past_conditions"),
        ({"coding": [{"system": SCT, "code": "410516002"}]}, "ruled_out_conditions"),
        ({"coding": [{"system": "urn:x", "code": "1", "display": "IN-ACTIVE"}]}, "past_conditions"),
        ({"text": " In Active "}, "past_conditions"),
        ("Resolved", "past_conditions"),
        ({"text": "ongoing, more or less"}, "conditions_status_not_stated"),
        ({"coding": []}, "conditions_status_not_stated"),
    ],
)
def test_a_status_is_read_from_all_that_is_said(status: Any, section: str) -> None:
    assert placed(status) == [section]


@pytest.mark.rule("R-READ-401")
def test_of_two_that_disagree_the_one_that_withdraws_counts_and_both_are_shown() -> None:
    both = {"coding": [{"system": CLINICAL, "code": "active"}], "text": "Resolved"}
    item = item_of(read(resource("Condition", clinicalStatus=both)), "Asthma")
    assert placed(both) == ["past_conditions"]
    assert item["clinical_status"] == "resolved (stated: active / resolved)"
    doubt = {"coding": [{"system": VERIFICATION, "code": "confirmed"}], "text": "refuted"}
    assert placed("active", doubt) == ["ruled_out_conditions"]


@pytest.mark.rule("R-READ-401")
def test_an_unknown_word_is_shown_and_never_active() -> None:
    item = item_of(read(resource("Condition", clinicalStatus={"text": "smouldering"})), "Asthma")
    assert item["clinical_status"] == "status not stated: smouldering"


@pytest.mark.rule("R-READ-402")
def test_a_name_has_its_coded_displays_beside_it_where_they_differ() -> None:
    codes = {
        "text": "sugar",
        "coding": [
            {"system": SCT, "code": "44054006", "display": "Diabetes mellitus type 2 (disorder)"},
            {"system": "http://hl7.org/fhir/sid/icd-10", "code": "E11", "display": "Sugar"},
        ],
    }
    item = item_of(read(resource("Condition", code=codes)), "Sugar")
    assert item["also"] == ["Diabetes mellitus type 2 (disorder)"]
    manifestation = [concept(SCT, "39579001", "Anaphylaxis", "see letter")]
    allergy = resource("AllergyIntolerance", reaction=[{"manifestation": manifestation}])
    (reaction,) = item_of(read(allergy), "Asthma")["reactions"]
    assert reaction["manifestations"] == ["see letter (Anaphylaxis)"]


def result(**fields: Any) -> dict[str, Any]:
    return item_of(read(resource("Observation", "PCR", status="final", **fields)), "PCR")


@pytest.mark.rule("R-READ-402")
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (concept(SCT, "260373001", "Detected", "see comment"), "Detected (see comment)"),
        (concept(SCT, "260373001", "Detected", "detected"), "Detected"),
        (concept(SCT, "260373001", None, "see comment"), "see comment [SNOMED 260373001]"),
        (concept(SCT, "260373001"), "SNOMED 260373001"),
        (
            {"coding": [{"system": SCT, "code": "260373001"}, LOCAL], "text": "see comment"},
            "see note (see comment) [SNOMED 260373001]",
        ),
        ({"coding": [LOCAL, {"system": SCT, "code": "260373001"}]}, "see note [SNOMED 260373001]"),
        (
            {
                "coding": [
                    {"system": SCT, "code": "260373001"},
                    {"system": LOINC, "code": "LA11882-0", "display": "Detected"},
                ],
                "text": "see comment",
            },
            "Detected (see comment)",
        ),
        (
            {"coding": [{"display": "Reactive"}, {"display": "Positive"}], "text": "Reactive"},
            "Reactive; Positive",
        ),
        ("Reactive", "Reactive"),
    ],
)
def test_a_coded_value_never_hides_behind_its_text(value: Any, shown: str) -> None:
    assert result(valueCodeableConcept=value)["value"] == shown


@pytest.mark.rule("R-READ-402")
def test_nor_does_a_coding_behind_a_text_that_a_converter_left_in_it() -> None:
    coding = {"system": SCT, "code": "260373001", "text": "see comment"}
    assert result(valueCoding=coding)["value"] == "see comment [SNOMED 260373001]"
    assert result(valueCoding=coding | {"display": "Detected"})["value"] == "Detected (see comment)"


@pytest.mark.rule("R-READ-402")
@pytest.mark.parametrize(
    ("code", "shown"),
    [
        *(("HH", "Critical high"), ("LL", "Critical low"), ("AA", "Critical abnormal")),
        *(("H", "High"), ("L", "Low"), ("A", "Abnormal"), ("N", "Normal")),
        *(("R", "Resistant"), ("S", "Susceptible"), ("I", "Intermediate")),
        *(("POS", "Positive"), ("NEG", "Negative"), ("DET", "Detected"), ("ND", "Not detected")),
    ],
)
def test_a_missing_display_comes_from_hl7s_tables(code: str, shown: str) -> None:
    assert result(interpretation=[concept(V3, code)])["interpretation"] == [shown]
    bare = {"coding": [{"code": code}]}
    assert result(interpretation=[bare])["interpretation"] == [shown]
    beside = concept(V3, code, None, "see manual")
    assert result(interpretation=[beside])["interpretation"] == [f"{shown} (see manual)"]


@pytest.mark.rule("R-READ-402")
def test_a_url_is_never_a_value_nor_a_name() -> None:
    assert "value" not in result(valueString="https://results.example/123")
    assert "value" not in result(valueCodeableConcept={"text": "http://loinc.org/LA1"})
    coded = {"coding": [{"code": "http://example.org/x"}]}
    assert where(read(resource("Condition", code=coded)), "not stated")
