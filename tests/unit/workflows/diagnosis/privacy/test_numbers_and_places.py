"""Identifiers and addresses go in every grouping and spelling; measured values stay."""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.privacy.people import left

R = "[redacted]"


@pytest.mark.parametrize(
    "beside",
    [
        {"resourceType": "Patient", "identifier": [{"value": "VN-99812"}]},
        {"resourceType": "Coverage", "subscriberId": "VN-99812"},
        {"resourceType": "Coverage", "identifier": [{"value": "VN-99812"}]},
        {"resourceType": "Encounter", "identifier": [{"value": "VN-99812"}]},
        {"resourceType": "Account", "identifier": [{"value": "VN-99812"}]},
        {"resourceType": "Claim", "identifier": [{"value": "VN-99812"}]},
        {"resourceType": "Device", "serialNumber": "VN-99812"},
        {"resourceType": "Device", "identifier": [{"value": "VN-99812"}]},
        {"resourceType": "Device", "udiCarrier": [{"carrierHRF": "(01)0084458(21)VN99812"}]},
        {"resourceType": "Condition", "subject": {"identifier": {"value": "VN-99812"}}},
        {"resourceType": "Observation", "performer": [{"identifier": {"value": "VN-99812"}}]},
        {"resourceType": "Practitioner", "identifier": [{"value": "VN-99812"}]},
        {"resourceType": "Encounter", "id": "vn-99812"},
        {
            "resourceType": "Goal",
            "contained": [{"resourceType": "Device", "serialNumber": "VN 99812"}],
        },
    ],
)
@pytest.mark.rule("R-PRIV-4")
def test_an_identifier_goes_wherever_the_record_holds_it(beside: dict[str, Any]) -> None:
    assert left("No. VN-99812, vn99812, Vn 99812 ok", beside=[beside]) == f"No. {R}, {R}, {R} ok"


@pytest.mark.rule("R-PRIV-4")
def test_a_short_number_goes_in_its_groups() -> None:
    said = left("001234 or 00-12-34", identifier=[{"value": "001234"}])
    assert said == f"{R} or {R}"


@pytest.mark.parametrize(
    "text",
    [
        "viral load 1032702 copies/mL",
        "count 1032702/uL",
        ">1032702",
        "1032702 IU",
        "1032702.5",
        "1032702 cells",
        "1032702 %",
    ],
)
@pytest.mark.rule("R-PRIV-7")
def test_a_measured_value_stays_though_it_equals_an_identifier(text: str) -> None:
    assert left(text, identifier=[{"value": "1032702"}]) == text


@pytest.mark.rule("R-PRIV-7")
def test_ids_that_are_words_take_nothing() -> None:
    text = "blood pressure, covid19, heart failure, HbA1c"
    beside = [
        {"resourceType": "Observation", "id": one}
        for one in ("blood-pressure", "covid19", "heart-failure", "hba1c")
    ]
    assert left(text, beside=beside) == text


@pytest.mark.parametrize(
    ("line", "city", "text"),
    [
        ("Musterstraße 12", "Berlin", "Musterstr. 12|Musterstrasse 12|12 Musterstraße|Berlin"),
        ("Calle Mayor 3", "Toledo", "C/ Mayor 3|Calle Mayor, 3"),
        ("Musterstr. 12", "Berlin", "Musterstraße 12|Muster Straße 12"),
        ("221B Baker Street, Apt 4", "London", "221B Baker St|Baker Street 221B"),
        (
            "1081 Wardlow Terrace Unit 71",
            "Boston",
            "1081 Wardlow|Wardlow Terrace|1081 Wardlow Ter.",
        ),
        ("ul. Długa 7", "Kraków", "ulica Dluga 7|ul. Długa 7|Krakow|Długa 7|Dluga 7"),
        ("12 rue de la Paix", "Lyon", "12, rue de la Paix|rue de la Paix 12"),
        ("Calle Mayor 5", "Sevilla", "Calle Mayor, 5|calle mayor 5"),
        ("Kerkstraat 9", "Zwolle", "Kerkstr. 9|kerkstraat 9|Zwolle"),
        ("Storgatan 4", "Lund", "Storgata 4|Storgatan 4"),
        ("Via Garibaldi 3", "Torino", "via Garibaldi, 3|Torino"),
    ],
)
@pytest.mark.rule("R-PRIV-5")
def test_an_address_goes_in_its_spellings(line: str, city: str, text: str) -> None:
    address = [{"line": [line], "city": city, "country": "XX"}]
    for spelt in text.split("|"):
        assert left(f"Lives: {spelt} since May", address=address).startswith(f"Lives: {R}"), spelt
        assert left(f"Lives: {spelt} since May", address=address).endswith("since May")


@pytest.mark.rule("R-PRIV-5")
def test_a_town_that_is_a_word_goes_only_beside_its_code() -> None:
    address = [{"line": ["5 Heart Lane"], "city": "Essen", "postalCode": "45127"}]
    assert (
        left("nach dem Essen; 5 heart attacks", address=address)
        == "nach dem Essen; 5 heart attacks"
    )
    assert left("45127 Essen, wohnt in Essen", address=address) == f"{R}, wohnt in {R}"
