"""Records as they come: how they are sent, whose they are, their versions, and what runs say of
them.
"""

import gzip
import hashlib
from typing import Any

import pytest

from local.demo.client import Client
from tests.support.care import Ward, any_uuid
from tests.support.records import (
    MB,
    bundle,
    condition,
    held,
    packed,
    put,
    record_path,
    take,
    uploaded,
)
from tests.support.witness import BYTES, differs

# --- how it is sent -------------------------------------------------------------------------------


@differs(BYTES)
@pytest.mark.rule("R-RECORD-1")
def test_a_byte_order_mark_and_gzip_are_the_same_record(ward: Ward) -> None:
    plain = packed(bundle(condition()))
    first = put(ward, plain).data["record"]
    assert first["sha256"] == hashlib.sha256(plain).hexdigest()
    marked = put(ward, b"\xef\xbb\xbf" + plain)
    zipped = put(ward, gzip.compress(plain), content_encoding="gzip")
    both = put(ward, gzip.compress(b"\xef\xbb\xbf" + plain), content_encoding="GZIP")
    assert [one.data["record"] for one in (marked, zipped, both)] == [first] * 3


@differs(BYTES)
@pytest.mark.rule("R-RECORD-2")
def test_gzip_is_unpacked_up_to_the_limit_and_no_further(ward: Ward) -> None:
    bomb = gzip.compress(b" " * (200 * MB))
    assert len(bomb) < MB
    assert put(ward, bomb, content_encoding="gzip").code == "TOO_LARGE"
    assert put(ward, b" " * (4 * MB + 1)).code == "TOO_LARGE"


@pytest.mark.rule("R-RECORD-1")
@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"{}", "gzip"),
        (gzip.compress(b"{}")[:-9], "gzip"),
        (gzip.compress(b"{"), "gzip"),
        (b"{}", "br"),
        (b'{"a": 1e999}', "identity"),
        (b'{"a": "\\ud800"}', "identity"),
    ],
    ids=["no gzip", "half", "no JSON inside", "unknown", "infinite", "half a character"],
)
def test_what_cannot_be_decoded_is_a_malformed_request(
    ward: Ward, body: bytes, encoding: str
) -> None:
    answer = put(ward, body, content_encoding=encoding)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


@pytest.mark.rule("R-RECORD-3")
def test_a_key_said_twice_is_refused_wherever_it_stands(ward: Ward) -> None:
    text = packed(bundle(condition())).replace(b'"id": "p1"', b'"id": "p1", "id": "p2"')
    answer = put(ward, text)
    assert (answer.status, answer.body["error"]["errors"][0]["field"]) == (422, "body")
    assert take(ward, uploaded(ward, text)).status == 422
    assert held(ward).status == 404


def test_only_the_record_may_be_over_one_mb(ward: Ward) -> None:
    big = packed({"input_config": {"question": "x" * MB}})
    path = f"/api/studio/patients/{ward.patient}/diagnosis-runs"
    assert ward.client.call("POST", path, big, "clinician").status == 413


# --- whose it is ----------------------------------------------------------------------------------


@pytest.mark.rule("R-RECORD-7")
@pytest.mark.parametrize(
    "of",
    [
        {"birthDate": "1961-04-13"},
        {"gender": "male"},
        {"identifier": [{"system": "urn:mrn", "value": "43"}]},
    ],
    ids=["birth date", "gender", "no identifier shared"],
)
def test_a_record_of_another_person_needs_a_word(ward: Ward, of: Any) -> None:
    first = put(ward, bundle()).data["record"]
    refused = put(ward, bundle(**of))
    assert (refused.status, refused.code) == (409, "OTHER_PERSON")
    assert held(ward).data["record"] == first
    assert put(ward, bundle(**of), "?replace=person").data["record"]["version"] == 2


@pytest.mark.rule("R-RECORD-7")
def test_a_record_that_says_less_or_more_of_the_same_person_is_theirs(ward: Ward) -> None:
    put(ward, bundle())
    ids = [{"system": "urn:mrn", "value": "42"}, {"system": "urn:other", "value": "7"}]
    for of in ({"birthDate": "1961"}, {"identifier": ids}, {"gender": "unknown"}):
        assert put(ward, bundle(**of)).status == 200


@pytest.mark.parametrize("query", ["?replace=all", "?dry_run=yes", "?dry_run=1"])
def test_a_query_is_one_of_its_words(ward: Ward, query: str) -> None:
    answer = put(ward, bundle(), query)
    assert answer.body["error"]["errors"][0]["field"].startswith("query.")


@pytest.mark.rule("R-RECORD-8")
def test_a_dry_run_says_what_would_come_and_stores_nothing(ward: Ward) -> None:
    before = [condition("Asthma"), condition("Gout"), condition()]
    first = put(ward, bundle(*before)).data["record"]
    after = [condition("Asthma"), condition("Gout", onsetString="long ago"), condition("Flu")]
    answer = put(ward, bundle(*after, gender="male"), "?dry_run=true").data
    assert answer.keys() == {"record", "other_person", "changes", "warnings"}
    assert answer["other_person"] is True
    assert answer["changes"] == {
        "added": {"Condition": 1},
        "removed": {"Condition": 1},
        "changed": {"Condition": 1, "Patient": 1},
    }
    assert (answer["record"]["version"], answer["record"]["person"]["gender"]) == (2, "male")
    assert held(ward).data["record"] == first


@pytest.mark.rule("R-RECORD-8")
def test_a_dry_run_of_the_first_and_of_the_same_record(ward: Ward) -> None:
    first = put(ward, bundle(condition()), "?dry_run=true").data
    assert (first["record"]["version"], first["other_person"]) == (1, False)
    assert first["changes"]["added"] == {"Condition": 1, "Patient": 1}
    assert held(ward).status == 404
    record = put(ward, bundle(condition())).data["record"]
    same = put(ward, bundle(condition()), "?dry_run=true").data
    assert same["record"] == record
    assert same["changes"] == {"added": {}, "removed": {}, "changed": {}}


# --- versions, and how people tell patients apart -------------------------------------------------


@pytest.mark.rule("R-RECORD-9")
def test_versions_are_listed_with_who_brought_them(ward: Ward, client: Client) -> None:
    path = f"/api/patients/{ward.patient}/record/versions"
    none = client.call("GET", f"/api/patients/{ward.patient}/record/versions", None, "clinician")
    assert none.data["versions"] == []
    put(ward, bundle())
    second = client.call("PUT", record_path(ward), bundle(condition()), "admin").data["record"]
    put(ward, bundle(condition("Asthma")))
    rows = client.call("GET", path, None, "clinician").data["versions"]
    assert [(row["version"], row["by"]) for row in rows] == [
        (3, ward.sub("clinician")),
        (2, ward.sub("admin")),
        (1, ward.sub("clinician")),
    ]
    assert rows[1] == {
        "version": 2,
        "sha256": second["sha256"],
        "at": second["updated_at"],
        "by": ward.sub("admin"),
        "resources": {"Patient": 1, "Condition": 1},
    }
    page = client.call("GET", f"{path}?limit=2", None, "clinician").data
    assert [row["version"] for row in page["versions"]] == [3, 2]
    rest = client.call(
        "GET", f"{path}?limit=2&cursor={page['next_cursor']}", None, "clinician"
    ).data
    assert ([row["version"] for row in rest["versions"]], rest["next_cursor"]) == ([1], None)


@pytest.mark.rule("R-RECORD-10")
def test_a_patient_shows_label_age_and_gender_alone_and_in_lists(
    ward: Ward, client: Client
) -> None:
    path = f"/api/patients/{ward.patient}"
    bare = client.call("GET", path, None, "clinician").data["patient"]
    assert [bare[name] for name in ("label", "age_years", "gender", "record")] == [None] * 4
    record = put(ward, bundle()).data["record"]
    labelled = client.call("PUT", path, {"label": "Bed 4"}, "admin").data["patient"]
    assert (labelled["label"], labelled["gender"], labelled["record"]) == (
        "Bed 4",
        "female",
        record,
    )
    assert labelled["age_years"] == record["person"]["age_years"] >= 64
    assert client.call("GET", path, None, "clinician").data["patient"] == labelled
    rows = client.call("GET", "/api/patients?limit=100", None, "admin").data["patients"]
    assert labelled in rows


@pytest.mark.rule("R-RECORD-10")
def test_a_label_stays_until_it_is_said(ward: Ward, client: Client) -> None:
    path = f"/api/patients/{ward.patient}"

    def said(body: Any) -> Any:
        return client.call("PUT", path, body, "admin").data["patient"]

    assert said({"label": "x" * 64})["label"] == "x" * 64
    assert said({"user_id": "somebody"})["label"] == "x" * 64
    gone = said({"label": None})
    assert (gone["label"], gone["user_id"]) == (None, "somebody")


@pytest.mark.parametrize("label", ["", "x" * 65, 5, ["x"]], ids=str)
def test_a_label_is_short(client: Client, label: Any) -> None:
    answer = client.call("PUT", f"/api/patients/{any_uuid()}", {"label": label}, "admin")
    assert [one["field"] for one in answer.body["error"]["errors"]] == ["body.label"]


# --- what runs say of it --------------------------------------------------------------------------


@pytest.mark.rule("R-RECORD-11")
def test_a_run_names_the_record_that_it_read(ward: Ward) -> None:
    record = put(ward, bundle(condition())).data["record"]
    created = ward.create()
    assert (created.data["run"]["record"], created.data["run"]["warnings"]) == (None, [])
    run = ward.run(created.data["run"]["id"], wait=20)
    assert run["status"] == "succeeded"
    assert (run["record"]["version"], run["record"]["sha256"]) == (1, record["sha256"])
    assert run["created_at"] <= run["record"]["read_at"] <= run["completed_at"]


@pytest.mark.rule("R-RECORD-12")
def test_a_retry_warns_of_a_record_that_has_changed_since(ward: Ward) -> None:
    put(ward, bundle(condition()))
    ward.script("400")
    failed = ward.create(wait=20).data["run"]
    assert (failed["status"], failed["record"]["version"]) == ("failed", 1)
    put(ward, bundle(condition("Asthma")))
    run = ward.retry(failed["id"], wait=20).data["run"]
    assert (run["status"], run["record"]) == ("succeeded", failed["record"])
    assert [one for one in run["warnings"] if "version 1" in one and "version 2" in one]


@pytest.mark.rule("R-RECORD-12")
def test_a_retry_with_the_same_record_warns_of_nothing(ward: Ward) -> None:
    put(ward, bundle(condition()))
    ward.script("400")
    failed = ward.create(wait=20).data["run"]
    assert ward.retry(failed["id"], wait=20).data["run"]["warnings"] == failed["warnings"]


@pytest.mark.rule("R-RECORD-11")
def test_the_run_of_an_assessment_names_the_record_and_warns_too(ward: Ward) -> None:
    record = put(ward, bundle(condition())).data["record"]
    ward.script("400")
    made = ward.assess(ward.assessment(), wait=20).data["run"]
    assert (made["status"], made["record"]["version"]) == ("failed", 1)
    put(ward, bundle(condition("Asthma")))
    run = ward.retry(made["id"], wait=20).data["run"]
    assert (run["status"], run["record"]) == ("succeeded", made["record"])
    assert run["record"]["sha256"] == record["sha256"]
    assert [one for one in run["warnings"] if "version 1" in one and "version 2" in one]


@pytest.mark.rule("R-RECORD-11")
def test_a_run_warns_of_what_its_record_says_and_of_what_was_shortened(ward: Ward) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": {"text": "CT"},
        "conclusion": "No change. " * 5_000,
    }
    whose = {"subject": {"reference": "Patient/somebody"}}
    put(ward, bundle(condition(), condition("Gout", **whose), report))
    run = ward.run(ward.create(wait=20).data["run"]["id"])
    assert run["status"] == "succeeded"
    said = " ".join(run["warnings"])
    assert "1 resource was left out because the subject is not the patient." in said
    assert "Shortened for the model: reports: conclusion." in said


@pytest.mark.rule("R-RECORD-11")
def test_a_run_without_a_record_names_none(ward: Ward) -> None:
    run = ward.run(ward.create(wait=20).data["run"]["id"])
    assert (run["status"], run["record"]) == ("succeeded", None)
