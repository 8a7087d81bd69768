"""Any bundle at all: the builder never fails, keeps its bound, is deterministic, and never lets the
name through.
"""

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.runs.canonical import canonical_json
from shared.workflows.diagnosis.context_pack import MIN_BYTES
from tests.unit.workflows.diagnosis.charts import (
    bundle,
    observation,
    pack,
    patient,
)

CANARY = "Quartermain"
WORDS = st.sampled_from(
    [
        CANARY,
        CANARY.upper(),
        "of",
        "fever",
        "1954-06-13",
        "urn:uuid:x",
        "Patient/1",
        "#a",
        "2020-01-01",
        "active",
        "\ud800",
        "",
    ]
)
TEXTS = st.lists(WORDS, max_size=4).map(" ".join)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)
FIELDS = """
id code coding text display system reference subject note value unit valueQuantity valueString
valueCodeableConcept component category
status clinicalStatus effectiveDateTime onsetAge onsetString low high contained medicationReference
dosageInstruction timing repeat
reaction manifestation referenceRange interpretation name given family telecom address line
extension url birthDate deceasedDateTime
"""
KINDS = """
Patient Condition Observation MedicationRequest MedicationStatement Medication AllergyIntolerance
Procedure Immunization DiagnosticReport
FamilyMemberHistory Practitioner RelatedPerson Bundle
"""
KEYS = st.sampled_from(FIELDS.split())
TYPES = st.sampled_from([*KINDS.split(), CANARY])
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=12,
)
RESOURCES = st.one_of(
    JUNK,
    st.builds(
        lambda kind, rest: {**rest, "resourceType": kind},
        TYPES,
        st.dictionaries(KEYS, JUNK, max_size=8),
    ),
)
ENTRIES = st.lists(
    st.one_of(
        JUNK, st.builds(lambda url, one: {"fullUrl": url, "resource": one}, SCALARS, RESOURCES)
    ),
    max_size=6,
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entries=ENTRIES, junk=JUNK, dice=st.randoms(use_true_random=False))
def test_any_bundle_gives_a_bounded_deterministic_pack_without_the_name(
    entries: list[Any], junk: Any, dice: random.Random
) -> None:
    entries = [*entries, {"resource": patient()}]
    inputs: dict[str, Any] = {
        "input_config": {"junk": junk},
        "artifacts": [{"artifact_data": junk}],
        "assessment": {"answers": {"q": junk}},
        "max_bytes": MIN_BYTES,
    }
    built = canonical_json(pack({"entry": entries}, **inputs))
    dice.shuffle(entries)
    assert canonical_json(pack({"entry": entries}, **inputs)) == built
    assert len(built) <= MIN_BYTES
    assert CANARY.lower() not in built.decode().lower()
    assert b"1954-06-13" not in built


@settings(max_examples=150, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 3000), max_size=40),
    attached=st.lists(st.integers(0, 30_000), max_size=4),
    question=st.integers(0, 20_000),
    max_bytes=st.integers(MIN_BYTES, 40_000),
)
def test_every_pack_keeps_its_bound_and_counts_what_it_lacks(
    sizes: list[int], attached: list[int], question: int, max_bytes: int
) -> None:
    record = bundle(
        *(observation(f"{n}-1", f"T{n}", valueString="é" * size) for n, size in enumerate(sizes))
    )
    artifacts = [
        {"artifact_name": str(n), "artifact_data": {"text": "ü" * size}}
        for n, size in enumerate(attached)
    ]
    built = pack(
        record, artifacts=artifacts, input_config={"q": "x" * question}, max_bytes=max_bytes
    )
    assert len(canonical_json(built)) <= max_bytes
    assert len(built["laboratory_results"]) + built["omitted"].get("laboratory_results", 0) == len(
        sizes
    )
    assert len(built["artifacts"]) + built["omitted"].get("artifacts", 0) == len(attached)
