"""Composes the offline model's diagnosis: a plain account of what the context pack holds.

It weighs nothing and knows no medicine; a pack of another shape makes it say less, never fail.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.model.composers.ranges import out_of_range
from local.model.request import Call
from shared.workflows.diagnosis.sections import TITLES

MARKER = "<context_pack>"
_PACK = re.compile(r"<context_pack>\s*(.*?)\s*</context_pack>", re.DOTALL)
_LISTED = 10
_VALUE_CHARACTERS = 80

_MEASURED = ("vital_signs", "laboratory_results")
_SECTIONS: Mapping[str, str] = {**TITLES, "artifacts": "Attached artifacts"}
_DATES = ("date", "onset", "given", "handed_over", "authored", "taken", "recorded")
_REMARKS = ("clinical_status", "verification", "status", "dosage", "still_marked_active")


def compose(call: Call) -> Mapping[str, Any]:
    pack = _pack(call.prompt)
    measured = [
        one for section in _MEASURED for entry in _newest(pack, section) for one in _parts(entry)
    ]
    deviating = [_said(one) for one in measured if out_of_range(one)]
    findings = [*_findings(pack), *(f"Out of range: {one}." for one in deviating)]
    return {
        "summary": _summary(pack, len(deviating)),
        "findings": findings,
        "recommendations": _recommendations(deviating),
        "risk_level": "moderate" if deviating else "low",
        "confidence_score": 0.8 if findings else 0.3,
    }


# The pack's text is data that others wrote, and a prompt may hold none: whatever it is, there is an
# answer.
def _pack(prompt: str) -> Mapping[str, Any]:
    found = _PACK.search(prompt)
    try:
        pack = json.loads(found.group(1)) if found else {}
    except ValueError:
        return {}
    return pack if isinstance(pack, dict) else {}


def _summary(pack: Mapping[str, Any], deviating: int) -> str:
    counts = [
        f"{section.replace('_', ' ')} ({len(_entries(pack, section))})"
        for section in _SECTIONS
        if _entries(pack, section)
    ]
    held = ", ".join(counts) or "no clinical facts"
    return (
        "This text comes from an offline stand-in for the model. It is not medical advice "
        "and no diagnosis: it only repeats what "
        f"it was sent. The context pack of {_patient(pack)} holds {held}. Newest values out "
        f"of range: {deviating}."
    )


def _patient(pack: Mapping[str, Any]) -> str:
    patient = pack.get("patient")
    known = patient if isinstance(patient, Mapping) else {}
    age = known.get("age_years")
    words = [
        str(word)
        for word in (known.get("gender"), f"{age} years" if age is not None else None)
        if word
    ]
    return f"a patient ({', '.join(words)})" if words else "a patient"


def _findings(pack: Mapping[str, Any]) -> Iterator[str]:
    for section, title in _SECTIONS.items():
        entries = _newest(pack, section)
        if entries:
            yield f"{title}: {_listed([_said(entry) for entry in entries])}."
    answers = [_answer(row) for row in _entries(_mapping(pack.get("assessment")), "answers")]
    if answers:
        yield f"Assessment answers: {_listed(answers)}."
    told = pack.get("warnings")
    warnings = [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
    if warnings:
        yield f"Warnings about the record: {_listed(warnings)}"
    settings = [
        f"{key} = {_short(value)}"
        for key, value in sorted(_mapping(pack.get("input_config")).items())
    ]
    if settings:
        yield f"Settings of the run: {_listed(settings)}."


def _recommendations(deviating: list[str]) -> list[str]:
    looked = [f"Have a clinician look at {one}." for one in deviating[:3]]
    return [
        *looked,
        "Ask a real model before anybody relies on this: it is an offline stand-in's answer.",
    ]


def _newest(pack: Mapping[str, Any], section: str) -> list[Mapping[str, Any]]:
    """The first of each name, as sections are newest first."""
    first: dict[str, Mapping[str, Any]] = {}
    for entry in _entries(pack, section):
        first.setdefault(str(entry.get("name")), entry)
    return list(first.values())


def _parts(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """An observation, or the components that it consists of, each with its date."""
    components = _entries(entry, "components")
    yield from (
        ({**part, "date": entry.get("date")} for part in components) if components else (entry,)
    )


def _said(entry: Mapping[str, Any]) -> str:
    components = [_said(part) for part in _entries(entry, "components")]
    amount = (
        f"{entry.get('comparator') or ''}{_short(entry['value'])} {entry.get('unit') or ''}".strip()
        if entry.get("value") is not None
        else ""
    )
    date = next((entry[name] for name in _DATES if entry.get(name)), None)
    remarks = [_short(entry[name]) for name in _REMARKS if entry.get(name)]
    words = [
        str(entry.get("name") or "not named"),
        amount,
        ", ".join(components),
        f"[{', '.join(remarks)}]" if remarks else "",
        f"({date})" if date else "",
    ]
    return " ".join(word for word in words if word)


def _answer(row: Mapping[str, Any]) -> str:
    return f"{row.get('question')} {_short(row.get('answer'))}"


def _listed(words: list[str]) -> str:
    more = [f"and {len(words) - _LISTED} more"] if len(words) > _LISTED else []
    return "; ".join([*words[:_LISTED], *more])


def _short(value: Any) -> str:
    text = (
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    )
    return text if len(text) <= _VALUE_CHARACTERS else f"{text[:_VALUE_CHARACTERS]}…"


def _entries(of: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    entries = of.get(name)
    return (
        [entry for entry in entries if isinstance(entry, Mapping)]
        if isinstance(entries, list)
        else []
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
