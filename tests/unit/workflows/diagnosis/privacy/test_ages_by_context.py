"""Ages over 89 that only what stands around them makes ages, and the temperatures, distances,
ranges and dates that look like them or like telephones, and stay.
"""

import pytest

from shared.workflows.diagnosis.privacy.ages import shown_alone
from tests.unit.workflows.diagnosis.privacy.people import left

AGES = """
94F with chest pain|94 F with chest pain|94M admitted after a fall|94F fall|HPI: 94F w/ CHF
94M fall from bed|93F, lives alone|Patient (94F) known|Pt is a 94F w/ COPD|This 101F with CHF
101F with cough|pt is a 102M|94yoF with cough|94yF|94y/oM|94/F with pneumonia|F/94 pneumonia
94 (F) with CHF|seen 94/M|94 female|elderly 94 male|94♀ frail|94 kvinde
in her 94th year|in the 94th year of life|94th birthday last week|im 94. Lebensjahr
94. Geburtstag|dans sa 94e année|w 94. roku życia|94º cumpleaños|94e verjaardag
female, 94, dementia|F, 94, dementia|a man, 94, with COPD|Frau, 94, gestürzt|Mother: 94, dementia
a woman of 94.|she is 94|She is 94.|she is 94 and lives alone|she was 94 when she died
he turned 94|turned 94 last week|er war 94 und lebt allein|mother's 94 now
ninety-fourth year|ninetieth birthday|ninety first birthday
""".replace("\n", "|")
KEPT = """
Temp 94F|temperature 94 F|T 101F, HR 94|Fever of 101F|101F at home|febrile to 102F|a 101F fever
94F catheter|94 F oral|94 F (34.4 C)|Vitals: 94F, HR 80|Temp 98/F|98 (F)|T 99 F, 94, 18|94F|94 F
walks 94M without stopping|ran 94M with a friend|PSV 94 M|94th percentile|94 a
sats: he is 94 on air|HR she is 94.|sats stable, she is 94.|turned 94 degrees|turned 94° left
PT was 94, INR 3|ER was 95 and PR 80|Hb male 130-170 g/L, female 120-150|male: 130, female: 120
Female 94 %|man, 94 kg|a woman of 94 kg|patient was 94.5 kg|89F with cough|in her 89th year
BP 94/60|94/60 F|A/F/94
""".replace("\n", "|")
DAYS = """
01102026|seen 01102026, well|X-ray of 01102026 shows|on 01102026 14:30|01102026 1430|31121999
09152026 exam|Letter dated 01102026, reply 02102026|from 01012026-31012026
""".replace("\n", "|")


@pytest.mark.parametrize("text", [text for text in AGES.split("|") if text])
@pytest.mark.rule("R-PRIV-6")
def test_an_age_is_told_by_what_stands_around_it(text: str) -> None:
    old = next(
        said
        for said in ("ninety-fourth", "ninetieth", "ninety first", "101", "102", "93", "94")
        if said in text
    )
    assert left(text) == text.replace(old, "90+")


@pytest.mark.parametrize("text", [text for text in KEPT.split("|") if text])
@pytest.mark.rule("R-PRIV-7")
def test_what_is_measured_stays_though_it_looks_like_an_age(text: str) -> None:
    assert left(text) == text


@pytest.mark.rule("R-PRIV-6")
def test_an_answer_that_is_an_age_and_a_sex_is_hidden() -> None:
    assert [shown_alone(said) for said in ("94F", "94 M", "89F", "94 m", "94 f")] == [
        *("90+", "90+", "89F", "94 m", "94 f"),
    ]


@pytest.mark.parametrize("text", [text for text in DAYS.split("|") if text])
@pytest.mark.rule("R-PRIV-7", "R-PRIV-10")
def test_a_date_without_points_is_no_telephone(text: str) -> None:
    assert left(text, birthDate="1961-03-17") == text


@pytest.mark.parametrize(
    "text", ["01991234", "tel 01102026", "call 01102026", "0110202614", "07031961", "00102026"]
)
@pytest.mark.rule("R-PRIV-3", "R-PRIV-10")
def test_other_eight_digits_after_a_nought_still_go(text: str) -> None:
    assert "[redacted]" in left(text, birthDate="1961-03-07")
