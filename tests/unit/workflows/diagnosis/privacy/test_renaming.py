"""Whatever the patient is called: no clinical word is lost for it, and no spelling of the name is
left.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.workflows.diagnosis.privacy.text import WORD
from tests.unit.workflows.diagnosis.charts import bundle, condition, loinc, pack, patient, snomed
from tests.unit.workflows.diagnosis.privacy.people import left, named

R = "[redacted]"
NOTE = (
    "This frail woman reports chest pain and wheeze since May; Candida of the mouth, ANA negative, "
    "IgA 4 g/L. Seit gestern Atemnot und Husten. Niega fiebre; refiere dolor de cabeza. Douleur "
    "thoracique. Lisinopril 10 mg daily. Parkinson's disease. Later: Rose bengal test positive."
)
FACTS: list[dict[str, Any]] = [
    condition("Chronic obstructive pulmonary disease", note=[{"text": NOTE}]),
    {"resourceType": "Condition", "code": {"text": "Melena"}},
    {"resourceType": "AllergyIntolerance", "code": {"text": "Zorbaxin"}},
    {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationCodeableConcept": snomed("1", "Plivastine 5 MG Oral Tablet"),
    },
    {
        "resourceType": "Observation",
        "code": loinc("8061-4", "Nuclear Ab [Presence] in Serum", "ANA"),
        "valueQuantity": {"value": 1032702, "unit": "copies/mL"},
    },
]


def words_of(value: Any) -> list[str]:
    """Every word that a pack says of the record, in its order."""
    if isinstance(value, dict):
        return [word for held in value.values() for word in words_of(held)]
    if isinstance(value, list):
        return [word for held in value for word in words_of(held)]
    return WORD.findall(value) if isinstance(value, str) else []


def chart(given: str, family: str) -> dict[str, Any]:
    who = patient(name=[named(given, family)], address=None, contact=None, extension=None)
    return {key: value for key, value in pack(bundle(*FACTS, who=who)).items() if key != "not_used"}


PLAIN = chart("Teodora", "Okonjo")
SAID = sorted({word for word in words_of(PLAIN) if word.isalpha() and len(word) > 1})


@settings(max_examples=120, deadline=None)
@given(word=st.sampled_from(SAID), spelt=st.sampled_from([str, str.lower, str.upper, str.title]))
@pytest.mark.rule("R-PRIV-7", "R-PRIV-8")
def test_a_patient_named_by_any_word_of_the_pack_loses_no_word_of_it(word: str, spelt: Any) -> None:
    for first, last in ((spelt(word), "Okonjo"), ("Teodora", spelt(word))):
        # A note's own sentence may be about the person so named, as in "Rose reports".
        lost = set(words_of(PLAIN)) - set(words_of(chart(first, last)))
        assert lost == set(), (first, last)


NAMES = st.sampled_from(
    [
        "Okonjo",
        "Müller",
        "Łukasz",
        "Sørensen",
        "Großmann",
        "Håkansson",
        "Đorđević",
        "Nguyễn",
        "Şahin",
        "Çelik",
        "Dvořák",
        "Wiśniewska",
        "Núñez",
        "Gonçalves",
        "Ångström",
        "Þórsson",
        "Brîndușa",
        "Mueller",
        "Soerensen",
        "Halvorsen",
        "MacDonald",
        "Kowalska",
        "Vandenberghe",
        "Achterberg",
        "Örnólfur",
        "Weißenborn",
        "Lefèvre",
        "D'Angelo",
        "O'Sullivan",
    ]
)
SPELLINGS: dict[str, Any] = {
    "as it is": str,
    "capitals": str.upper,
    "small": str.lower,
    "possessive": lambda name: f"{name}'s",
    "quoted": lambda name: f"({name})",
    "without marks": lambda name: "".join(
        {"ø": "o", "ß": "ss", "ł": "l", "đ": "d", "Ł": "L", "Đ": "D", "Ø": "O"}.get(c, c)
        for c in name
    ),
    "written out": lambda name: "".join(
        {"ü": "ue", "ö": "oe", "ä": "ae", "ø": "oe", "ß": "ss", "Ö": "Oe"}.get(c, c) for c in name
    ),
    "with a title": lambda name: f"Frau {name}",
    "inflected": lambda name: name.rstrip("aeiouyAEIOUY'") + "owi",
    "hidden marks": "\u200b".join,
}


@settings(max_examples=300, deadline=None)
@given(family=NAMES, how=st.sampled_from(sorted(SPELLINGS)))
@pytest.mark.rule("R-PRIV-1")
def test_any_spelling_of_a_name_goes_and_the_rest_of_the_sentence_stays(
    family: str, how: str
) -> None:
    said = left(
        f"Since 2019 {SPELLINGS[how](family)} reports a cough at night.", named("Xaver", family)
    )
    assert said.startswith("Since 2019 ")
    assert said.endswith(" reports a cough at night.")
    between = said.removeprefix("Since 2019 ").removesuffix(" reports a cough at night.")
    possible = (R, f"{R}'s", f"({R})", f"Frau {R}", f"D'{R}", f"O'{R}")
    assert between in possible, between
