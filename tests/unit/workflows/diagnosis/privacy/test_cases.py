"""The handed cases of privacy and redaction, each as its list says; skipped where the documents are
not beside the project.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.runs.canonical import canonical_json
from tests.unit.workflows.diagnosis.charts import pack

CASES = Path(__file__).parents[6] / "shared" / "data" / "fhir-cases"
# case -> what must be nowhere (any case), what must be there.
EXPECTED = {
    "red_display_words": (
        "[redacted]",
        "Diabetes mellitus type 2|Diabetes mellitus type 2 (disorder)",
    ),
    "red_name_ana": ("[redacted]", "ANA|IgA|ALT|TIA|Melena|Candida infection|ASA"),
    "red_name_candida": ("[redacted]", "ANA|IgA|ALT|TIA|Melena|Candida infection|ASA"),
    "red_org_name": (
        "Okonjo",
        "Chronic heart failure|Breast cancer surgery follow-up|Known heart failure|"
        "emergency department|breast cancer pain",
    ),
    "priv_translit": ("Mueller|Lukasz|Bjoern|Bjorn|Soerensen|Strauss|Okonjo", "Strasse|seen"),
    "priv_name_umlaut_written_out": ("Mueller|Müller", "reports wheeze"),
    "priv_name_spacing": ("MacDonald|Vanderberg|JeanPierre", "seen"),
    "priv_birth_german": ("17. März", "geboren am"),
    "priv_subject_identifier": ("HX77|4410", "Chart|reviewed|Asthma"),
    "priv_subscriber": ("XQZ884213", "Insurance card"),
    "priv_device_serial": ("LV90211A", "Pacemaker implant|Serial"),
    "priv_family_name": ("Wilhelmina|Oduya", "Mother|had asthma too"),
    "priv_practitioner_display": ("Zbigniew|Wisniewski|Perpetua|Halloran", "Seen by|signed"),
    "priv_street": ("Musterstr|10115|Berlin", "Lives at"),
    "priv_age90": ("94", "90+|woman is frail"),
    "priv_inflected": ("Okonj|Teodor", "Wizyta pani|corka"),
    "priv_contact_text": ("Gudrun|Halvorsen|555-010|Teodora|Okonjo", "Emergency contact|husband"),
    "priv_initials_hyphen": ("Okonjo|Brandt|clinic.example|001234|00-12-34", "attended|nickname"),
}


def built(case: str) -> dict[str, Any]:
    file = CASES / f"{case}.json"
    if not file.exists():
        pytest.skip("the documents' cases are not beside the project")
    return pack(json.loads(file.read_text("utf-8")))


@pytest.mark.parametrize("case", sorted(EXPECTED))
@pytest.mark.rule("R-PRIV-1", "R-PRIV-7")
def test_a_handed_case_comes_out_as_its_list_says(case: str) -> None:
    sent = canonical_json(built(case)).decode()
    absent, present = EXPECTED[case]
    assert [one for one in absent.split("|") if one.lower() in sent.lower()] == []
    assert [one for one in present.split("|") if one not in sent] == []
    assert "1961-03-17" not in sent


def test_every_case_of_privacy_and_redaction_is_tried() -> None:
    if not CASES.exists():
        pytest.skip("the documents' cases are not beside the project")
    handed = {file.stem for kind in ("priv", "red") for file in CASES.glob(f"{kind}_*.json")}
    assert handed == set(EXPECTED)
