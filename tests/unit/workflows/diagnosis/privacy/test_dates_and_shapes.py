"""Birth dates in every order and language, ages over 89, telephones, addresses of the net; dates of
care and values stay.
"""

import pytest

from tests.unit.workflows.diagnosis.privacy.people import left

R = "[redacted]"
BORN = """
17. März 1961|17 mars 1961|17 de marzo de 1961|17 marca 1961|17 marzo 1961|17 de março de 1961
17 maart 1961|17. mars 1961
17. března 1961|17 Mart 1961|17 марта 1961|17. maaliskuuta 1961|1961. március 17.|17 martie 1961
March 17th, 1961|17th of March 1961
17/03/1961|03/17/1961|1961/03/17|1961.03.17|17.3.61|17-Mar-61|17MAR1961|19610317|17031961|170361
1961年3月17日|1961-03-17T10:00|17 III 1961|17.III.1961|1961. III. 17|17/III/61
17 Μαρτίου 1961|61-17-03|3-17-1961|the 17th March, 1961|17 march 61
""".replace("\n", "|")
OLD = """
94-year-old|94 year old|94 years old|aged 94|age 94|94 y/o|94yo|94 Jahre|94-jährige Frau|94jährig
94 ans|âgée de 94 ans|94 años|94 anni
94 anos|94 jaar|94-jarige|94 lat|94-letnia|94 år|94-årig|94 let|94letá|94 yaşında|94-vuotias|94歲
94세|94歳|died at 94|im Alter von 94
Mother died at age 94|mort à 94 ans|zmarł w wieku 94 lat|92-94 years|80 to 94 years
ninety-four-year-old|edad 94|leeftijd 94|103-year-old
""".replace("\n", "|")
PHONES = """
07700 900123|(0)30 12345678|+44 7700 900123|0049 30 1234567|030/1234567|030-123 45 67|01 23 45 67 89
06.12.34.56.78|+48 600 700 800|0171 1234567
(030) 1234567|+33 (0)1 23 45 67 89|(212) 555-0198|+1 212 555 0198
""".replace("\n", "|")
CALLED = (
    "tel 123456|Tel.: 12 34 56|phone: 555 0199|call 5550199|llamar al 612345678|tlf 22 33 44 55"
)
KEPT = """
01.02.2019|01.02.2019 - 05.02.2019|02.03.2019-05.03.2019|01/02/2019|call 2019-09-01
0.5 1.0 1.5 2.0|0/10 2/10 4/10|08:00 12:00 16:00
0800 1200 1600|NDC 0093-7146-01|1-0-1-0|0.00012345|09/2019 - 10/2020|01.02.19 13:45|call 911
12345678|120 130 140 150|INR 2.0-3.0
0,5-1,0|LOINC 85354-9|call 120 mg|1:640|10:30:45|ratio 1:2:3|mg/dL|v 1.10.2|17 March 1962|1961
2019-03-17|March 1961|17.03.2019|17 II 1961|grade III 17
94 mg|SpO2 94%|89-year-old|aged 94 days|94 kg|94 pack-years|HR 94|140/94|94 µmol/L|94.5 kg
at 94 bpm|T 36.6|2::1
""".replace("\n", "|")


@pytest.mark.parametrize("day", [day for day in BORN.split("|") if day])
@pytest.mark.rule("R-PRIV-3")
def test_a_birth_date_goes_in_any_order_and_language(day: str) -> None:
    said = left(f"Fever since {day} here", birthDate="1961-03-17")
    assert said in (
        f"Fever since {R} here",
        f"Fever since {R}. here",
        f"Fever since the {R} here",
        f"Fever since {R}T10:00 here",
    )


@pytest.mark.parametrize("age", [age for age in OLD.split("|") if age])
@pytest.mark.rule("R-PRIV-6")
def test_an_age_over_89_is_90_plus(age: str) -> None:
    said = left(f"Seen {age}, frail")
    assert "90+" in said
    assert not any(old in said for old in ("92", "94", "103", "ninety"))
    assert said.startswith("Seen ")
    assert said.endswith(", frail")


@pytest.mark.parametrize("number", [one for one in (PHONES + "|" + CALLED).split("|") if one])
@pytest.mark.rule("R-PRIV-10")
def test_a_telephone_number_goes(number: str) -> None:
    said = left(f"Reach {number}, please")
    assert R in said
    assert not any(char.isdigit() for char in said)
    assert said.endswith(", please")


@pytest.mark.parametrize(
    "shape",
    [
        "https://a.example/x?y=1",
        "www.clinic.example/p",
        "a.b+c@d-e.example.org",
        "192.168.1.10",
        "2001:db8::1",
        "fe80::1ff:fe23:4567:890a",
    ],
)
@pytest.mark.rule("R-PRIV-10")
def test_an_address_of_the_net_goes(shape: str) -> None:
    assert left(f"see {shape}, ok") == f"see {R}, ok"


@pytest.mark.parametrize(
    "text",
    [
        "geb. 3.4.1961",
        "née le 4 mars 1961",
        "nato il 4 marzo 1961",
        "ur. 4.3.1961",
        "born 4 March 1961",
    ],
)
@pytest.mark.rule("R-PRIV-3")
def test_a_date_that_is_said_to_be_a_birth_goes_without_any_record(text: str) -> None:
    assert R in left(text)


@pytest.mark.parametrize("text", [text for text in KEPT.split("|") if text])
@pytest.mark.rule("R-PRIV-7")
def test_values_and_dates_of_care_stay(text: str) -> None:
    assert left(text, birthDate="1961-03-17") == text
