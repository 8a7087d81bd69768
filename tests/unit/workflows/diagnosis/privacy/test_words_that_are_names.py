"""A name that is also a word of medicine or of daily life goes only where its context makes it a
person's.
"""

import pytest

from tests.unit.workflows.diagnosis.privacy.people import left, named, scrubber

R = "[redacted]"
PERSONS = [
    ("Rose", "Burns", "Rose reports pain"),
    ("Rose", "Burns", "Mrs Burns is well"),
    ("Rose", "Burns", "Rose's mother"),
    ("Rose", "Burns", "rose burns"),
    ("Rose", "Burns", "seen by Dr. Burns"),
    ("Rose", "Burns", "Patient Rose, in tears"),
    ("Rose", "Burns", "R. Burns"),
    ("Rose", "Burns", "Burns, R."),
    ("Rose", "Okonjo", "u Rose Okonjowej"),
    ("Ana", "Kowalska", "Any Kowalskiej; Ana Kowalskiej"),
    ("Katalin", "Nagy", "Nagy Katalinnak"),
    ("Ana", "Sobral", "ANA SOBRAL"),
    ("Ana", "Sobral", "Ana refere dor"),
    ("Ana", "Sobral", "Sra. Ana"),
    ("Iga", "Alt", "pani Iga"),
    ("Iga", "Alt", "Frau Alt klagt"),
    ("Iga", "Alt", "Iga zgłasza ból"),
    ("Candida", "Lab", "Candida complains of itch"),
    ("Candida", "Lab", "Mrs Lab"),
    ("Dolores", "Paz", "Dolores refiere tos"),
    ("Dolores", "Paz", "señora Paz"),
    ("Joy", "Stone", "Joy, 34-year-old"),
    ("Mark", "Young", "her son Mark has asthma"),
    ("James", "Parkinson", "Mr Parkinson reports tremor"),
    ("Hope", "Heart", "HOPE HEART"),
    ("May", "Will", "May denies pain"),
    ("Jens", "Kurz", "Herr Kurz verneint Fieber"),
    ("Blanche", "Petit", "Mme Petit"),
    ("Gioia", "Forte", "signora Forte"),
    ("Sten", "Gran", "fru Gran"),
]
WORDS = [
    ("Rose", "Burns", "rose rash; burns on the hand; Burns of multiple sites; ROSE; Rose bengal"),
    ("Ana", "Sobral", "ANA 1:640, Ana titre, (ANA), ana negative"),
    ("Iga", "Alt", "IgA 4 g/L, ALT 412 U/L, IGA, 60 Jahre alt"),
    ("Asa", "Tia", "TIA 2019, ASA 75 mg, Asa 75 mg daily, Tia in 2019"),
    ("Candida", "Lab", "Candida albicans; Lab reports low sodium; LAB results; candida"),
    ("James", "Parkinson", "Parkinson's disease, Morbus Parkinson, Parkinson seit 2010"),
    ("Anna", "Crohn", "Morbus Crohn, Crohn's disease, maladie de Crohn"),
    ("Ann", "Johnson", "Stevens-Johnson syndrome"),
    ("May", "Will", "May 2019; she will return; may cause pain; WILL"),
    ("Virginia", "Long", "Long QT syndrome, long term"),
    ("Dolores", "Paz", "dolores abdominales; Dolores de cabeza"),
    ("Jens", "Kurz", "kurz nach dem Essen; Kurz beatmet"),
    ("Blanche", "Petit", "petit mal; Petit mal"),
    ("Hope", "Heart", "heart rate; Heart failure; MR HEART"),
    ("Mark", "Head", "MR Head; CT Head; head injury; Birth mark"),
    ("Ng", "Li", "5 ng/L; NG tube; Li 0.8 mmol/L"),
    ("Melena", "Rash", "Melena; Rash on trunk; rash"),
    ("Grace", "Chase", "grace period"),
    ("Summer", "April", "in April and in summer"),
    ("Bill", "Pain", "Pain relieved; pain 7/10; hospital bill"),
]


@pytest.mark.parametrize(("given", "family", "text"), PERSONS)
@pytest.mark.rule("R-PRIV-8")
def test_in_a_persons_context_it_goes(given: str, family: str, text: str) -> None:
    said = left(text, named(given, family))
    assert R in said
    assert given.lower() not in said.lower().split()
    assert family.lower() not in said.lower().split()


@pytest.mark.parametrize(("given", "family", "text"), WORDS)
@pytest.mark.rule("R-PRIV-8")
def test_as_a_word_it_stays(given: str, family: str, text: str) -> None:
    assert left(text, named(given, family)) == text


@pytest.mark.parametrize(
    ("given", "family"),
    [("Ana", "Sobral"), ("Candida", "Ferraz"), ("Melena", "Okonjo"), ("Tia", "Alt")],
)
@pytest.mark.parametrize("text", ["ANA", "IgA", "ALT", "TIA", "Melena", "Candida", "ASA"])
@pytest.mark.rule("R-PRIV-8")
def test_the_whole_text_of_a_code_stays(given: str, family: str, text: str) -> None:
    assert left(text, named(given, family)) == text


@pytest.mark.rule("R-PRIV-7")
def test_what_a_terminology_of_the_record_says_is_a_word_there() -> None:
    coding = {"system": "http://snomed.info/sct", "code": "1", "display": "Zorbaxin poisoning"}
    beside = [{"resourceType": "Condition", "code": {"coding": [coding]}}]
    text = "Zorbaxin 5 mg stopped"
    assert left(text, named("Zorbaxin", "Okonjo")) == f"{R} 5 mg stopped"
    assert left(text, named("Zorbaxin", "Okonjo"), beside=beside) == text


@pytest.mark.rule("R-PRIV-7")
def test_a_coded_display_stays_but_for_a_whole_name() -> None:
    scrub = scrubber(named("Candida", "Okonjo"), identifier=[{"value": "1032702"}])
    for display in ("Candida infection", "Okonjo disease", "1032702"):
        assert scrub.vocabulary(display) == display
    assert scrub.vocabulary("Visit of Candida Okonjo") == f"Visit of {R}"


@pytest.mark.rule("R-PRIV-9")
def test_organisations_keep_their_words_of_medicine() -> None:
    beside = [
        {"resourceType": "Organization", "name": "Breast Cancer"},
        {"resourceType": "Location", "name": "Emergency Department"},
        {"resourceType": "CareTeam", "name": "Heart Failure"},
        {"resourceType": "Organization", "name": "Nashoba Heart Failure Clinic"},
        {"resourceType": "Organization", "name": "Nashoba Valley Clinic"},
    ]
    text = "Heart failure, breast cancer; emergency department"
    assert left(text, beside=beside) == text
    said = left("At Nashoba Heart Failure Clinic, then Nashoba Valley Clinic", beside=beside)
    assert said == f"At {R} Heart Failure Clinic, then {R}"
