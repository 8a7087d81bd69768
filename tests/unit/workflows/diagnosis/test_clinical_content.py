"""What of a record enters the pack, and how: every resource type, every shape in which real systems
send it.

Long because it is a table of what records say and what the pack must keep.
"""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.charts import (
    PATIENT_ID,
    bundle,
    condition,
    observation,
    pack,
    patient,
    quantity,
    snomed,
)


def only(record: Any, section: str) -> dict[str, Any]:
    (item,) = pack(record)[section]
    assert isinstance(item, dict)
    return item


@pytest.mark.parametrize(
    ("fields", "section"),
    [
        ({"status": "active"}, "active_conditions"),
        ({"status": "recurrence"}, "active_conditions"),
        ({"status": "relapse"}, "active_conditions"),
        ({"status": "inactive"}, "past_conditions"),
        ({"status": "remission"}, "past_conditions"),
        ({"status": "resolved"}, "past_conditions"),
        ({"status": None}, "conditions_status_not_stated"),
        ({"status": None, "abatementDateTime": "2019-01-02"}, "past_conditions"),
        ({"status": None, "abatementAge": {"value": 40, "unit": "a"}}, "past_conditions"),
        ({"status": None, "abatementBoolean": True}, "past_conditions"),
        (
            {"status": None, "verificationStatus": {"coding": [{"code": "refuted"}]}},
            "ruled_out_conditions",
        ),
    ],
)
def test_a_condition_is_active_or_past(fields: dict[str, Any], section: str) -> None:
    assert only(bundle(condition(**fields)), section)["name"] == "Hypertension"


def test_a_condition_says_all_it_knows() -> None:
    whole = condition(
        "Asthma",
        verificationStatus={"coding": [{"code": "provisional"}]},
        severity=snomed("24484000", "Severe"),
        bodySite=[snomed("39607008", "Lung structure")],
        onsetDateTime="2019-06-13T23:59:00-05:00",
        note=[{"text": "Worse at night.", "authorString": "Dr. Nobody"}],
    )
    assert only(bundle(whole), "active_conditions") == {
        "name": "Asthma",
        "code": "SNOMED 38341003",
        "onset": "2019-06-13T23:59-05:00",
        "clinical_status": "active",
        "verification": "provisional",
        "severity": "Severe",
        "body_site": ["Lung structure"],
        "notes": ["Worse at night."],
    }


@pytest.mark.parametrize(
    ("onset", "said"),
    [
        ({"onsetAge": {"value": 45, "unit": "years"}}, "age 45 years"),
        ({"onsetAge": {"value": 93, "code": "a"}}, "age 90+ years"),
        (
            {"onsetRange": {"low": {"value": 20, "unit": "a"}, "high": {"value": 30, "unit": "a"}}},
            "age 20 a to age 30 a",
        ),
        ({"onsetString": "in childhood"}, "in childhood"),
        ({"onsetString": "93"}, "90+"),
        ({"onsetString": "1993"}, "1993"),
    ],
)
def test_an_onset_may_be_an_age_or_words(onset: dict[str, Any], said: str) -> None:
    assert only(bundle(condition(**onset)), "active_conditions")["onset"] == said


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (snomed("44054006"), {"name": "SNOMED 44054006"}),
        (snomed("44054006", text="Sugar"), {"name": "Sugar", "code": "SNOMED 44054006"}),
        (
            snomed("44054006", "Diabetes", "Sugar"),
            {"name": "Sugar", "code": "SNOMED 44054006", "also": ["Diabetes"]},
        ),
        (
            snomed("44054006", "Diabetes", "diabetes"),
            {"name": "Diabetes", "code": "SNOMED 44054006"},
        ),
        ({"coding": [{"system": "urn:local", "code": "dm2"}]}, {"name": "dm2"}),
        (
            {"coding": {"system": "http://snomed.info/sct", "code": "1", "display": "Lone coding"}},
            {"name": "Lone coding", "code": "SNOMED 1"},
        ),
        ({"coding": []}, {"name": "not stated"}),
        (None, {"name": "not stated"}),
        ("Diabetes", {"name": "Diabetes"}),
    ],
)
def test_a_code_is_named_as_well_as_it_can_be(code: Any, expected: dict[str, Any]) -> None:
    record = bundle(condition(code=code))
    item = only(record, "active_conditions")
    assert item == expected | {"clinical_status": "active"}


def test_sections_are_newest_first_by_the_moment_and_undated_facts_last() -> None:
    moments = [
        "2020",
        "2020-05",
        None,
        "2020-05-06T10:00:00+02:00",
        "2020-05-06T09:30:00Z",
        "2020-05-06",
        "2021-01-01",
    ]
    record = bundle(
        *(
            observation(valueQuantity=quantity(place), effectiveDateTime=at)
            for place, at in enumerate(moments)
        )
    )
    assert [item["value"] for item in pack(record)["laboratory_results"]] == [6, 4, 3, 5, 1, 0, 2]


@pytest.mark.parametrize(
    "date",
    [
        "yesterday",
        "2020-13-01",
        "13/06/2020",
        "2020-1-1",
        "20200101",
        2020,
        None,
        {"start": None},
        "2020x",
    ],
)
def test_a_date_that_is_none_is_left_out(date: Any) -> None:
    assert "date" not in only(bundle(observation(effectiveDateTime=date)), "laboratory_results")


def test_periods_and_issued_stand_for_a_missing_date() -> None:
    record = bundle(
        observation("1-8", effectivePeriod={"end": "2018-01-01"}),
        observation("2-6", issued="2017-01-01T00:00:00Z"),
        observation("3-4", effectiveInstant="2016-01-01T00:00:00Z"),
    )
    assert [item["date"] for item in pack(record)["laboratory_results"]] == [
        "until 2018-01-01",
        "2017-01-01T00:00Z",
        "2016-01-01T00:00Z",
    ]


def test_an_allergy_has_its_reactions_and_criticality() -> None:
    allergy = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "type": "allergy",
        "criticality": "high",
        "code": snomed("91936005", "Allergy to penicillin"),
        "recordedDate": "2001-02-03",
        "reaction": [
            {
                "manifestation": [{"text": "Hives"}, {"text": "Wheeze"}],
                "severity": "severe",
                "description": "within minutes",
            },
            {},
        ],
    }
    assert only(bundle(allergy), "allergies") == {
        "name": "Allergy to penicillin",
        "code": "SNOMED 91936005",
        "recorded": "2001-02-03",
        "clinical_status": "active",
        "kind": "allergy",
        "criticality": "high",
        "reactions": [
            {
                "manifestations": ["Hives", "Wheeze"],
                "severity": "severe",
                "description": "within minutes",
            }
        ],
    }


def test_procedures_and_immunisations_say_when_they_were_not_done() -> None:
    done = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"text": "Suture"},
        "performedPeriod": {"start": "2011-07-24T15:32:17Z"},
    }
    not_done = {
        "resourceType": "Procedure",
        "status": "not-done",
        "code": {"text": "Biopsy"},
        "performedString": "planned for spring",
    }
    refused = {
        "resourceType": "Immunization",
        "status": "not-done",
        "vaccineCode": {"text": "Influenza"},
        "statusReason": {"text": "patient objection"},
        "occurrenceDateTime": "2019-10-01",
    }
    built = pack(bundle(done, not_done, refused))
    assert built["procedures"] == [{"name": "Suture", "date": "from 2011-07-24T15:32Z"}]
    assert built["procedures_not_done"] == [
        {"name": "Biopsy", "performed": "planned for spring", "status": "not-done"}
    ]
    assert built["immunisations"] == []
    assert built["immunisations_not_given"] == [
        {
            "name": "Influenza",
            "date": "2019-10-01",
            "status": "not-done",
            "status_reason": ["patient objection"],
        }
    ]


def test_a_report_enters_by_its_conclusion_and_its_contained_results_as_results() -> None:
    concluding = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": {"text": "Chest X-ray"},
        "effectiveDateTime": "2022-01-01",
        "conclusion": "No infiltrate.",
        "contained": [observation(id="hb", valueQuantity=quantity(14.2))],
        "result": [{"reference": "#hb"}],
    }
    silent = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "Panel"}}
    built = pack(bundle(concluding, silent))
    assert built["reports"] == [
        {
            "name": "Chest X-ray",
            "date": "2022-01-01",
            "conclusion": "No infiltrate.",
            "results": ["Hemoglobin: 14.2 g/dL"],
        },
        {"name": "Panel"},
    ]
    assert [item["value"] for item in built["laboratory_results"]] == [14.2]
    assert built["not_used"] == {}


def test_family_history_enters_by_relationship() -> None:
    history = {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "name": "Somebody",
        "relationship": {"coding": [{"code": "FTH", "display": "father"}]},
        "condition": [
            {"code": {"text": "Myocardial infarction"}, "onsetAge": {"value": 51, "unit": "a"}},
            {},
        ],
    }
    assert only(bundle(history), "family_history") == {
        "name": "father",
        "conditions": [{"name": "Myocardial infarction", "onset": "age 51 a"}],
    }


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"ageString": "98"}, {"age": "90+"}),
        ({"ageString": "62"}, {"age": "62"}),
        ({"deceasedString": "98"}, {"died": "90+"}),
    ],
)
def test_a_relatives_age_in_words_is_not_told_over_89(
    fields: dict[str, Any], shown: dict[str, Any]
) -> None:
    aunt = {"resourceType": "FamilyMemberHistory", "status": "completed", **fields}
    assert only(bundle(aunt), "family_history").items() >= shown.items()


def test_what_is_entered_in_error_or_of_somebody_else_is_left_out_and_counted() -> None:
    built = pack(
        bundle(
            observation(status="entered-in-error"),
            condition(verificationStatus={"coding": [{"code": "entered-in-error"}]}),
            condition("Twin's asthma", subject={"reference": "Patient/twin"}),
            condition("Own", subject={"reference": f"Patient/{PATIENT_ID}"}),
            condition("Own too", subject={"reference": f"urn:uuid:{PATIENT_ID}"}),
            condition(
                "Own by address",
                subject={"reference": f"https://fhir.example/Patient/{PATIENT_ID}/_history/2"},
            ),
            condition(
                "Own by query",
                subject={"reference": "Patient?identifier=http://hospital.example/mrn|MRN-7731902"},
            ),
            condition("By another's query", subject={"reference": "Patient?identifier=x|1"}),
        )
    )
    assert {item["name"] for item in built["active_conditions"]} == {
        "Own",
        "Own too",
        "Own by address",
        "Own by query",
    }
    assert built["omitted"] == {"entered_in_error": 2, "of_another_subject": 2}


def test_resources_that_no_section_reads_are_counted_by_type() -> None:
    others = [{"resourceType": name} for name in ("Claim", "Claim", "CarePlan", "Madeup", 7)]
    assert pack(bundle(*others))["not_used"] == {"Claim": 2, "CarePlan": 1, "Unknown": 2}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"age_years": 72}),
        ({"birthDate": "1954-11-22"}, {"age_years": 71}),
        ({"birthDate": "1954-11-21"}, {"age_years": 72}),
        ({"birthDate": "1936-11-22"}, {"age_years": 89}),
        ({"birthDate": "1936-11-21"}, {"age_years": "90+"}),
        ({"birthDate": "1920-01-01"}, {"age_years": "90+"}),
        ({"birthDate": "2025-12-22"}, {"age_years": 0, "age_months": 10}),
        ({"birthDate": "1954-06"}, {"age_years": 72, "age_is_approximate": True}),
        ({"birthDate": "1954"}, {"age_years": 72, "age_is_approximate": True}),
        ({"birthDate": "2030-01-01"}, {"age_years": None}),
        ({"birthDate": "unknown"}, {"age_years": None}),
        (
            {"birthDate": None, "gender": None, "extension": None},
            {"age_years": None, "gender": None, "sex_at_birth": None},
        ),
        (
            {"gender": "M", "extension": [{"url": None}]},
            {"gender": None, "sex_at_birth": None, "age_years": 72},
        ),
        (
            {"deceasedDateTime": "2015-06-12T10:00:00Z"},
            {"age_years": None, "deceased": True, "age_at_death_years": 60},
        ),
        (
            {"deceasedDateTime": "2050"},
            {"age_years": None, "deceased": True, "age_at_death_years": "90+"},
        ),
        ({"deceasedBoolean": True}, {"age_years": None, "deceased": True}),
        ({"deceasedBoolean": False}, {"age_years": 72}),
    ],
)
def test_demographics_are_an_age_a_sex_and_whether_the_patient_lives(
    fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    usual = {
        "age_years": None,
        "gender": "male",
        "sex_at_birth": "male",
        "deceased": False,
        "age_at_death_years": None,
    }
    assert pack(bundle(who=patient(**fields)))["patient"] == usual | expected


def test_a_fact_of_the_day_of_birth_does_not_tell_the_date() -> None:
    vaccine = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"text": "Hepatitis B"},
        "occurrenceDateTime": "1954-06-13T08:00:00Z",
    }
    assert only(bundle(vaccine), "immunisations") == {
        "name": "Hepatitis B",
        "given": "day of birth T08:00Z",
    }


def test_without_a_record_the_pack_says_so() -> None:
    built = pack(None, input_config={"question": "why tired?"})
    assert (built["record_available"], built["patient"]) == (False, None)
    assert built["input_config"] == {"question": "why tired?"}
