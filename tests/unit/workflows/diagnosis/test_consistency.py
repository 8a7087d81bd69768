"""Warnings: when they are raised and, as important, when not."""

import pytest

from shared.workflows.diagnosis.consistency import (
    LOW_CONFIDENCE_WARNING,
    NO_FINDINGS_WARNING,
    RISK_TOO_HIGH_WARNING,
    RISK_TOO_LOW_WARNING,
    consistency_warnings,
)
from shared.workflows.diagnosis.result import DiagnosisAnswer


def warnings(
    findings: list[str], risk: str | None = None, confidence: float | None = None
) -> list[str]:
    fields = {
        "summary": "s",
        "findings": findings,
        "recommendations": [],
        "risk_level": risk,
        "confidence_score": confidence,
    }
    return consistency_warnings(DiagnosisAnswer.model_validate(fields))


@pytest.mark.parametrize(
    ("confidence", "expected"), [(0.49, [LOW_CONFIDENCE_WARNING]), (0.5, []), (0.9, []), (None, [])]
)
def test_low_confidence_is_below_a_half(confidence: float | None, expected: list[str]) -> None:
    assert warnings(["Stable asthma"], confidence=confidence) == expected


@pytest.mark.parametrize("findings", [[], [""], ["  ", "\n"]])
def test_no_findings_are_warned_of(findings: list[str]) -> None:
    assert warnings(findings) == [NO_FINDINGS_WARNING]


@pytest.mark.parametrize(
    "finding",
    [
        "Signs of sepsis with hypotension",
        "STEMI on ECG",
        "Acute myocardial infarction in 2026",
        "Possible pulmonary embolism",
        "No fever; suspected meningitis",
        "No chest pain, but septic shock is likely",
        "Haemorrhagic stroke",
        "Without improvement of the long-standing rhinitis on new treatment sepsis developed",
    ],
)
def test_a_low_risk_with_a_critical_finding_is_warned_of(finding: str) -> None:
    assert warnings(["Obesity", finding], "low") == [RISK_TOO_LOW_WARNING]
    assert warnings([finding], "critical") == []


@pytest.mark.parametrize(
    "finding",
    [
        "No evidence of sepsis",
        "Stroke was ruled out",
        "Denies suicidal thoughts",
        "Troponin without rise, negative for myocardial infarction",
        "Family history of stroke",
        "Pulmonary embolism unlikely",
        "Shocking pink rash",
        "Mild seasonal rhinitis",
    ],
)
def test_a_negated_or_absent_critical_condition_is_no_reason_to_warn(finding: str) -> None:
    assert warnings([finding], "low") == []


@pytest.mark.parametrize("risk", ["high", "critical"])
@pytest.mark.parametrize(
    "finding", ["Mild seasonal rhinitis", "No evidence of sepsis or stroke", "Body mass index 24"]
)
def test_a_high_risk_without_anything_acute_is_warned_of(risk: str, finding: str) -> None:
    assert warnings([finding], risk) == [RISK_TOO_HIGH_WARNING]


@pytest.mark.parametrize(
    "finding",
    [
        "Severe aortic stenosis",
        "Uncontrolled hypertension 190/120",
        "Decompensated heart failure",
        "K 6.9, hyperkalaemia",
    ],
)
def test_a_high_risk_with_something_severe_is_not(finding: str) -> None:
    assert warnings([finding], "high") == []


def test_all_doubts_come_in_a_fixed_order_and_hold_no_finding() -> None:
    assert warnings([], "critical", 0.1) == [
        LOW_CONFIDENCE_WARNING,
        NO_FINDINGS_WARNING,
        RISK_TOO_HIGH_WARNING,
    ]
    assert "Zebulon" not in str(warnings(["Zebulon has sepsis"], "low", 0.1))


@pytest.mark.parametrize("risk", ["moderate", None])
def test_other_risk_levels_are_not_compared(risk: str | None) -> None:
    assert warnings(["Sepsis"], risk) == []
