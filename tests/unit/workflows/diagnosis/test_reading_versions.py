"""Which version of a resource counts: READING.md section 2."""

from typing import Any

import pytest

from shared.workflows.diagnosis.record import validate_record
from tests.unit.workflows.diagnosis.readings import (
    CLINICAL,
    active,
    bundle_of,
    concept,
    read,
    resource,
    where,
)


def version(name: str, number: str | None = None, **fields: Any) -> dict[str, Any]:
    meta = {"meta": {"versionId": number}} if number else {}
    return resource("Condition", name, id="c1", **meta, **fields)


@pytest.mark.rule("R-READ-201")
@pytest.mark.parametrize("order", [1, -1])
def test_the_last_version_counts_by_number_and_not_by_its_letters(order: int) -> None:
    versions = [version("Ninth", "9"), version("Tenth", "10")][::order]
    built = read(*versions)
    assert (where(built, "Ninth"), bool(where(built, "Tenth"))) == ([], True)
    assert built["omitted"] == {"earlier_versions": 1}


@pytest.mark.rule("R-READ-201")
def test_without_a_number_the_last_update_counts_and_then_the_history() -> None:
    old = {**version("Old"), "meta": {"lastUpdated": "2026-01-01T23:00:00-05:00"}}
    new = {**version("New"), "meta": {"lastUpdated": "2026-01-02T05:00:00Z"}}
    assert where(read(old, new), "Old") == []
    history = read(version("New"), version("Old"), type="history")
    assert (where(history, "Old"), history["omitted"]) == ([], {"earlier_versions": 1})


@pytest.mark.rule("R-READ-201")
def test_an_earlier_version_does_not_return_when_the_last_is_in_error() -> None:
    wrong = {"verificationStatus": {"text": "entered in error"}}
    built = read(version("Cancer", "1"), version("Cancer", "2", **wrong))
    assert where(built, "Cancer") == []
    assert built["omitted"] == {"earlier_versions": 1, "entered_in_error": 1}


@pytest.mark.rule("R-READ-201")
def test_one_id_with_two_contents_and_no_version_shows_both_with_a_warning() -> None:
    built = read(version("One"), version("Other"))
    assert where(built, "One")
    assert where(built, "Other")
    assert "One id stands" in " ".join(built["warnings"])
    again = read(version("Same"), version("Same"))
    assert (again["omitted"], again["warnings"]) == ({"duplicates": 1}, [])


@pytest.mark.rule("R-READ-201")
def test_one_full_url_is_one_resource_and_one_id_on_two_servers_are_two() -> None:
    def on(server: str, number: str) -> dict[str, Any]:
        return {"fullUrl": f"{server}/Condition/c1", "resource": version(server[-9], number)}

    one = read(on("https://a.example", "1"), on("https://b.example", "2"))
    assert len(one["conditions_status_not_stated"]) == 2
    url = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
    first = {"fullUrl": url, "resource": resource("Condition", "V1", meta={"versionId": "1"})}
    last = {"fullUrl": url.upper().replace("URN:UUID", "urn:uuid"), "resource": version("V2", "2")}
    assert where(read(first, last), "V1") == []


@pytest.mark.rule("R-READ-202")
@pytest.mark.parametrize(
    "request_of",
    [
        {"method": "DELETE", "url": "Condition/c1"},
        {"method": "DELETE", "url": "https://a.example/fhir/Condition/c1"},
        {"method": "delete", "url": "Condition?identifier=urn:x|7"},
    ],
)
def test_a_deletion_deletes_all_versions(request_of: dict[str, str]) -> None:
    known = {"identifier": [{"system": "urn:x", "value": "7"}]}
    gone = {"request": request_of, "resource": version("Gone", "3")}
    built = read(version("Gone", "1", **known), version("Gone", "2", **known), gone)
    assert (where(built, "Gone"), built["omitted"]) == ([], {"deleted": 2})


@pytest.mark.rule("R-READ-202")
def test_a_deletion_of_what_is_not_here_is_counted_and_needs_no_resource() -> None:
    entry = {"request": {"method": "DELETE", "url": "Condition/other"}}
    assert validate_record(bundle_of(resource("Condition"), entry)).resources["Condition"] == 1
    assert read(resource("Condition"), entry)["omitted"] == {"deleted": 1}


@pytest.mark.rule("R-READ-202")
def test_get_and_patch_carry_no_state_and_a_lists_deleted_entry_deletes_nothing() -> None:
    for method in ("GET", "PATCH"):
        entry = {"request": {"method": method}, "resource": version("Asked for")}
        assert read(entry)["omitted"] == {"without_state": 1}
    struck = {"deleted": True, "item": {"reference": "Condition/c1"}}
    built = read(version("Kept"), {"resourceType": "List", "id": "l", "entry": [struck]})
    assert where(built, "Kept")
    put = {"request": {"method": "PUT", "url": "Condition/c1"}, "resource": active(**version("In"))}
    put["resource"]["clinicalStatus"] = concept(CLINICAL, "active")
    assert where(read(put), "In") == ["active_conditions"]
