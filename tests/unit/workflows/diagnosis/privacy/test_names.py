"""A name goes in every spelling, and the rest of the sentence stays as it was."""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.privacy.people import left, named

R = "[redacted]"
OKONJO = named("Teodora", "Okonjo")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (OKONJO, "Teodora Okonjo coughs", f"{R} coughs"),
        (OKONJO, "OKONJO, TEODORA coughs", f"{R} coughs"),
        (OKONJO, "teodora okonjo coughs", f"{R} coughs"),
        (OKONJO, "teodoraokonjo logged in", f"{R} logged in"),
        (OKONJO, "Okonjo's cough, Okonjo\u2019s fever", f"{R}'s cough, {R}\u2019s fever"),
        (OKONJO, "Okonjo'nun annesi", f"{R}'nun annesi"),
        (OKONJO, "Okonjos Mutter", f"{R} Mutter"),
        (OKONJO, "pani Okonjowej, Teodory, Teodorze", f"pani {R}, {R}, {R}"),
        (OKONJO, "Mr Okonjo, T. Okonjo", f"Mr {R}, T. {R}"),
        (named("Agnieszka", "Wiśniewska"), "Agnieszce Wisniewskiej", f"{R} {R}"),
        (named("Agnieszka", "Wiśniewska"), "mąż Wiśniewski, Agnieszki", f"mąż {R}, {R}"),
        (named("Zdeněk", "Novotný"), "Zdeňka Novotného bolí hlava", f"{R} {R} bolí hlava"),
        (named("Jana", "Okonjowa"), "maz Okonjo", f"maz {R}"),
        (named("Jonas", "Kazlauskas"), "Kazlausko, Kazlauskui", f"{R}, {R}"),
        (named("Giorgos", "Papadopoulos"), "Papadopoulou, Papadopoulo", f"{R}, {R}"),
        (named("Đuro", "Đorđević"), "Djuro Djordjevic; Dordevic", f"{R}; {R}"),
        (named("Matti", "Virtanen"), "Virtasen vaimo", f"{R} vaimo"),
        (named("Иван", "Петров"), "Ivan Petrov, Петрова", f"{R}, {R}"),
        (named("Ilse", "Müller"), "Frau Mueller reports wheeze", f"Frau {R} reports wheeze"),
        (named("Ilse", "Mueller"), "Frau Müller, Frau Muller", f"Frau {R}, Frau {R}"),
        (named("Jürgen", "Großmann"), "Juergen Grossmann, GROẞMANN", f"{R}, {R}"),
        (named("Łukasz", "Strauß"), "Lukasz; Strauss; Łukasza", f"{R}; {R}; {R}"),
        (named("Bjørn", "Sørensen"), "Bjoern, Bjorn, Soerensen, Sorensen", f"{R}, {R}, {R}, {R}"),
        (named("Åse", "Sæther"), "Aase Saether", R),
        (named("Đorđe", "Łoś"), "Dorde Los", R),
        (named("Jean-Pierre", "Mac Donald"), "JeanPierre MacDonald", R),
        (named("Fiona", "MacDonald"), "Mac Donald, Mac-Donald, Macdonald", f"{R}, {R}, {R}"),
        (named("Anna", "van der Berg"), "Vanderberg and Mrs Van der Berg", f"{R} and Mrs {R}"),
        (named("Seán", "O'Brien"), "OBrien, O\u2019Brien, O Brien", f"{R}, {R}, {R}"),
        (named("María José", "García Márquez"), "Sra. Garcia, Maria", f"Sra. {R}, {R}"),
        (named("Carroll471", "Schmitt836"), "Carroll Schmitt", R),
        ({"text": "Prendergast-Hale, Ottoline"}, "Ottoline Prendergast", f"{R}"),
        (named("小明", "王"), "王小明訴頭痛，王先生", f"{R}訴頭痛，{R}先生"),
        (named("小明", "王"), "王 女士與國王", f"{R} 女士與國王"),
        (named("철수", "김"), "김철수는 두통, 김 씨", f"{R}는 두통, {R} 씨"),
        (named("花子", "佐藤"), "佐藤さんは頭痛", f"{R}さんは頭痛"),
    ],
)
@pytest.mark.rule("R-PRIV-1")
def test_a_name_goes_in_every_spelling(name: dict[str, Any], text: str, expected: str) -> None:
    said = left(text, name)
    assert said.replace(f"{R} {R}", R) == expected.replace(f"{R} {R}", R)


@pytest.mark.parametrize(
    "beside",
    [
        {"resourceType": "RelatedPerson", "name": [named("Perpetua", "Halloran")]},
        {"resourceType": "Practitioner", "name": [named("Perpetua", "Halloran")]},
        {"resourceType": "FamilyMemberHistory", "name": "Perpetua Halloran"},
        {"resourceType": "Condition", "asserter": {"display": "Perpetua Halloran"}},
        {"resourceType": "Condition", "recorder": {"display": "Dr. Perpetua Halloran, MD"}},
        {"resourceType": "Condition", "note": [{"authorString": "Halloran, Perpetua"}]},
        {"resourceType": "Observation", "performer": [{"display": "Perpetua Halloran"}]},
        {
            "resourceType": "Procedure",
            "performer": [{"actor": {"type": "Practitioner", "display": "Perpetua Halloran"}}],
        },
        {
            "resourceType": "Encounter",
            "participant": [{"individual": {"display": "Perpetua Halloran"}}],
        },
        {"resourceType": "Coverage", "policyHolder": {"display": "Perpetua Halloran"}},
        {"resourceType": "Coverage", "subscriber": {"display": "Perpetua Halloran"}},
        {"resourceType": "Patient", "contact": [{"name": {"text": "Perpetua Halloran"}}]},
        {"resourceType": "Organization", "contact": [{"name": named("Perpetua", "Halloran")}]},
        {
            "resourceType": "CarePlan",
            "contained": [
                {"resourceType": "Practitioner", "name": [named("Perpetua", "Halloran")]}
            ],
        },
    ],
)
@pytest.mark.rule("R-PRIV-2")
def test_relatives_staff_and_policy_holders_go_wherever_they_are_named(beside: Any) -> None:
    said = left("Seen with Halloran, called Perpetua today", OKONJO, beside=[beside])
    assert said == f"Seen with {R}, called {R} today"


@pytest.mark.parametrize(
    "display",
    [
        "Diabetes clinic patient 7",
        "Heart Failure",
        "Emergency Department",
        "diabetes clinic",
        "Chest Pain Unit",
        "Room 12",
        "General Practice",
    ],
)
@pytest.mark.rule("R-PRIV-2")
def test_a_display_that_is_no_name_takes_nothing(display: str) -> None:
    text = f"{display}: diabetes, heart failure, chest pain in general practice"
    beside = [
        {"resourceType": "Condition", "subject": {"display": display}},
        {"resourceType": "Condition", "asserter": {"display": display}},
        {"resourceType": "Condition", "note": [{"authorString": display}]},
    ]
    assert left(text, OKONJO, beside=beside) == text


def test_a_subjects_display_is_a_name_by_its_looks_or_by_the_patients_own() -> None:
    beside = [{"resourceType": "Condition", "subject": {"display": "okonjo brandtova t"}}]
    assert left("Brandtova coughs", OKONJO, beside=beside) == f"{R} coughs"
