"""Reports, documents and what is read shortly: READING.md section 8."""

import base64
from typing import Any

import pytest

from shared.workflows.diagnosis.texts import REPORT_LIMIT
from tests.unit.workflows.diagnosis.charts import pack
from tests.unit.workflows.diagnosis.readings import (
    WHO,
    bundle_of,
    concept,
    item_of,
    read,
    resource,
    where,
)


def attached(kind: str, said: bytes, **fields: Any) -> dict[str, Any]:
    return {"contentType": kind, "data": base64.b64encode(said).decode(), **fields}


def report(**fields: Any) -> dict[str, Any]:
    return resource("DiagnosticReport", "CT", status="final", **fields)


@pytest.mark.rule("R-READ-801")
def test_a_report_says_all_it_knows() -> None:
    potassium = resource("Observation", "Potassium", id="k", status="final", valueInteger=6)
    dropped = resource("Observation", "Sodium", id="n", status="cancelled", valueInteger=120)
    specimen = {"resourceType": "Specimen", "id": "s", "type": {"text": "Blood"}}
    whole = report(
        effectiveDateTime="2026-10-05T07:00:00Z",
        category=[{"text": "Chemistry"}],
        conclusion="High potassium.",
        conclusionCode=[concept("http://snomed.info/sct", "14140009", "Hyperkalemia", "see note")],
        result=[
            {"reference": "Observation/k"},
            {"reference": "Observation/n"},
            {"reference": "Observation/missing", "display": "Chloride"},
        ],
        specimen=[{"reference": "Specimen/s"}],
    )
    assert item_of(read(whole, potassium, dropped, specimen), "CT") == {
        "name": "CT",
        "date": "2026-10-05T07:00Z",
        "category": ["Chemistry"],
        "conclusion": "High potassium.",
        "conclusions": ["Hyperkalemia (see note)"],
        "results": ["Potassium: 6", "Sodium (cancelled)", "Chloride"],
        "specimen": ["Blood"],
    }


@pytest.mark.rule("R-READ-801")
@pytest.mark.parametrize(
    ("form", "text"),
    [
        (attached("text/plain", b"Plain words."), "Plain words."),
        (attached("text/plain; charset=iso-8859-1", "Übelkeit".encode("latin-1")), "Übelkeit"),
        (attached("text/plain;charset=no-such", "Übelkeit".encode()), "Übelkeit"),
        (
            attached(
                "text/html", b"<style>x{}</style><p>Mass &amp; <b>node</b>s</p><p>of lung</p>"
            ),
            "Mass & nodes\nof lung",
        ),
        (attached("application/xhtml+xml", b"<div>one<br/>two</div>"), "one\ntwo"),
        (attached("text/html", b"<paragraph>1 Row</paragraph><paragraph>949"), "1 Row\n949"),
    ],
)
def test_texts_of_a_report_are_read(form: dict[str, Any], text: str) -> None:
    assert item_of(read(report(presentedForm=[form])), "CT")["text"] == text


@pytest.mark.rule("R-READ-801")
@pytest.mark.parametrize(
    ("form", "said"),
    [
        (attached("application/pdf", b"%PDF", title="CT letter"), "application/pdf: CT letter"),
        ({"contentType": "image/jpeg", "url": "https://pacs.example/1"}, "image/jpeg"),
        ({"data": "QUJD"}, "a document of unstated type"),
        (attached("text/plain", b"\x1f\x8b\x08\x00" + bytes(range(32)) * 9), "text/plain"),
        ({"contentType": "text/plain", "data": "%%%"}, "text/plain"),
    ],
)
def test_what_cannot_be_read_is_said_to_be_there(form: dict[str, Any], said: str) -> None:
    item = item_of(read(report(presentedForm=[form])), "CT")
    assert (item["not_read"], "text" in item) == ([said], False)


@pytest.mark.rule("R-READ-801")
def test_a_documents_text_may_stand_in_a_binary() -> None:
    binary = {"resourceType": "Binary", "id": "b", **attached("text/plain", b"Old stroke.")}
    content = [{"attachment": {"url": "Binary/b"}}]
    letter = resource(
        "DocumentReference", "Letter", status="current", date="2020-01-01", content=content
    )
    item = item_of(read(letter, binary), "Letter")
    assert (item["text"], item["date"]) == ("Old stroke.", "2020-01-01")


@pytest.mark.rule("R-READ-801")
@pytest.mark.parametrize("length", [REPORT_LIMIT + 10, 3 * REPORT_LIMIT, 40 * REPORT_LIMIT])
@pytest.mark.parametrize("way", ["conclusion", "text"])
def test_a_long_text_loses_its_middle_and_says_so(length: int, way: str) -> None:
    said = "Begin here. " + "filler " * (length // 7) + "IMPRESSION: ruptured aneurysm."
    ways: dict[str, dict[str, Any]] = {
        "conclusion": {"conclusion": said},
        "text": {"presentedForm": [attached("text/plain", said.encode())]},
    }
    built = read(report(**ways[way]))
    shown = item_of(built, "CT")[way]
    assert shown.startswith("Begin here.")
    assert shown.endswith("IMPRESSION: ruptured aneurysm.")
    assert " … " in shown
    assert len(shown) <= REPORT_LIMIT + 10
    assert built["shortened"] == [f"reports.{way}"]


@pytest.mark.rule("R-READ-802")
def test_flags_issues_impressions_and_devices() -> None:
    pacemaker = {"resourceType": "Device", "id": "d", "type": {"text": "Pacemaker"}}
    built = read(
        resource("Flag", "Falls", status="active", period={"start": "2026-01-01"}),
        resource(
            "DetectedIssue",
            "Interaction",
            status="final",
            severity="high",
            detail="Warfarin with aspirin",
            mitigation=[{"action": {"text": "stopped aspirin"}}],
        ),
        resource(
            "ClinicalImpression",
            "Assessment",
            status="completed",
            summary="Likely viral",
            finding=[{"itemCodeableConcept": {"text": "URTI"}, "basis": "exam"}],
        ),
        {
            "resourceType": "DeviceUseStatement",
            "status": "active",
            "device": {"reference": "Device/d"},
            "timingDateTime": "2020-01-01",
        },
        {**pacemaker, "id": "i", "type": {"text": "Hip"}, "patient": {"reference": "Patient/p1"}},
        pacemaker,
    )
    assert item_of(built, "Falls")["date"] == "from 2026-01-01"
    issue = item_of(built, "Interaction")
    assert (issue["severity"], issue["mitigations"]) == ("high", ["stopped aspirin"])
    opinion = item_of(built, "Assessment")
    assert opinion["summary"] == "Likely viral"
    assert opinion["findings"] == [{"finding": "URTI", "basis": "exam"}]
    assert [one["name"] for one in built["devices"]] == ["Pacemaker", "Hip"]
    assert built["not_used"] == {"Device": 1}


@pytest.mark.rule("R-READ-802")
def test_an_interaction_names_the_drugs_that_it_is_between() -> None:
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "Warfarin"}}
    bare = {"resourceType": "MedicationRequest", "status": "active", "intent": "order"}
    orders = [
        {**bare, "id": "a", "medicationReference": {"reference": "Medication/m"}},
        {**bare, "id": "b", "medicationCodeableConcept": {"text": "Aspirin"}},
    ]
    implicated = [{"reference": "MedicationRequest/a"}, {"reference": "MedicationRequest/b"}]
    issue = resource("DetectedIssue", "Interaction", status="final", implicated=implicated)
    found = item_of(read(issue, medicine, *orders), "Interaction")
    assert found["implicated"] == ["Warfarin", "Aspirin"]


@pytest.mark.rule("R-READ-802")
def test_an_adverse_event_counts_only_if_it_actually_happened() -> None:
    actual = resource("AdverseEvent", "Fall", actuality="actual", date="2026-01-01")
    potential = resource("AdverseEvent", "Near fall", actuality="potential")
    built = read(actual, potential)
    assert (where(built, "Fall"), where(built, "Near fall")) == (["adverse_events"], [])
    assert built["not_used"] == {"AdverseEvent": 1}


@pytest.mark.rule("R-READ-802")
def test_an_encounter_has_its_reason_class_and_status() -> None:
    visit = {
        "resourceType": "Encounter",
        "status": "in-progress",
        "class": concept("http://terminology.hl7.org/CodeSystem/v3-ActCode", "EMER")["coding"][0],
        "type": [{"text": "Emergency visit"}],
        "reasonCode": [{"text": "chest pain"}],
    }
    item = item_of(read(visit), "Emergency visit")
    assert (item["setting"], item["status"], item["reasons"]) == (
        "emergency",
        "in-progress",
        ["chest pain"],
    )


@pytest.mark.rule("R-READ-802")
def test_a_questionnaire_has_its_questions_with_answers_however_deep() -> None:
    asked = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "authored": "2026-10-01",
        "item": [
            {"text": "Fever?", "answer": [{"valueBoolean": False}]},
            {
                "text": "Group",
                "item": [
                    {
                        "text": "Pain?",
                        "answer": [
                            {
                                "valueCoding": {"code": "y", "display": "Yes"},
                                "item": [{"linkId": "9", "answer": [{"valueInteger": 7}]}],
                            }
                        ],
                    }
                ],
            },
            {"text": "Never answered"},
        ],
    }
    (item,) = read(asked)["questionnaires"]
    assert item["answers"] == ["Fever?: no", "Pain?: Yes", "9: 7"]
    assert item["authored"] == "2026-10-01"


@pytest.mark.rule("R-READ-802")
def test_relatives_have_age_at_death_cause_and_notes() -> None:
    father = resource(
        "FamilyMemberHistory",
        "father",
        status="completed",
        deceasedAge={"value": 94, "unit": "a"},
        condition=[
            {
                "code": {"text": "Stroke"},
                "onsetAge": {"value": 60, "unit": "a"},
                "contributedToDeath": True,
                "note": [{"text": "second one"}],
            }
        ],
    )
    item = item_of(read(father), "father")
    assert item["died"] == "at age 90+ years"
    assert item["conditions"] == [
        {
            "name": "Stroke",
            "onset": "age 60 a",
            "contributed_to_death": True,
            "notes": ["second one"],
        }
    ]


US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"


@pytest.mark.rule("R-READ-803")
@pytest.mark.parametrize(
    ("extension", "sex"),
    [
        ({"url": US_CORE + "us-core-sex", "valueCode": "248152002"}, "female"),
        ({"url": US_CORE + "us-core-individual-sex", "valueCoding": {"code": "male"}}, "male"),
        ({"url": US_CORE + "us-core-birthsex", "valueCode": "F"}, "female"),
    ],
)
def test_without_a_gender_the_extensions_for_sex_tell_it(
    extension: dict[str, Any], sex: str
) -> None:
    who = {key: value for key, value in WHO.items() if key != "gender"}
    built = pack(bundle_of(who={**who, "extension": [extension]}))
    assert built["patient"]["gender"] == sex
    assert pack(bundle_of(who={**WHO, "extension": [extension]}))["patient"]["gender"] == "female"


@pytest.mark.rule("R-READ-803")
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"value": 94, "unit": "a"}, "90+"),
        ({"value": 94}, "90+"),
        ({"value": 1200, "unit": "mo"}, "90+"),
        ({"value": 89, "unit": "a"}, 89),
    ],
)
def test_an_observed_age_over_89_is_not_told(value: dict[str, Any], shown: Any) -> None:
    aged = {
        "resourceType": "Observation",
        "status": "final",
        "code": concept("http://loinc.org", "30525-0", "Age"),
        "valueQuantity": value,
    }
    assert item_of(read(aged), "Age")["value"] == shown
