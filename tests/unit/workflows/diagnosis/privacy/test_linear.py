"""Twice the text, or twice the terms, is at most about twice the work, counted in lines of Python
executed; what the patterns do inside the regex engine is bounded by processor time, generously.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest

from shared.workflows.diagnosis.identity import identity_of
from shared.workflows.diagnosis.privacy.lexicon import is_word, months
from shared.workflows.diagnosis.scrub import Scrubber
from tests.support.linear import SIZE
from tests.support.linear import grows as times_for_twice
from tests.unit.workflows.diagnosis.charts import bundle, condition, pack, patient

PATIENT = patient(id="p1")
SCRUB = Scrubber(identity_of([PATIENT]))


def grows(work: Callable[[int], Any]) -> float:
    is_word("warm"), months()
    return times_for_twice(work)


TEXTS = [
    *(
        "Zebulon ",
        "1 ",
        "94 ",
        "0-",
        "1:",
        "a@",
        "http://",
        "tel. no. ",
        "born ",
        "17 mar ",
        "Dr. ",
    ),
    *(
        "Rose' ",
        "王",
        "é",
        "MRN ",
        "1.1.",
        "van der ",
        "died at ",
        "0.",
        "call on at ",
        "A-",
        "in ",
    ),
    *("ninety-", "(", "-", "\u00a0", "\n", "f::", "Wardlow Terrace ", "Quartermain, ", "617 555 "),
    *("94F ", "94 F, ", "F/94 ", "a woman, 94 ", "she is 94 ", "94th ", "01102026 "),
]


@pytest.mark.parametrize("piece", TEXTS)
@pytest.mark.one_in(5)
def test_twice_the_text_is_twice_the_work(piece: str) -> None:
    assert grows(lambda size: SCRUB.free_text(piece * size)) < 2.3


@pytest.mark.parametrize("piece", TEXTS)
@pytest.mark.one_in(5)
def test_no_text_sends_a_pattern_astray(piece: str) -> None:
    before = time.process_time()
    SCRUB.free_text(piece * (100_000 // len(piece)))
    # Linear: under a second. Quadratic, over 10^10 steps: many minutes.
    assert time.process_time() - before < 20


@pytest.mark.parametrize(
    "made",
    [
        lambda size: {f"{n}@b.co": n for n in range(size)},
        lambda size: (
            {f"{n}@b.co": n for n in range(size)} | {f"[redacted] ({n})": n for n in range(size)}
        ),
        lambda size: [{}] * size,
        lambda size: [[[["x"] * size]]],
        lambda size: {"n": [6175550143] * size},
        lambda size: {"resourceType": "Patient", "name": [{"family": "x"}] * size},
    ],
)
def test_twice_the_document_is_twice_the_work(made: Callable[[int], Any]) -> None:
    value = {size: made(size) for size in (10, SIZE, 2 * SIZE)}
    assert grows(lambda size: SCRUB.tree(value[size])) < 2.3


FIELDS: dict[str, Callable[[int], dict[str, Any]]] = {
    "names": lambda size: {"name": [{"family": f"Fam{n}", "given": ["Rose"]} for n in range(size)]},
    "given": lambda size: {"name": [{"given": [f"Given{n}" for n in range(size)], "family": "A"}]},
    "text": lambda size: {"name": [{"text": "Rose " * size}]},
    "identifiers": lambda size: {"identifier": [{"value": f"ID{n:09}"} for n in range(size)]},
    "identifier": lambda size: {"identifier": [{"value": "1 " * size}]},
    "telecom": lambda size: {"telecom": [{"value": f"+1 617 555 {n:04}"} for n in range(size)]},
    "number": lambda size: {"telecom": [{"value": "1 " * size}]},
    "lines": lambda size: {"address": [{"line": [f"{n} Way{n} Street" for n in range(size)]}]},
    "line": lambda size: {"address": [{"line": ["12 Street " * size]}]},
    "towns": lambda size: {"address": [{"city": [f"Town{n}" for n in range(size)]}]},
    "town": lambda size: {"address": [{"city": "a " * size}]},
    "contacts": lambda size: {"contact": [{"name": {"text": f"C{n} D{n}"}} for n in range(size)]},
    "extensions": lambda size: {"extension": [{"url": "x", "valueString": "A b 7"}] * size},
}


@pytest.mark.parametrize("field", sorted(FIELDS))
@pytest.mark.one_in(4)
def test_twice_the_terms_are_twice_the_work_to_gather(field: str) -> None:
    who = {size: patient(**FIELDS[field](size)) for size in (10, SIZE, 2 * SIZE)}
    assert grows(lambda size: identity_of([who[size]])) < 2.3


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_the_number_of_terms_does_not_matter_to_a_text(field: str) -> None:
    scrub = {
        size: Scrubber(identity_of([patient(**FIELDS[field](size))]))
        for size in (10, SIZE, 2 * SIZE)
    }
    text = "Rose Quartermain, 12 Street, ID000000007 and 617 555 0007, Town7 a 1 1 1 " * 20
    assert grows(lambda size: scrub[size].free_text(text)) < 1.5


RECORDS: dict[str, Callable[[int], list[dict[str, Any]]]] = {
    "displays": lambda size: [
        condition(f"Zebulon {n}", subject={"display": f"Zeb Quart{n}"}) for n in range(size)
    ],
    "relatives": lambda size: [
        {"resourceType": "FamilyMemberHistory", "name": f"Aa{n} Bb{n}"} for n in range(size)
    ],
    "devices": lambda size: [
        {"resourceType": "Device", "serialNumber": f"SN{n:06}"} for n in range(size)
    ],
    "organisations": lambda size: [
        {"resourceType": "Organization", "name": f"Nashoba{n} Clinic"} for n in range(size)
    ],
    "contained": lambda size: [condition(contained=[{"resourceType": "Patient"}] * size)],
}


@pytest.mark.parametrize("kind", sorted(RECORDS))
def test_twice_the_record_is_twice_the_work(kind: str) -> None:
    held = {size: RECORDS[kind](size) for size in (10, SIZE, 2 * SIZE)}
    assert grows(lambda size: identity_of([PATIENT, *held[size]])) < 2.3


@pytest.mark.parametrize("part", ["input_config", "answers", "questions", "artifact"])
def test_twice_of_what_comes_beside_the_record_is_twice_the_work(part: str) -> None:
    def asked(size: int) -> Any:
        alike = {f"{n}@b.co": "Zebulon" for n in range(size)}
        questions = [{"id": f"{n}@b.co", "text": "Zebulon?"} for n in range(size)]
        return {
            "input_config": {"input_config": {"question": "Zebulon " * size, **alike}},
            "answers": {"assessment": {"answers": alike}},
            "questions": {"assessment": {"funnel": {"questions": questions}, "answers": alike}},
            "artifact": {"artifacts": [{"artifact_data": alike, "artifact_name": "Z " * size}]},
        }[part]

    beside = {size: asked(size) for size in (10, SIZE, 2 * SIZE)}
    assert grows(lambda size: pack(bundle(), **beside[size])) < 2.3
