"""What the offline model says: an account of the context pack, and for any other schema something
that fits it.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from local.model.answers import compose
from local.model.composers.ranges import out_of_range
from local.model.request import Call
from local.model.schema import conform
from shared.workflows.diagnosis.consistency import consistency_warnings
from shared.workflows.diagnosis.context_pack import build_context_pack
from shared.workflows.diagnosis.prompt import system_prompt, user_prompt
from shared.workflows.diagnosis.result import DiagnosisAnswer, answer_schema, validate_answer

LOINC = "http://loinc.org"


def a_call(prompt: str, schema: dict[str, Any] | None, max_tokens: int = 4_000) -> Call:
    return Call("m", system_prompt(), prompt, schema, max_tokens, input_tokens=1, stream=True)


def observation(
    day: str, code: str, name: str, value: float, unit: str, category: str, **more: object
) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"code": category}]}],
        "code": {"coding": [{"system": LOINC, "code": code, "display": name}]},
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": unit, "code": unit},
        **more,
    }


RESOURCES = [
    {"resourceType": "Patient", "birthDate": "1950-05-05", "gender": "female"},
    {
        "resourceType": "Condition",
        "code": {"text": "Essential hypertension"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
    },
    {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationCodeableConcept": {"text": "Lisinopril 10 mg"},
    },
    {"resourceType": "AllergyIntolerance", "code": {"text": "Penicillin"}},
    observation("2026-10-01", "8867-4", "Heart rate", 124, "/min", "vital-signs"),
    observation("2020-01-01", "8867-4", "Heart rate", 71, "/min", "vital-signs"),
    observation("2026-10-01", "2823-3", "Potassium", 4.1, "mmol/L", "laboratory"),
    observation(
        "2026-10-01",
        "1-1",
        "Troponin",
        90,
        "ng/L",
        "laboratory",
        referenceRange=[{"high": {"value": 14, "unit": "ng/L"}}],
    ),
]


def a_pack(**changes: Any) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "bundle": {
            "resourceType": "Bundle",
            "entry": [{"resource": resource} for resource in RESOURCES],
        },
        "input_config": {"focus": "heart"},
        "artifacts": [
            {"artifact_type": "ecg", "artifact_name": "ECG of today", "artifact_data": {}}
        ],
        "assessment": {
            "funnel": {"questions": [{"id": "q", "text": "How do you sleep?"}]},
            "answers": {"q": "badly"},
        },
        "as_of": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return build_context_pack(**{**inputs, **changes})


def diagnosis_of(pack: dict[str, Any]) -> DiagnosisAnswer:
    reply = compose(a_call(user_prompt(pack), answer_schema(require_confidence=True)))
    return validate_answer(reply.text, require_confidence=True)


def test_a_diagnosis_shows_what_went_in() -> None:
    diagnosis = diagnosis_of(a_pack())
    said = "\n".join(diagnosis.findings)
    for word in (
        "Essential hypertension",
        "Lisinopril 10 mg",
        "Penicillin",
        "Potassium 4.1 mmol/L",
        "ECG of today",
        "focus = heart",
    ):
        assert word in said
    assert "How do you sleep? badly" in said
    assert "Heart rate 124 /min (2026-10-01)" in said
    assert "71" not in said


def test_it_says_what_it_is() -> None:
    summary = diagnosis_of(a_pack()).summary
    assert "offline stand-in" in summary
    assert "not medical advice" in summary


def test_the_newest_values_out_of_range_raise_the_risk() -> None:
    diagnosis = diagnosis_of(a_pack())
    out = [finding for finding in diagnosis.findings if finding.startswith("Out of range")]
    assert [finding.split(": ")[1][:9] for finding in out] == ["Heart rat", "Troponin "]
    assert diagnosis.risk_level == "moderate"
    assert consistency_warnings(diagnosis) == []


def test_without_facts_it_is_not_confident() -> None:
    diagnosis = diagnosis_of(a_pack(bundle=None, input_config={}, artifacts=[], assessment=None))
    assert diagnosis.findings == []
    assert diagnosis.risk_level == "low"
    assert (diagnosis.confidence_score or 0) < 0.5


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "nonsense",
        "[]",
        '{"patient": 3, "vital_signs": {"a": 1}, "assessment": [], "input_config": "x"}',
    ],
)
def test_a_strange_pack_makes_it_say_less(inside: str) -> None:
    reply = compose(
        a_call(f"<context_pack>{inside}</context_pack>", answer_schema(require_confidence=False))
    )
    assert validate_answer(reply.text, require_confidence=False).summary


@pytest.mark.parametrize(
    ("measured", "out"),
    [
        ({"value": 5, "reference_ranges": ["3.5 mmol/L to 5.1 mmol/L"]}, False),
        ({"value": 5.2, "reference_ranges": ["3.5 mmol/L to 5.1 mmol/L"]}, True),
        ({"value": -1, "reference_ranges": ["-2 to -0.5"]}, False),
        ({"value": 59, "reference_ranges": ["from 60 mL/min"]}, True),
        ({"value": 15, "reference_ranges": ["up to 14 ng/L"]}, True),
        ({"value": 15, "reference_ranges": ["men", "women"]}, False),
        ({"value": 200, "code": "LOINC 8480-6", "unit": "mm[Hg]"}, True),
        ({"value": 200, "code": "LOINC 8480-6", "unit": "kPa"}, False),
        ({"value": "high", "code": "LOINC 8480-6", "unit": "mm[Hg]"}, False),
        ({"value": 5, "interpretation": ["High"]}, True),
        ({"value": 5, "interpretation": ["Normal"]}, False),
        ({"interpretation": ["HH"]}, True),
        ({}, False),
    ],
)
def test_a_range_is_the_records_own_or_the_usual_one(measured: dict[str, Any], out: bool) -> None:
    assert out_of_range(measured) is out


def test_a_reply_that_is_too_long_is_cut() -> None:
    reply = compose(
        a_call(user_prompt(a_pack()), answer_schema(require_confidence=True), max_tokens=20)
    )
    assert (reply.stop_reason, reply.output_tokens, len(reply.text)) == ("max_tokens", 20, 80)


def test_another_composer_answers_its_own_marker() -> None:
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string"}},
        "additionalProperties": False,
    }
    reply = compose(
        a_call("<phase>", schema), [("<phase>", lambda call: {"a": call.system[:7], "b": 1})]
    )
    assert json.loads(reply.text) == {"a": "You are"}


FILES: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["files", "score"],
    "properties": {
        "files": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/File"}},
        "score": {"type": "integer", "description": "How good.\n\n{minimum: 1, maximum: 5}"},
        "kind": {"anyOf": [{"type": "null"}, {"enum": ["x", "y"]}]},
        "made": {"type": "string", "format": "date-time"},
        "ok": {"type": "boolean"},
        "fixed": {"const": 7},
    },
    "$defs": {
        "File": {
            "type": "object",
            "additionalProperties": False,
            "required": ["path", "content"],
            "properties": {
                "path": {"type": "string"},
                "content": {"type": "string"},
                "parts": {"type": "array", "items": {"$ref": "#/$defs/File"}},
            },
        }
    },
}


def test_for_any_schema_it_makes_something_up_that_fits() -> None:
    made = conform(FILES)
    assert set(made) == set(FILES["properties"])
    assert made["score"] == 1
    assert made["kind"] == "x"
    assert made["made"].endswith("Z")
    assert made["ok"] is False
    assert made["fixed"] == 7
    assert all(isinstance(made["files"][0][name], str) for name in ("path", "content"))


def test_what_is_offered_is_kept_where_it_fits() -> None:
    offered = {
        "files": [{"path": "a", "content": "b"}, {"path": "c"}],
        "score": 9,
        "kind": None,
        "extra": 1,
    }
    made = conform(FILES, offered)
    assert made["files"][0] == {"path": "a", "content": "b"}
    assert made["files"][1]["path"] == "c"
    assert (made["score"], made["kind"]) == (5, None)
    assert "extra" not in made
    assert "made" not in made


def test_limits_are_kept() -> None:
    schema = {
        "type": "object",
        "properties": {
            "t": {"type": "string", "minLength": 3, "maxLength": 5},
            "l": {"type": "array", "minItems": 2, "maxItems": 2},
        },
    }
    assert conform(schema, {"t": "a long text", "l": ["x", "y", "z"]}) == {
        "t": "a lon",
        "l": ["x", "y"],
    }
    assert len(conform(schema, {"t": "a", "l": []})["l"]) == 2
    assert conform(schema, {"t": "a"})["t"] == "a.."
