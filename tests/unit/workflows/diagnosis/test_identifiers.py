"""No pack says who the patient is: canaries in every field that may carry text, and what must
survive the search for them.

Long because it is a table of the spellings that records use.
"""

import json
from typing import Any

import pytest

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.prompt import user_prompt
from tests.unit.workflows.diagnosis.charts import (
    CANARIES,
    PATIENT_ID,
    bundle,
    condition,
    loinc,
    observation,
    pack,
    patient,
    snomed,
)

EVERYTHING = "; ".join(CANARIES)


def leaks(value: Any) -> list[str]:
    sent = canonical_json(value).decode().casefold()
    return [canary for canary in CANARIES if canary.casefold() in sent]


def note_of(text: str, **changes: Any) -> str:
    """What becomes of a condition's note in the record of a patient with these changes."""
    built = pack(bundle(condition(note=[{"text": text}]), who=patient(**changes)))
    (said,) = built["active_conditions"][0]["notes"]
    assert isinstance(said, str)
    return said


def coded(display: str, **changes: Any) -> str:
    """What becomes of a SNOMED display."""
    name = pack(bundle(condition(display), who=patient(**changes)))["active_conditions"][0]["name"]
    assert isinstance(name, str)
    return name


def test_the_record_itself_leaves_no_trace_of_the_patient() -> None:
    others: list[dict[str, Any]] = [
        {"resourceType": "Encounter", "subject": {"display": "Mr. Zebulon Quartermain"}},
        {
            "resourceType": "RelatedPerson",
            "name": [{"family": "Fothergill", "given": ["Wilhelmina"]}],
        },
    ]
    assert leaks(pack(bundle(condition(), *others))) == []


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize(
    "written",
    [str, str.upper, str.lower, lambda text: f"seen:{text}, today", lambda text: f"({text})'s"],
)
def test_an_identifier_in_a_note_is_redacted_however_it_is_written(
    canary: str, written: Any
) -> None:
    said = note_of(f"Patient {written(canary)} reports fever")
    assert canary.casefold() not in said.casefold()
    assert (said[:8], said[-14:]) == ("Patient ", " reports fever")
    assert "[redacted]" in said


@pytest.mark.parametrize(
    "place",
    [
        {"resourceType": "Condition", "code": {"text": EVERYTHING}},
        {
            "resourceType": "Condition",
            "code": {"coding": [{"system": "urn:x", "code": "1", "display": EVERYTHING}]},
        },
        {"resourceType": "Condition", "code": {"coding": [{"system": "urn:x", "code": "Zebulon"}]}},
        {"resourceType": "Condition", "code": snomed("38341003", f"Fever of {EVERYTHING}")},
        {
            "resourceType": "Condition",
            "onsetString": EVERYTHING,
            "stage": [{"summary": {"text": EVERYTHING}}],
        },
        {
            "resourceType": "Observation",
            "code": loinc("718-7"),
            "valueString": EVERYTHING,
            "dataAbsentReason": {"text": EVERYTHING},
        },
        {
            "resourceType": "Observation",
            "code": loinc("718-7"),
            "valueQuantity": {"value": 1, "unit": "Zebulon"},
        },
        {
            "resourceType": "Observation",
            "code": loinc("718-7"),
            "status": "Zebulon",
        },
        {
            "resourceType": "Observation",
            "code": loinc("718-7"),
            "effectiveDateTime": "1954-06-13",
            "valueDateTime": "1954-06-13",
        },
        {
            "resourceType": "Observation",
            "code": loinc("718-7"),
            "referenceRange": [{"text": EVERYTHING}],
            "interpretation": [{"text": EVERYTHING}],
        },
        {
            "resourceType": "Observation",
            "code": loinc("718-7"),
            "component": [{"code": {"text": EVERYTHING}, "valueTime": EVERYTHING}],
        },
        {
            "resourceType": "MedicationRequest",
            "medicationReference": {"reference": f"Medication/{PATIENT_ID}", "display": EVERYTHING},
        },
        {
            "resourceType": "MedicationRequest",
            "dosageInstruction": [{"text": EVERYTHING}],
            "reasonCode": [{"text": EVERYTHING}],
        },
        {
            "resourceType": "AllergyIntolerance",
            "reaction": [{"description": EVERYTHING, "manifestation": [{"text": EVERYTHING}]}],
        },
        {
            "resourceType": "Procedure",
            "performedString": EVERYTHING,
            "outcome": {"text": EVERYTHING},
        },
        {
            "resourceType": "Immunization",
            "occurrenceString": EVERYTHING,
            "note": [{"text": EVERYTHING, "authorString": EVERYTHING}],
        },
        {"resourceType": "DiagnosticReport", "conclusion": EVERYTHING},
        {
            "resourceType": "FamilyMemberHistory",
            "relationship": {"text": EVERYTHING},
            "condition": [{"code": {"text": EVERYTHING}}],
        },
        {"resourceType": "Zebulon Quartermain", "text": {"div": EVERYTHING}},
    ],
)
def test_no_field_of_a_resource_lets_an_identifier_through(place: dict[str, Any]) -> None:
    assert leaks(pack(bundle(place))) == []


def test_nothing_beside_the_record_lets_an_identifier_through() -> None:
    artifact = {
        "artifact_type": EVERYTHING,
        "artifact_name": EVERYTHING,
        "description": EVERYTHING,
        "artifact_data": {
            "text": EVERYTHING,
            "list": [EVERYTHING, 6175550143, 7731902, 42.536308992024445],
            EVERYTHING: 1,
            "Zebulon": 2,
        },
    }
    assessment = {
        "funnel": {
            "slug": EVERYTHING,
            "version": EVERYTHING,
            "questions": [{"id": "q1", "text": EVERYTHING}],
        },
        "answers": {"q1": EVERYTHING, EVERYTHING: [EVERYTHING]},
    }
    built = pack(
        bundle(),
        input_config={"question": EVERYTHING, EVERYTHING: {}},
        artifacts=[artifact],
        assessment=assessment,
    )
    assert leaks(built) == []
    assert leaks(user_prompt(built)) == []


@pytest.mark.parametrize(
    "key",
    ["patient_name", "lastName", "e-mail address", "SSN", "dob", "Postal-Code", "phone number"],
)
def test_fields_that_name_a_person_are_redacted_whatever_they_hold(key: str) -> None:
    built = pack(None, input_config={"form": {key: "Unlisted Somebody", "dose": 5}})
    assert built["input_config"]["form"] == {key: "[redacted]", "dose": 5}


@pytest.mark.parametrize(
    "text",
    [
        "mail jane.roe+x@clinic.example.org",
        "call (212) 555-0198",
        "call 212-555-0198 after six",
        "call +1 212 555 0198",
        "call +41 44 668 18 00",
        "call +49 30 1234567",
        "SSN 123-45-6789",
        "MRN: 00482-A7",
        "medical record number 4471",
        "passport no. C01X00T47",
        "DOB: 3/4/61",
        "born on 4 March 1961",
        "date of birth 1961-03-04",
    ],
)
def test_the_shapes_of_identifiers_are_known_without_any_record(text: str) -> None:
    said = pack(None, input_config={"note": text})["input_config"]["note"]
    assert "[redacted]" in said
    assert not any(char.isdigit() for char in said), said


@pytest.mark.parametrize(
    "text",
    [
        "BP 120/80, then 130/85; HR 61; SpO2 98 %",
        "2019-09-01 to 2020-01-02",
        "edema +2, 120 80 130",
        "NDC 0093-7146-01 and LOINC 85354-9, SNOMED 38341003",
        "born at 38 weeks weighing 3200 g",
        "Sodium 140, potassium 4.2, platelets 250000",
        "500 mg 3 times per day for 10 days",
    ],
)
def test_measurements_and_dates_are_not_taken_for_identifiers(text: str) -> None:
    assert note_of(text) == text


def test_only_whole_words_are_redacted() -> None:
    named = {"name": [{"family": "Cole", "given": ["Ana"]}]}
    assert note_of("ANA Cole: colestyramine for cholestasis; anabolic; Cole's cole", **named) == (
        "[redacted]: colestyramine for cholestasis; anabolic; [redacted]'s cole"
    )


@pytest.mark.parametrize(
    ("family", "display"),
    [
        ("White", "White blood cell disorder"),
        ("Burns", "Burns of multiple sites"),
        ("Parkinson", "Parkinson's disease"),
        ("Stone", "Kidney stone"),
        ("Li", "Li-Fraumeni syndrome"),
        ("May", "May-Thurner syndrome"),
        ("Ma", "Drug level 5 mA"),
    ],
)
def test_a_patient_named_like_a_clinical_word_keeps_the_word_in_coded_terms(
    family: str, display: str
) -> None:
    assert coded(display, name=[{"family": family, "given": ["Zebulon"]}]) == display


def test_a_name_that_is_a_clinical_word_is_redacted_where_it_names_the_patient() -> None:
    burns = {"name": [{"family": "Burns", "given": ["Rose"]}]}
    assert (
        note_of("Burns came with burns on the hand and a rose rash", **burns)
        == "[redacted] came with burns on the hand and a rose rash"
    )
    assert (
        note_of("rose burns, mrs burns and burns, rose", **burns)
        == "[redacted], [redacted] and [redacted]"
    )
    assert coded("Allergy of Rose Burns", **burns) == "Allergy of [redacted]"


def test_a_coded_display_stays_whatever_name_it_equals_but_one_that_names_a_person_is_none() -> (
    None
):
    built = pack(bundle(condition("Fever of Quartermain")))["active_conditions"][0]
    assert (built["name"], built["code"]) == ("Fever of Quartermain", "SNOMED 38341003")
    assert coded("Fever of Zebulon Quartermain") == "Fever of [redacted]"


@pytest.mark.parametrize("value", [6175550143, 7731902, "6175550143"])
def test_a_measured_value_stays_whatever_identifier_it_equals(value: int | str) -> None:
    built = pack(bundle(observation(valueQuantity={"value": value, "unit": "copies/mL"})))
    assert built["laboratory_results"][0]["value"] == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ({"family": "Müller", "given": ["José"]}, "Jose MULLER"),
        ({"family": "Muller", "given": ["Jose"]}, "José Müller"),
        ({"family": "O’Neil-Sørby"}, "O'Neil Sørby"),
        ({"family": "Dvořák"}, "Dvor\u030ca\u0301k"),
        ({"family": "Dvorak"}, "Dvo\u200brak"),
        ({"family": "王", "given": ["小明"]}, "患者王小明"),
        ({"text": "Dr. Ottoline Prendergast-Hale, Jr."}, "prendergast hale"),
        ({"given": ["Ottoline"]}, "OTTOLINE"),
        ({"family": ["Prendergast"], "given": "Ottoline"}, "Ottoline Prendergast"),
    ],
)
def test_names_are_found_across_accents_scripts_and_shapes(name: dict[str, Any], text: str) -> None:
    said = note_of(f"Note: {text} is well", name=[name])
    assert (
        said.replace("患者", "").replace("[redacted] [redacted]", "[redacted]")
        == "Note: [redacted] is well"
    )


def test_titles_and_placeholders_are_no_names() -> None:
    text = "Unknown male patient, Dr and Mr, test of name"
    assert (
        note_of(
            text,
            name=[
                {"text": "Unknown Patient", "prefix": ["Mr."]},
                {"family": "Test", "given": ["Baby", "Boy"]},
            ],
        )
        == text
    )


def test_a_state_is_redacted_by_name_and_by_abbreviation_only_beside_its_place() -> None:
    home = {
        "address": [{"city": "Tewksbridge", "state": "MA", "postalCode": "01464"}],
        "extension": None,
    }
    assert (
        note_of("MA ratio 3, lives in Tewksbridge, MA 01464-2561", **home)
        == "MA ratio 3, lives in [redacted] [redacted]"
    )


def test_a_postal_code_that_looks_like_a_dose_is_redacted_only_beside_its_city() -> None:
    home = {"address": [{"city": "Tewksbridge", "postalCode": "1000"}], "extension": None}
    assert (
        note_of("1000 mg daily; 1000 Tewksbridge; Tewksbridge 1000", **home)
        == "1000 mg daily; [redacted]; [redacted]"
    )
    round_code = {"address": [{"postalCode": "50000"}], "extension": None}
    assert coded("Vitamin D 50000 UNT", **round_code) == "Vitamin D 50000 UNT"
    assert note_of("from 50000", **round_code) == "from [redacted]"


def test_relatives_and_contacts_are_redacted_like_the_patient_and_staff_by_full_name() -> None:
    others: list[dict[str, Any]] = [
        {
            "resourceType": "RelatedPerson",
            "name": [{"family": "Ashdown", "given": ["Perpetua"]}],
            "telecom": [{"value": "020-7946-0958"}],
        },
        {"resourceType": "Practitioner", "name": [{"family": "Kidney", "given": ["Linn"]}]},
        {"resourceType": "Organization", "name": "Nashoba Valley Clinic"},
    ]
    text = (
        "Perpetua called from 020 7946 0958; Dr. Kidney and Linn Kidney of Nashoba Valley Clinic "
        "checked the kidney; Kidney ok"
    )
    (item,) = pack(bundle(condition(note=[{"text": text}]), *others))["active_conditions"]
    expected = (
        "[redacted] called from [redacted]; [redacted] and [redacted] of [redacted] checked the "
        "kidney; Kidney ok"
    )
    assert item["notes"] == [expected]


def test_a_name_known_only_from_displays_is_redacted() -> None:
    record = bundle(
        condition(subject={"display": "Zebulon Quartermain"}, note=[{"text": "zebulon is tired"}]),
        who={"resourceType": "Patient"},
    )
    assert pack(record)["active_conditions"][0]["notes"] == ["[redacted] is tired"]


def test_a_telephone_number_is_found_with_or_without_its_prefixes() -> None:
    phone = {"telecom": [{"value": "+1 (617) 555-0199 x12"}]}
    assert (
        note_of("617 5550199, 555 0199, 1.617.555.0199, 16175550199", **phone)
        == "[redacted], [redacted], [redacted], [redacted]"
    )


def test_what_describes_a_group_is_no_identifier() -> None:
    ethnicity = {
        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity",
        "valueString": "Not Hispanic or Latino",
    }
    nickname = {"url": "http://hospital.example/called", "valueString": "Big Zeb 7"}
    assert (
        note_of("Not Hispanic or Latino; Big Zeb 7", extension=[ethnicity, nickname])
        == "Not Hispanic or Latino; [redacted]"
    )


def test_ids_that_the_record_does_not_hold_are_redacted_when_they_are_known() -> None:
    studio_id = "11111111-1111-4111-8111-111111111111"
    built = pack(bundle(), input_config={"note": f"see {studio_id}"}, other_identifiers=[studio_id])
    assert built["input_config"] == {"note": "see [redacted]"}


def test_a_long_text_is_cut_after_it_was_scrubbed() -> None:
    for words in range(60, 200):
        said = note_of("word " * words + "Zebulon Quartermain lives" + " on" * 300)
        assert not any(part in said for part in ("Zeb", "bulon", "Quart", "main"))
        assert "617" not in note_of("word " * words + "617 555 0143 is the number" + " on" * 300)
    assert " … " in said


def test_a_contained_patient_is_scrubbed_but_is_not_the_patient() -> None:
    inner = {
        "resourceType": "Patient",
        "id": "p",
        "name": [{"family": "Innermost"}],
        "birthDate": "1990-01-01",
    }
    built = pack(
        bundle(condition(note=[{"text": "Innermost, born 1990-01-01"}], contained=[inner]))
    )
    assert "innermost" not in json.dumps(built).lower()
    assert "1990" not in json.dumps(built["active_conditions"])
    assert built["patient"]["age_years"] == 72
    assert (
        pack(bundle(condition(onsetDateTime="1990-01-01", contained=[inner])))["active_conditions"][
            0
        ]["onset"]
        == "1990-01-01"
    )
