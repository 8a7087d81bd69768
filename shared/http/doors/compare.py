"""Two runs side by side."""

from collections.abc import Mapping
from typing import Any

from shared.http.authorize import is_staff
from shared.http.call import Call
from shared.http.doors.assessment import context_pack
from shared.http.views import Json, run_view
from shared.records.run import Run
from shared.runs.json_patch import json_patch


def comparison(call: Call, a: Run, b: Run) -> Json:
    """What differs, as patches from `a` to `b`; null for what the caller may not see."""
    first, second = run_view(call, a), run_view(call, b)
    staff = is_staff(call.caller)
    return {
        "a": a.id,
        "b": b.id,
        "input": json_patch(first["input"], second["input"]) if staff else None,
        "pack": json_patch(context_pack(call, a), context_pack(call, b)) if staff else None,
        "output": json_patch(first["output"], second["output"]),
        "usage": {"a": first["usage"], "b": second["usage"]},
        "steps": _side_by_side(first["steps"], second["steps"]),
    }


def _side_by_side(a: list[Json], b: list[Json]) -> list[Json]:
    """Steps of the same name in one row, in the order of the first run, then of the second."""
    of_a, of_b = ({step["name"]: step for step in steps} for steps in (a, b))
    return [
        {"name": name, "a": _figures(of_a.get(name)), "b": _figures(of_b.get(name))}
        for name in dict.fromkeys([*of_a, *of_b])
    ]


def _figures(step: Mapping[str, Any] | None) -> Json | None:
    kept = ("status", "attempt", "started_at", "completed_at", "duration_seconds", "usage")
    return None if step is None else {name: step[name] for name in kept if name in step}
