"""Determinism, bounds and total tolerance of the context pack.

Long because the properties share the strategies that draw records.
"""

import json
import random
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.context_pack import MAX_BYTES, MIN_BYTES, context_hash
from tests.unit.workflows.diagnosis.charts import (
    AS_OF,
    bundle,
    condition,
    observation,
    pack,
    patient,
    quantity,
)


def shuffled(value: Any, dice: random.Random) -> Any:
    """The same JSON value with its keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {key: shuffled(value[key], dice) for key in keys}
    return [shuffled(item, dice) for item in value] if isinstance(value, list) else value


def rich_bundle() -> dict[str, Any]:
    dated = [
        observation(
            f"{code}-1",
            f"Test {code}",
            valueQuantity=quantity(code + day / 10),
            effectiveDateTime=f"2020-01-{day:02}",
        )
        for code in range(100, 110)
        for day in range(1, 13)
    ]
    medicine = {"resourceType": "Medication", "id": "m1", "code": {"text": "Aspirin"}}
    request = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationReference": {"reference": "Medication/m1"},
    }
    return bundle(condition("Asthma"), condition("Gout", "resolved"), medicine, request, *dated)


@pytest.mark.parametrize("max_bytes", [MIN_BYTES, 12_000, MAX_BYTES])
def test_the_order_of_entries_and_keys_changes_nothing(max_bytes: int) -> None:
    dice = random.Random(20261121)
    record = rich_bundle()
    expected = canonical_json(pack(record, max_bytes=max_bytes))
    for _ in range(5):
        dice.shuffle(record["entry"])
        assert canonical_json(pack(shuffled(record, dice), max_bytes=max_bytes)) == expected


def test_of_two_patients_one_is_chosen_whatever_their_order() -> None:
    record = bundle(patient(gender="female", id="other"))
    assert pack(record) == pack(record | {"entry": record["entry"][::-1]})


def test_the_hash_is_of_the_content() -> None:
    one = pack(rich_bundle())
    assert context_hash(one) == context_hash(shuffled(one, random.Random(1)))
    assert context_hash(one) != context_hash(pack(rich_bundle(), input_config={"a": 1}))
    assert len(context_hash(one)) == 64


def test_the_time_of_day_does_not_matter_and_the_day_is_utc() -> None:
    assert pack(rich_bundle(), as_of=AS_OF + timedelta(hours=11)) == pack(rich_bundle())
    assert (
        pack(None, as_of=datetime(2026, 11, 21, 1, tzinfo=timezone(timedelta(hours=2))))["as_of"]
        == "2026-11-20"
    )


def test_the_inputs_are_left_as_they_were() -> None:
    record, config = rich_bundle(), {"a": ["Zebulon"]}
    before = json.dumps([record, config])
    pack(record, input_config=config)
    assert json.dumps([record, config]) == before


@pytest.mark.parametrize("max_bytes", [MIN_BYTES, 12_000, 20_000])
def test_what_does_not_fit_is_counted_and_every_code_keeps_its_newest(max_bytes: int) -> None:
    frequent = [
        observation(
            "9-9",
            "Frequent",
            valueQuantity=quantity(n),
            effectiveDateTime=f"2021-01-01T{n // 60:02}:{n % 60:02}:00Z",
        )
        for n in range(1200)
    ]
    rare = [
        observation(
            f"{n}-7", f"Rare {n}", valueQuantity=quantity(n), effectiveDateTime="2001-01-01"
        )
        for n in range(12)
    ]
    built = pack(bundle(*frequent, *rare), max_bytes=max_bytes)
    results = built["laboratory_results"]
    assert {item["name"] for item in results} == {"Frequent", *(f"Rare {n}" for n in range(12))}
    assert results[0]["value"] == 1199
    shown = [item["value"] for item in results if item["name"] == "Frequent"]
    assert shown == list(range(1199, 1199 - len(shown), -1))
    assert built["omitted"] == {"laboratory_results": 1212 - len(results)}
    assert len(canonical_json(built)) <= max_bytes
    assert len(canonical_json(built)) > max_bytes - 200


def test_no_section_is_starved_by_another() -> None:
    crowd = [condition(f"Condition {n}", code={"text": f"Condition {n}"}) for n in range(2000)]
    record = bundle(
        *crowd,
        observation(valueQuantity=quantity(9)),
        {"resourceType": "AllergyIntolerance", "code": {"text": "Nuts"}},
    )
    built = pack(record)
    assert all(built[section] for section in ("allergies", "laboratory_results"))
    assert built["omitted"]["active_conditions"] == 2000 - len(built["active_conditions"])


def test_exact_repetitions_are_shown_once_and_counted() -> None:
    same = observation(valueQuantity=quantity(9), effectiveDateTime="2020-01-01")
    built = pack(bundle(same, same, same))
    assert (len(built["laboratory_results"]), built["omitted"]) == (1, {"duplicates": 2})


def test_a_huge_document_is_cut_and_leaves_room_for_the_record() -> None:
    artifact = {
        "artifact_type": "ecg",
        "artifact_name": "ECG",
        "artifact_data": {"report": "sinus rhythm " * 20_000, "leads": list(range(9999))},
    }
    built = pack(rich_bundle(), artifacts=[artifact], input_config={"question": "q " * 50_000})
    assert sorted(built["shortened"]) == ["artifacts", "input_config"]
    assert built["artifacts"][0]["data"]["report"].startswith("sinus rhythm sinus")
    assert "characters left out" in built["artifacts"][0]["data"]["report"]
    assert "items left out" in built["artifacts"][0]["data"]["leads"][-1]
    assert len(built["laboratory_results"]) == 120
    assert MAX_BYTES * 0.5 < len(canonical_json(built)) <= MAX_BYTES


def test_documents_that_would_fill_the_pack_leave_half_of_it_to_the_record() -> None:
    artifacts = [{"artifact_name": f"n{n}", "artifact_data": "word " * 1400} for n in range(8)]
    built = pack(rich_bundle(), artifacts=artifacts)
    assert len(built["laboratory_results"]) == 120
    assert built["artifacts"]


def test_artifacts_keep_their_order_and_the_latest_when_there_are_too_many() -> None:
    artifacts = [
        {
            "artifact_type": "note",
            "artifact_name": f"n{n}",
            "sequence_order": n,
            "artifact_data": {"n": n},
        }
        for n in range(40)
    ]
    built = pack(None, artifacts=artifacts[::-1])
    assert [item["name"] for item in built["artifacts"]] == [f"n{n}" for n in range(8, 40)]
    assert built["omitted"] == {"artifacts": 8}


def test_artifacts_without_a_number_stay_in_the_order_given() -> None:
    artifacts = [{"artifact_name": name} for name in ("second", "first", "third")]
    assert [item["name"] for item in pack(None, artifacts=artifacts)["artifacts"]] == [
        "second",
        "first",
        "third",
    ]


def test_an_artifact_shows_its_type_name_and_data() -> None:
    artifact = {
        "id": "8b7c0f36-0000-4000-8000-000000000000",
        "artifact_type": "ecg_analysis",
        "artifact_name": "ECG of May",
        "artifact_data": {
            "rhythm": "sinus",
            "rate": Decimal("61"),
            "qt": Decimal("0.41"),
            "ok": True,
            "none": None,
        },
        "storage_path": "s3://bucket/org/run",
        "created_at": "2026-05-01T10:00:00Z",
    }
    assert pack(None, artifacts=[artifact])["artifacts"] == [
        {
            "type": "ecg_analysis",
            "name": "ECG of May",
            "date": "2026-05-01",
            "data": {"rhythm": "sinus", "rate": 61, "qt": 0.41, "ok": True, "none": None},
        }
    ]


def test_the_assessment_pairs_every_question_with_its_answer() -> None:
    assessment = {
        "id": "ignored",
        "funnel": {
            "slug": "fatigue",
            "version": 3,
            "questions": [
                {"id": "b", "text": "How long?"},
                {"id": "a", "text": "Fever?"},
                {"id": "c"},
            ],
        },
        "answers": {"a": False, "b": {"weeks": 2}, "z": "extra"},
    }
    assert pack(None, assessment=assessment)["assessment"] == {
        "funnel": {"slug": "fatigue", "version": 3},
        "answers": [
            {"question": "How long?", "answer": {"weeks": 2}},
            {"question": "Fever?", "answer": False},
            {"question": "c", "answer": None},
            {"question": "z", "answer": "extra"},
        ],
    }


def test_too_small_a_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        pack(None, max_bytes=MIN_BYTES - 1)


def nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = {"extension": [value], "contained": [value]} if depth < 50 else {"a": value}
    return value


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"entry": None},
        {"entry": {}},
        {"entry": "x"},
        {
            "entry": [
                None,
                1,
                "x",
                [],
                {},
                {"resource": None},
                {"resource": []},
                {"resource": {}},
                {"fullUrl": 7, "resource": {"resourceType": []}},
            ]
        },
        bundle(
            who=patient(
                name=7,
                telecom="x",
                address=None,
                identifier={},
                birthDate=19540613,
                contact=[[]],
                extension=[None, {"extension": 3}],
            )
        ),
        bundle(
            condition(code=nested(5000), note=nested(5000)),
            nested(5000),
            who=patient(extension=[nested(40)], name=[nested(5000)]),
        ),
        bundle(
            observation(valueQuantity={"value": 10**400}),
            observation(valueQuantity={"value": float("inf")}),
            observation(valueInteger=-(10**5000)),
        ),
        bundle(
            observation(valueString="\ud800 lone") | {"code": {"text": "\udfff"}},
            condition(id="x", subject={"reference": "\ud800"}),
        ),
        bundle(condition(id="x", note=nested(3000)), condition(id="x", note=nested(3000))),
        bundle(
            {
                "resourceType": "Observation",
                "component": [None, {"code": None}, []],
                "category": [7],
                "interpretation": "H",
            }
        ),
    ],
)
def test_no_bundle_breaks_the_builder(record: Any) -> None:
    assert len(canonical_json(pack(record))) <= MAX_BYTES


def test_free_form_parts_may_hold_anything() -> None:
    wild: Any = {
        "deep": nested(5000),
        "nan": float("nan"),
        "inf": float("inf"),
        "big": 10**5000,
        "set": {1},
        "lone": "\ud800",
        "k" * 999: 1,
        5: 6,
    }
    hostile: list[Any] = [wild, None, 7]
    built = pack(
        None, input_config=wild, artifacts=hostile, assessment={"funnel": wild, "answers": [wild]}
    )
    assert built["input_config"]["nan"] == "[number out of range]"
    assert built["input_config"]["set"] == "[not a JSON value]"
    assert "[nested too deeply]" in json.dumps(built["input_config"]["deep"])


def test_a_hostile_record_of_many_identifiers_stays_quick() -> None:
    names = [{"family": f"Family{n}", "given": [f"Given{n}"]} for n in range(4000)]
    identifiers = [{"value": f"ID{n:09}"} for n in range(4000)]
    text = "Given7 Family7 and ID000000007 " * 15_000
    (item,) = pack(
        bundle(condition(note=[{"text": text}]), who=patient(name=names, identifier=identifiers))
    )["active_conditions"]
    assert set(item["notes"][0].replace("and", "").split()) == {"[redacted]", "…"}


def test_dates_are_utc_aware() -> None:
    assert pack(None, as_of=datetime(2026, 1, 1, tzinfo=UTC))["as_of"] == "2026-01-01"
