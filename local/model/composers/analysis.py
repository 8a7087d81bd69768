"""Composes the offline model's analysis: it groups the evidence that it was sent, so that one sees
what went in.

It weighs nothing and knows no market; material of another shape makes it say less, never fail.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from local.model.request import Call

MARKER = "<analysis_input>"
_MATERIAL = re.compile(r"<analysis_input>\s*(.*?)\s*</analysis_input>", re.DOTALL)
_GROUPS = 3
_QUOTE_CHARACTERS = 90
_EFFORTS = ("low", "medium", "high")


def compose(call: Call) -> Mapping[str, Any]:
    material = _material(call.prompt)
    pieces = [
        one
        for one in material.get("evidence", [])
        if isinstance(one, Mapping) and isinstance(one.get("id"), str)
    ]
    groups = [pieces[start::_GROUPS] for start in range(min(_GROUPS, len(pieces)))]
    return {
        "summary": _summary(material, pieces),
        "opportunities": [
            _opportunity(place, group, material) for place, group in enumerate(groups)
        ],
    }


def _material(prompt: str) -> Mapping[str, Any]:
    found = _MATERIAL.search(prompt)
    try:
        material = json.loads(found.group(1)) if found else {}
    except ValueError:
        return {}
    return (
        material
        if isinstance(material, dict) and isinstance(material.get("evidence", []), list)
        else {}
    )


def _summary(material: Mapping[str, Any], pieces: list[Mapping[str, Any]]) -> str:
    earlier = sum(_source(piece).get("kind") == "run" for piece in pieces)
    return (
        "This text comes from an offline stand-in for the model: it groups the evidence that "
        "it was sent and judges none of it. "
        f"It was sent {len(pieces)} pieces, {earlier} of them conclusions of earlier analyses, "
        f"on the hypothesis “{_short(material.get('hypothesis'))}” about "
        f"{_short(material.get('audience'))}."
    )


def _opportunity(
    place: int, group: list[Mapping[str, Any]], material: Mapping[str, Any]
) -> Mapping[str, Any]:
    said = "; ".join(
        f"“{_short(_source(piece).get('quote'))}” ({piece['id']})" for piece in group[:_GROUPS]
    )
    return {
        "title": f"Act on {group[0]['id']}: “{_short(_source(group[0]).get('quote'))}”",
        "rationale": (
            f"{len(group)} of the pieces that were sent stand behind this, {said} among them."
        ),
        "first_step": (
            f"Ask five of the audience whether it holds for them: "
            f"{_short(material.get('audience'))}"
        ),
        "evidence": [piece["id"] for piece in group],
        "effort": _EFFORTS[place],
        "confidence": min(0.3 + 0.1 * len(group), 0.8),
    }


def _source(piece: Mapping[str, Any]) -> Mapping[str, Any]:
    source = piece.get("source")
    return source if isinstance(source, Mapping) else {}


def _short(value: Any) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else "something that was not said"
    return text if len(text) <= _QUOTE_CHARACTERS else f"{text[:_QUOTE_CHARACTERS]}…"
