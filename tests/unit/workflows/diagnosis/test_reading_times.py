"""When something was, and what is one event: READING.md section 6."""

from typing import Any

import pytest

from tests.unit.workflows.diagnosis.readings import item_of, read, resource, text_of, where


def result(name: Any = "Sodium", value: Any = 140, **fields: Any) -> dict[str, Any]:
    return resource("Observation", name, status="final", valueInteger=value, **fields)


def lines(*results: dict[str, Any]) -> list[dict[str, Any]]:
    found = read(*results)["other_observations"]
    assert isinstance(found, list)
    return found


@pytest.mark.rule("R-READ-601")
@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2026-10-01T17:04:59Z", "2026-10-01T17:04Z"),
        ("2026-10-01T17:04:59.123+02:00", "2026-10-01T17:04+02:00"),
        ("2026-10-01T17:04", "2026-10-01T17:04Z"),
        ("2026-10-01T17:04:00+00:00", "2026-10-01T17:04Z"),
        ("2026-10-01", "2026-10-01"),
        ("2026-10", "2026-10"),
        ("2026", "2026"),
    ],
)
def test_a_moment_is_shown_to_the_minute_with_its_offset_and_a_date_stays_one(
    at: str, shown: str
) -> None:
    assert lines(result(effectiveDateTime=at))[0]["date"] == shown


@pytest.mark.rule("R-READ-601")
def test_both_ends_of_a_period_are_shown() -> None:
    period = {"start": "2026-10-01T08:00:00Z", "end": "2026-10-02"}
    assert lines(result(effectivePeriod=period))[0]["date"] == "2026-10-01T08:00Z to 2026-10-02"
    stay = resource("Encounter", status="finished", period={"start": "2026-01-01"})
    assert read(stay)["encounters"][0]["date"] == "from 2026-01-01"


@pytest.mark.rule("R-READ-601")
def test_newest_first_by_instant_with_partial_dates_at_their_first_moment_and_undated_last() -> (
    None
):
    moments = [
        "2026-10-01T01:30:00+02:00",
        "2026-09-30T23:45:00Z",
        "2026-09-30T23:50",
        "2026-10",
        "2026-10-02",
        None,
    ]
    facts = [
        result(value=n, **({"effectiveDateTime": at} if at else {})) for n, at in enumerate(moments)
    ]
    assert [item["value"] for item in lines(*facts)] == [4, 3, 2, 1, 0, 5]


@pytest.mark.rule("R-READ-602")
def test_each_time_has_its_own_name_and_a_record_date_is_never_an_onset() -> None:
    condition = resource(
        "Condition",
        onsetDateTime="2001-01",
        abatementDateTime="2003-05-06",
        recordedDate="2020-01-02",
    )
    item = item_of(read(condition), "Asthma")
    assert (item["onset"], item["ended"], item["recorded"]) == (
        "2001-01",
        "2003-05-06",
        "2020-01-02",
    )
    assert "date" not in item
    allergy = resource("AllergyIntolerance", recordedDate="2020-01-02", lastOccurrence="2019")
    item = item_of(read(allergy), "Asthma")
    assert (item["recorded"], item["last_occurrence"], "onset" in item) == (
        "2020-01-02",
        "2019",
        False,
    )
    given = resource("Immunization", status="completed", occurrenceDateTime="2021-01-01")
    assert item_of(read(given), "Asthma")["given"] == "2021-01-01"
    noted = resource("Immunization", status="completed", recorded="2021-01-01")
    assert "given" not in item_of(read(noted), "Asthma")


@pytest.mark.rule("R-READ-602")
def test_a_time_that_the_record_says_is_unknown_says_so() -> None:
    reason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    absent = {"_occurrenceDateTime": {"extension": [{"url": reason, "valueCode": "unknown"}]}}
    vaccine = resource("Immunization", status="completed", **absent)
    assert item_of(read(vaccine), "Asthma")["given"] == "not stated (unknown)"


REPORT = {
    "resourceType": "DiagnosticReport",
    "status": "final",
    "id": "d",
    "code": {"text": "Chemistry"},
    "category": [{"coding": [{"code": "LAB"}]}],
    "effectiveDateTime": "2026-10-05T07:00:00Z",
    "result": [{"reference": "Observation/o"}],
}
SPECIMEN = {
    "resourceType": "Specimen",
    "id": "s",
    "type": {"text": "Blood"},
    "collection": {"collectedDateTime": "2026-10-04T06:30:00Z"},
}


@pytest.mark.rule("R-READ-603")
@pytest.mark.parametrize(
    ("fields", "others", "date", "source"),
    [
        ({"effectiveDateTime": "2026-10-01"}, [REPORT], "2026-10-01", None),
        ({}, [REPORT], "2026-10-05T07:00Z", "time of the report"),
        (
            {"specimen": {"reference": "Specimen/s"}, "issued": "2026-10-06T00:00:00Z"},
            [SPECIMEN],
            "2026-10-04T06:30Z",
            "collection of the specimen",
        ),
        ({"issued": "2026-10-06T00:00:00Z"}, [], "2026-10-06T00:00Z", "issue of the result"),
        (
            {},
            [{**REPORT, "effectiveDateTime": None, "issued": "2026-10-07T00:00:00Z"}],
            "2026-10-07T00:00Z",
            "issue of the report",
        ),
        ({}, [], None, None),
    ],
)
def test_an_undated_result_takes_the_time_of_report_specimen_or_issue_and_says_which(
    fields: dict[str, Any], others: list[dict[str, Any]], date: str | None, source: str | None
) -> None:
    item = item_of(read(result(id="o", **fields), *others), "Sodium")
    assert (item.get("date"), item.get("dated_by")) == (date, source)


@pytest.mark.rule("R-READ-603")
def test_category_and_time_come_from_the_report_through_a_panel_too() -> None:
    panel = resource(
        "Observation", "Panel", id="o", status="final", hasMember=[{"reference": "Observation/m"}]
    )
    built = read(panel, result(id="m"), REPORT)
    assert where(built, "Sodium") == ["laboratory_results"]
    assert item_of(built, "Sodium")["date"] == "2026-10-05T07:00Z"
    assert item_of(built, "Sodium")["belongs_to"] == ["Panel"]
    assert item_of(built, "Panel")["members"] == ["Sodium"]


@pytest.mark.rule("R-READ-603")
def test_specimen_method_and_site_belong_to_the_result() -> None:
    fields = {
        "specimen": {"reference": "Specimen/s", "display": "Heel prick"},
        "method": {"text": "Dipstick"},
        "bodySite": {"text": "Left heel"},
    }
    item = item_of(read(result(**fields), SPECIMEN), "Sodium")
    assert item["specimen"] == "Blood, Heel prick"
    assert (item["method"], item["body_site"]) == ("Dipstick", "Left heel")


@pytest.mark.rule("R-READ-603")
@pytest.mark.parametrize(
    ("fields", "others", "specimen"),
    [
        ({}, [{**REPORT, "specimen": [{"reference": "Specimen/s"}]}], "Blood (of the report)"),
        (
            {"specimen": {"display": "Ascites"}},
            [{**REPORT, "specimen": [{"reference": "Specimen/s"}]}],
            "Ascites",
        ),
        (
            {},
            [{**REPORT, "specimen": [{"reference": "Specimen/s"}, {"display": "Ascites"}]}],
            "Blood or Ascites (of the report)",
        ),
        (
            {"derivedFrom": [{"reference": "Observation/panel"}]},
            [result("Panel", id="panel", specimen={"reference": "Specimen/s"}), REPORT],
            "Blood (of the panel)",
        ),
        ({}, [REPORT], None),
    ],
)
def test_a_result_takes_the_specimen_of_its_panel_or_report_and_says_which(
    fields: dict[str, Any], others: list[dict[str, Any]], specimen: str | None
) -> None:
    built = read(result(id="o", **fields), *others, SPECIMEN)
    assert item_of(built, "Sodium").get("specimen") == specimen


@pytest.mark.rule("R-READ-603")
def test_a_susceptibility_names_the_isolate_by_its_organism() -> None:
    isolate = resource(
        "Observation",
        "Bacteria identified",
        id="i",
        status="final",
        valueCodeableConcept={"text": "Staphylococcus aureus"},
    )
    tested = result("Vancomycin", derivedFrom=[{"reference": "Observation/i"}])
    item = item_of(read(isolate, tested), "Vancomycin")
    assert item["belongs_to"] == ["Bacteria identified: Staphylococcus aureus"]


@pytest.mark.rule("R-READ-603")
def test_panels_in_a_circle_end() -> None:
    one = resource("Observation", "A", id="a", hasMember=[{"reference": "Observation/b"}])
    other = resource("Observation", "B", id="b", hasMember=[{"reference": "Observation/a"}])
    assert len(lines(one, other)) == 2


NOON = {"effectiveDateTime": "2026-10-01T12:00:00Z"}


@pytest.mark.rule("R-READ-604")
@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (result(id="1", **NOON), result(id="2", **NOON), 1),
        (result(**NOON), result(effectiveDateTime="2026-10-01T12:00:01Z"), 2),
        (result(**NOON), result(effectiveDateTime="2026-10-01T14:00:00+02:00"), 2),
        (
            result(specimen={"reference": "Specimen/1"}, **NOON),
            result(specimen={"reference": "Specimen/2"}, **NOON),
            2,
        ),
        (
            result(identifier=[{"system": "urn:lab", "value": "1"}], **NOON),
            result(identifier=[{"system": "urn:lab", "value": "2"}], **NOON),
            2,
        ),
        (
            result(identifier=[{"system": "urn:lab", "value": "1"}], **NOON),
            result(identifier=[{"system": "urn:lab", "value": "1"}], note=[{"text": "x"}], **NOON),
            1,
        ),
        (
            result("Sodium", identifier=[{"system": "urn:lab", "value": "1"}], **NOON),
            result("Potassium", identifier=[{"system": "urn:lab", "value": "1"}], **NOON),
            2,
        ),
        (
            result(value=139, identifier=[{"system": "urn:lab", "value": "1"}], **NOON),
            result(value=140, identifier=[{"system": "urn:lab", "value": "1"}], **NOON),
            2,
        ),
    ],
)
def test_a_duplicate_is_equal_in_everything_and_two_events_are_never_one(
    first: dict[str, Any], second: dict[str, Any], kept: int
) -> None:
    built = read(first, second)
    names = {one["code"]["text"] for one in (first, second)}
    assert sum(len(where(built, name)) for name in names) == kept
    assert built["omitted"] == ({"duplicates": 1} if kept == 1 else {})


@pytest.mark.rule("R-READ-604")
@pytest.mark.parametrize("kind", ["MedicationAdministration", "MedicationDispense", "Procedure"])
def test_equal_events_of_a_day_share_a_line_that_says_how_many(kind: str) -> None:
    fields = {
        "MedicationAdministration": {"effectiveDateTime": "2026-10-01"},
        "MedicationDispense": {"whenHandedOver": "2026-10-01"},
        "Procedure": {"performedDateTime": "2026-10-01"},
    }[kind]
    events = [resource(kind, id=f"e{n}", status="completed", **fields) for n in range(3)]
    built = read(*events)
    assert item_of(built, "Asthma")["number"] == 3
    assert built["omitted"] == {"duplicates": 2}


@pytest.mark.rule("R-READ-604")
def test_one_condition_of_two_senders_is_one_and_says_most() -> None:
    number = {"identifier": [{"system": "urn:ehr", "value": "77"}]}
    short = resource("Condition", id="a", recordedDate="2020-01-01", **number)
    long = resource("Condition", id="b", note=[{"text": "since youth"}], **number)
    built = read(short, long)
    assert item_of(built, "Asthma")["notes"] == ["since youth"]
    assert built["omitted"] == {"duplicates": 1}
    resolved = {**long, "clinicalStatus": {"text": "resolved"}}
    assert "past_conditions" in text_of(read(short, resolved), "past_conditions")
    assert len(where(read(short, resolved), "Asthma")) == 2, "a contradiction is shown, not folded"
