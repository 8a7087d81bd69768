"""Whether a measurement lies outside its range: by what the record says of it, else by usual adult
ranges, by LOINC code and unit.

The table serves the offline stand-in and nothing else. It is coarse (no age, sex or laboratory) and
no medical reference.
"""

import re
from collections.abc import Mapping
from typing import Any

_ABNORMAL = re.compile(
    r"\b(high|low|abnormal|critical|above|below|positive|resistant)\b|^(hh?|ll?|aa?|\+|>|<)$",
    re.IGNORECASE,
)
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_BETWEEN = re.compile(rf"{_NUMBER}[^\d]*?\bto\b\s*{_NUMBER}")
_FROM = re.compile(rf"^from {_NUMBER}")
_UP_TO = re.compile(rf"^up to {_NUMBER}")
_LOWEST, _HIGHEST = float("-inf"), float("inf")

USUAL: Mapping[tuple[str, str], tuple[float, float]] = {
    ("8480-6", "mm[Hg]"): (90, 140),
    ("8462-4", "mm[Hg]"): (60, 90),
    ("8867-4", "/min"): (50, 100),
    ("9279-1", "/min"): (10, 20),
    ("8310-5", "Cel"): (35.5, 38),
    ("8331-1", "Cel"): (35.5, 38),
    ("2708-6", "%"): (94, 100),
    ("59408-5", "%"): (94, 100),
    ("39156-5", "kg/m2"): (18.5, 30),
    ("2339-0", "mg/dL"): (70, 140),
    ("2345-7", "mg/dL"): (70, 140),
    ("4548-4", "%"): (4, 6.5),
    ("2093-3", "mg/dL"): (_LOWEST, 240),
    ("18262-6", "mg/dL"): (_LOWEST, 160),
    ("2085-9", "mg/dL"): (40, _HIGHEST),
    ("2571-8", "mg/dL"): (_LOWEST, 200),
    ("2947-0", "mmol/L"): (135, 146),
    ("2951-2", "mmol/L"): (135, 146),
    ("6298-4", "mmol/L"): (3.5, 5.2),
    ("2823-3", "mmol/L"): (3.5, 5.2),
    ("38483-4", "mg/dL"): (0.5, 1.4),
    ("2160-0", "mg/dL"): (0.5, 1.4),
    ("33914-3", "mL/min/{1.73_m2}"): (60, _HIGHEST),
    ("718-7", "g/dL"): (12, 17.5),
    ("6690-2", "10*3/uL"): (4, 11),
    ("777-3", "10*3/uL"): (150, 450),
}


def out_of_range(measured: Mapping[str, Any]) -> bool:
    """Of an observation or a component in the context pack's form: name, code, value, unit,
    interpretation, reference_ranges.
    """
    said = measured.get("interpretation")
    if isinstance(said, list) and any(
        isinstance(word, str) and _ABNORMAL.search(word) for word in said
    ):
        return True
    value = measured.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    low, high = _range(measured)
    return not low <= value <= high


def _range(measured: Mapping[str, Any]) -> tuple[float, float]:
    given = measured.get("reference_ranges")
    texts = [text for text in given if isinstance(text, str)] if isinstance(given, list) else []
    # Of several ranges one cannot tell which is this patient's.
    if len(texts) == 1:
        return _bounds(texts[0])
    loinc = str(measured.get("code", "")).removeprefix("LOINC ")
    return (
        (_LOWEST, _HIGHEST)
        if texts
        else USUAL.get((loinc, str(measured.get("unit"))), (_LOWEST, _HIGHEST))
    )


def _bounds(text: str) -> tuple[float, float]:
    if between := _BETWEEN.search(text):
        return float(between.group(1)), float(between.group(2))
    if least := _FROM.search(text):
        return float(least.group(1)), _HIGHEST
    if most := _UP_TO.search(text):
        return _LOWEST, float(most.group(1))
    return _LOWEST, _HIGHEST
