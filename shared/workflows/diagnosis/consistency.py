"""Warnings about a valid diagnosis that does not hold together. Fixed texts: they name the doubt,
never the patient's facts.

Words are looked for clause by clause and a negated one does not count, after NegEx (Chapman et al.
2001). A warning is a hint for the reader, so the lists are kept short and their errors cheap."""

import re

from shared.workflows.diagnosis.result import DiagnosisAnswer

LOW_CONFIDENCE = 0.5
_NEGATION_REACH = 6
LOW_CONFIDENCE_WARNING = "Low confidence: the model's confidence score is below 0.5."
NO_FINDINGS_WARNING = "The diagnosis has no findings."
RISK_TOO_HIGH_WARNING = (
    "The risk level is high or critical, but no finding names anything acute or severe."
)
RISK_TOO_LOW_WARNING = (
    "The risk level is low, but a finding names a condition that is usually critical."
)

_CRITICAL = (
    r"sepsis|septic|septicaemia|septicemia|myocardial infarction|stemi|nstemi|heart attack|"
    r"stroke|cerebral infarct\w*|"
    r"pulmonary embol\w+|aortic dissection|anaphyla\w+|cardiac arrest|respiratory (?:failure|"
    r"arrest)|shock|status epilepticus|"
    r"meningitis|intracranial|subarachnoid|h(?:a)?emorrhagic|ketoacidosis|acute abdomen|acute "
    r"coronary|ventricular fibrillation|"
    r"suicid\w+|hypertensive emergency|tension pneumothorax|ruptured|tamponade|necroti[sz]ing"
)
_ACUTE = (
    _CRITICAL
    + r"|acute|critical\w*|severe\w*|unstable|emergen\w+|urgent\w*|crisis|failure|infarct\w*|"
    r"isch(?:a)?emi\w+|embol\w+|"
    r"thrombo\w+|h(?:a)?emorrhag\w*|bleed\w*|perforat\w+|obstruct\w+|hypox\w+|malignan\w+|"
    r"carcinoma|cancer|metasta\w+|arrhythmi\w+|"
    r"tachycardi\w+|bradycardi\w+|hyperkal\w+|hypokal\w+|hyponatr\w+|hypoglyc\w+|overdose|"
    r"poison\w+|abscess|gangren\w+|seizure\w*|"
    r"syncop\w+|chest pain|dyspn(?:o)?ea|decompensat\w+|uncontrolled|progressive|rapidly|high[- "
    r"]risk|life[- ]threatening|"
    r"marked\w*|dangerous\w*|advanced|end[- ]stage|overwhelming"
)
_CLAUSE = re.compile(r"[.;:!?\n]|,? but |,? however,? |,? although |, and ", re.IGNORECASE)
_BEFORE = re.compile(
    r"\b(?:no|not|without|denies|denied|negative for|absence of|ruled out|rules out|excluded?s?|"
    r"unlikely|never|"
    r"free of|low (?:risk|probability|likelihood) (?:of|for)|family history of|prevent\w*|"
    r"screen\w* for)\b",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\b(?:ruled out|excluded|unlikely|absent|not (?:present|seen|found|suspected|identified|"
    r"detected))\b",
    re.IGNORECASE,
)


def consistency_warnings(answer: DiagnosisAnswer) -> list[str]:
    """In a fixed order, each at most once."""
    findings = [finding for finding in answer.findings if finding.strip()]
    warnings = []
    if answer.confidence_score is not None and answer.confidence_score < LOW_CONFIDENCE:
        warnings.append(LOW_CONFIDENCE_WARNING)
    if not findings:
        warnings.append(NO_FINDINGS_WARNING)
    if answer.risk_level in ("high", "critical") and not _names(findings, _ACUTE):
        warnings.append(RISK_TOO_HIGH_WARNING)
    if answer.risk_level == "low" and _names(findings, _CRITICAL):
        warnings.append(RISK_TOO_LOW_WARNING)
    return warnings


def _names(findings: list[str], terms: str) -> bool:
    pattern = re.compile(rf"\b(?:{terms})\b", re.IGNORECASE)
    return any(
        _affirmed(clause, pattern) for finding in findings for clause in _CLAUSE.split(finding)
    )


def _affirmed(clause: str, pattern: re.Pattern[str]) -> bool:
    for match in pattern.finditer(clause):
        before = " ".join(clause[: match.start()].split()[-_NEGATION_REACH:])
        if not _BEFORE.search(before) and not _AFTER.search(clause, match.end()):
            return True
    return False
