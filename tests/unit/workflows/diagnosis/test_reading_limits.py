"""What is cut is counted, what is said is explained, and the work stays in proportion: READING.md
section 8.
"""

import json
import random
import re
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.model.composers.diagnosis import _SECTIONS as COMPOSED
from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.chart import Chart
from shared.workflows.diagnosis.context_pack import _BUILDERS, _MANY
from shared.workflows.diagnosis.fhir import opened
from shared.workflows.diagnosis.kinds import FACT_TYPES, READ
from shared.workflows.diagnosis.notices import pack_warnings
from shared.workflows.diagnosis.prompt import system_prompt
from shared.workflows.diagnosis.sections import SECTIONS, TITLES
from shared.workflows.diagnosis.texts import LIST_LIMIT
from tests.unit.workflows.diagnosis.charts import pack
from tests.unit.workflows.diagnosis.readings import (
    WHO,
    active,
    bundle_of,
    item_of,
    read,
    resource,
)


@pytest.mark.rule("R-READ-804")
def test_a_list_inside_an_item_is_bounded_counted_and_severe_first() -> None:
    reactions = [
        *({"description": f"mild {n}", "severity": "mild"} for n in range(LIST_LIMIT + 3)),
        {"description": "shock", "severity": "severe"},
    ]
    built = read(resource("AllergyIntolerance", "Nuts", reaction=reactions))
    shown = item_of(built, "Nuts")["reactions"]
    assert (len(shown), shown[0]["description"]) == (LIST_LIMIT, "shock")
    assert built["omitted"] == {"allergies.reactions": 4}


@pytest.mark.rule("R-READ-804")
@pytest.mark.parametrize(
    ("fact", "name"),
    [
        (resource("Condition", note=[{"text": f"n{n}"} for n in range(20)]), "notes"),
        (resource("Condition", bodySite=[{"text": f"s{n}"} for n in range(20)]), "body_site"),
        (resource("Procedure", reasonCode=[{"text": f"r{n}"} for n in range(20)]), "reasons"),
        (
            resource(
                "MedicationRequest",
                status="active",
                dosageInstruction=[{"text": f"d{n}"} for n in range(20)],
            ),
            "dosage",
        ),
        (
            resource(
                "Observation",
                status="final",
                referenceRange=[{"text": f"r{n}"} for n in range(20)],
            ),
            "reference_ranges",
        ),
        (
            resource(
                "FamilyMemberHistory",
                status="completed",
                condition=[{"code": {"text": f"c{n}"}} for n in range(20)],
            ),
            "conditions",
        ),
    ],
)
def test_every_bounded_list_counts_what_it_leaves_out(fact: dict[str, Any], name: str) -> None:
    (counted,) = read(fact)["omitted"].items()
    assert counted[0].endswith(f".{name}")
    assert counted[1] == 8


@pytest.mark.rule("R-READ-804")
def test_the_severe_and_critical_come_before_the_newer() -> None:
    critical = resource(
        "Observation",
        "Potassium",
        status="final",
        valueInteger=7,
        effectiveDateTime="2001-01-01",
        interpretation=[{"coding": [{"code": "HH"}]}],
    )
    newer = [
        resource(
            "Observation",
            f"Other {n}",
            status="final",
            valueString="x" * 200,
            effectiveDateTime="2026-01-01",
        )
        for n in range(400)
    ]
    severe = resource("Condition", "Sepsis", **active(severity={"text": "Severe"}))
    crowd = [
        resource("Condition", f"C{n}", **active(note=[{"text": "y" * 300}])) for n in range(300)
    ]
    built = pack(bundle_of(critical, *newer, severe, *crowd), max_bytes=20_000)
    assert item_of(built, "Potassium")["value"] == 7
    assert item_of(built, "Sepsis")
    assert built["omitted"]["other_observations"] + built["omitted"]["active_conditions"] > 500


@pytest.mark.rule("R-READ-804")
def test_what_was_cut_is_told_in_sentences_to_the_reader_of_the_run() -> None:
    long = resource("Condition", "Gout", note=[{"text": "word " * 2_000}])
    told = pack_warnings(pack(bundle_of(long)))
    assert told == ["Shortened for the model: conditions status not stated: notes."]
    many = [resource("Condition", f"C{n}", **active(note=[{"text": "y" * 600}])) for n in range(99)]
    told = pack_warnings(pack(bundle_of(*many), max_bytes=9_000))
    assert any("active conditions did not fit" in one for one in told)


@pytest.mark.rule("R-READ-805")
def test_the_prompt_explains_every_section() -> None:
    for section in SECTIONS:
        assert f"\n  - {section}: " in system_prompt(), section


ITEM_KEYS = {
    *("name", "code", "also", "date", "onset", "ended", "recorded", "clinical_status"),
    *("verification", "status", "value", "unit", "comparator", "absent", "interpretation"),
    *("reference_ranges", "components", "specimen", "method", "body_site", "about"),
    *("belongs_to", "members", "dated_by", "number", "orders", "first_authored", "authored"),
    *("dosage", "source", "still_marked_active", "supply_until", "dispense", "ingredients"),
    *("parts_not_understood", "not_read", "value_that_is_no_result", "unit_conflict", "within"),
    *("marked_as", "category", "health", "died", "contributed_to_death", "taken", "asserted"),
    *("given", "handed_over", "prepared", "issued", "last_occurrence", "form"),
}


@pytest.mark.rule("R-READ-805")
@pytest.mark.parametrize("key", sorted(ITEM_KEYS))
def test_the_prompt_explains_every_word_that_could_be_misread(key: str) -> None:
    assert re.search(rf"`{key}`", system_prompt()), key


@pytest.mark.rule("R-READ-805")
def test_the_offline_model_reads_every_section_and_every_type_has_its_reader() -> None:
    assert set(TITLES) <= set(COMPOSED)
    assert set(_BUILDERS) | set(_MANY) | {"Observation"} == FACT_TYPES


NAMES = st.sampled_from(["Asthma", "Gout", "Sodium", "Aspirin", "Fall"])
DAYS = st.sampled_from([None, "2026-10-01", "2026-10-01T08:00:00Z", "2020"])
KINDS = st.sampled_from(
    [
        "Condition",
        "Observation",
        "MedicationRequest",
        "Procedure",
        "AllergyIntolerance",
        "Encounter",
    ]
)


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    kind, day = draw(KINDS), draw(DAYS)
    fields: dict[str, Any] = {
        "id": draw(st.sampled_from(["a", "b", "c", "d", "e"])),
        "status": draw(st.sampled_from(["final", "active", "completed", "cancelled"])),
        "subject": {"reference": "Patient/p1"},
        "hasMember": [{"reference": f"Observation/{draw(st.sampled_from('abc'))}"}],
        "meta": {"versionId": draw(st.sampled_from(["1", "2"]))},
    }
    if kind == "AllergyIntolerance":
        fields["status"] = None
    if day:
        fields["effectiveDateTime" if kind == "Observation" else "recordedDate"] = day
    return resource(kind, draw(NAMES), **{key: one for key, one in fields.items() if one})


@pytest.mark.rule("R-READ-806")
@settings(max_examples=120, deadline=None)
@given(st.lists(facts(), max_size=12), st.randoms(use_true_random=False))
def test_shuffling_the_entries_changes_nothing(held: list[Any], dice: random.Random) -> None:
    expected = canonical_json(pack(bundle_of(*held)))
    bundle = bundle_of(*held)
    dice.shuffle(bundle["entry"])
    assert canonical_json(pack(bundle)) == expected


def other(value: Any) -> Any:
    """The same JSON with other ids and another person's name."""
    said = json.dumps(value).replace("p1", "p2").replace("Quartermain", "Vestergaard")
    said = said.replace("111-MINE", "999-OTHER").replace("Zebulon", "Ragnhild")
    return json.loads(re.sub(r'"id": "([a-e])"', r'"id": "other-\1"', said))


@pytest.mark.rule("R-READ-806")
@settings(max_examples=80, deadline=None)
@given(st.lists(facts(), max_size=8), st.lists(facts(), max_size=8))
def test_another_persons_facts_change_nothing_but_their_count(
    own: list[Any], others: list[Any]
) -> None:
    alone = pack(bundle_of(*own))
    mixed = pack(bundle_of(*own, *(other(one) for one in others)))
    for name in SECTIONS:
        assert mixed.get(name) == alone.get(name)


class Steps:
    """Counts calls of Python functions: a measure of work that no machine changes."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _frame: Any, event: str, _arg: Any) -> None:
        self.count += event == "call"


def work_for(resources: int) -> int:
    held = [
        resource(
            ("Condition", "Observation", "MedicationRequest", "Procedure")[n % 4],
            f"Name {n % 50}",
            id=f"r{n}",
            status="final",
            subject={"reference": "Patient/p1"},
            identifier=[{"system": "urn:x", "value": str(n)}],
            effectiveDateTime=f"20{n % 20:02}-01-01T00:00:00Z",
            hasMember=[{"reference": f"Observation/r{n - 4}"}],
        )
        for n in range(resources)
    ]
    bundle, steps = bundle_of(*held), Steps()
    before = sys.getprofile()
    sys.setprofile(steps)
    try:
        pack(bundle)
    finally:
        sys.setprofile(before)
    return steps.count


@pytest.mark.rule("R-READ-807")
def test_twice_the_record_is_about_twice_the_work() -> None:
    once, twice = work_for(400), work_for(800)
    assert twice < 2.3 * once


@pytest.mark.rule("R-READ-804")
def test_types_that_are_read_are_known_to_the_chart() -> None:
    chart = Chart(opened(bundle_of(resource("Claim"), who=WHO)), READ)
    assert [held.type for held in chart.held] == ["Patient", "Claim"]
    assert read(resource("Claim"))["not_used"] == {"Claim": 1}
