"""What comes beside the record is scrubbed with the record's own terms: settings, questions and
answers, attachments and their names; coded and measured parts of a document stay.
"""

import json
from typing import Any

import pytest

from tests.unit.workflows.diagnosis.charts import bundle, pack, patient
from tests.unit.workflows.diagnosis.privacy.people import named

SAID = "Teodora Okonjo, born 17.3.1961, pani Okonjowej, okonjo, tel 030 1234567, VN-99812"
RECORD = bundle(
    who=patient(name=[named("Teodora", "Okonjo")], birthDate="1961-03-17", address=None),
)
RECORD["entry"].append({"resource": {"resourceType": "Coverage", "subscriberId": "VN-99812"}})
FORBIDDEN = ("okonj", "teodor", "17.3", "1234567", "99812")
PARTS: dict[str, dict[str, Any]] = {
    "question": {"input_config": {"question": SAID, "focus": [SAID]}},
    "keys": {"input_config": {"Okonjo": {"teodora": SAID}}},
    "slug": {"assessment": {"funnel": {"slug": "okonjo-intake", "version": SAID}, "answers": {}}},
    "questions": {
        "assessment": {"funnel": {"questions": [{"id": "okonjo", "text": SAID}]}, "answers": {}}
    },
    "answers": {"assessment": {"answers": {"okonjo": SAID, "q": ["okonjo", {"Okonjowej": SAID}]}}},
    "artifact": {
        "artifacts": [{"artifact_type": SAID, "description": SAID, "artifact_data": SAID}]
    },
    "file names": {
        "artifacts": [{"artifact_name": "Okonjo_ECG.pdf"}, {"artifact_name": "scan-okonjo.dcm"}]
    },
    "read late": {"artifacts": [{"artifact_data": lambda: {"text": SAID}}]},
}


@pytest.mark.parametrize("part", sorted(PARTS))
@pytest.mark.rule("R-PRIV-12")
def test_no_part_beside_the_record_says_who_the_patient_is(part: str) -> None:
    sent = json.dumps(pack(RECORD, **PARTS[part])).lower()
    assert [one for one in FORBIDDEN if one in sent] == []
    assert "[redacted]" in sent


@pytest.mark.rule("R-PRIV-12", "R-PRIV-7")
def test_a_documents_coded_and_measured_parts_stay() -> None:
    who = patient(name=[named("Candida", "Okonjo")], identifier=[{"value": "1032702"}])
    data = {
        "coding": {"system": "http://loinc.org", "code": "1032702", "display": "Candida"},
        "troponin": {"value": 1032702, "unit": "ng/L"},
    }
    built = pack(bundle(who=who), artifacts=[{"artifact_data": data}])
    assert built["artifacts"][0]["data"] == data


@pytest.mark.rule("R-PRIV-12")
def test_only_documents_that_can_be_shown_are_read() -> None:
    read: list[int] = []

    def document(number: int) -> dict[str, Any]:
        return {"artifact_name": f"n{number}", "artifact_data": lambda: read.append(number)}

    built = pack(None, artifacts=[document(number) for number in range(80)])
    assert read == list(range(48, 80))
    assert built["omitted"] == {"artifacts": 48}


@pytest.mark.parametrize(
    ("question", "answer", "shown"),
    [
        ("Age", 94, "90+"),
        ("How old are you?", "94", "90+"),
        ("Age", 89, 89),
        ("Weight", 94, 94),
        ("Age and date of birth?", True, True),
    ],
)
@pytest.mark.rule("R-PRIV-6")
def test_an_age_over_89_that_answers_a_question_is_not_told(
    question: str, answer: Any, shown: Any
) -> None:
    assessment = {
        "funnel": {"questions": [{"id": "q", "text": question}]},
        "answers": {"q": answer},
    }
    element = "valueString" if isinstance(answer, str) else "valueInteger"
    form = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "item": [{"text": question, "answer": [{element: answer}]}],
    }
    built = pack(bundle(form), assessment=assessment)
    assert built["assessment"]["answers"][0]["answer"] == shown
    if answer is not True:
        assert built["questionnaires"][0]["answers"] == [f"{question}: {shown}"]


@pytest.mark.parametrize(
    ("named_as", "shown"),
    [
        ({"display": "Bjarne Ulfsson"}, "[redacted]"),
        ({"reference": "Practitioner/x", "display": "Ulfsson"}, "[redacted]"),
        ({"reference": "Medication/x", "display": "Co Amoxiclav Forte"}, "Co Amoxiclav Forte"),
        ({"reference": "Condition/x", "display": "Morbus Kikuchi"}, "Morbus Kikuchi"),
    ],
)
@pytest.mark.rule("R-PRIV-2")
def test_who_is_named_as_an_answer_is_gone(named_as: dict[str, str], shown: str) -> None:
    form = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "item": [{"text": "Which", "answer": [{"valueReference": named_as}]}],
    }
    built = pack(bundle(form))
    assert built["questionnaires"][0]["answers"] == [f"Which: {shown}"]
