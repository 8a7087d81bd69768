"""Counts as GET /stats shows them."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator

from shared.errors import ValidationFailed
from shared.http.call import Call
from shared.http.models import MICRO
from shared.http.views import Json
from shared.runs.counting import day_of

MOST_DAYS = 92
DAYS = 30
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_HAPPENED = ("created", "succeeded", "failed", "cancelled")
_OPEN = ("queued", "running", "waiting")
Counts = Mapping[str, int]


def _real_day(text: str) -> str:
    if _DATE.fullmatch(text):
        with suppress(ValueError):  # there is no such day
            date.fromisoformat(text)
            return text
    raise ValueError("must be a day that there is, such as 2026-11-29")


Day = Annotated[str, AfterValidator(_real_day)]


def asked_days(call: Call, first: str | None, last: str | None) -> list[str]:
    """The days from first to last. Raises ValidationFailed when they are too many, or none."""
    today = date.fromisoformat(day_of(call.services.clock.now_ms()))
    end = date.fromisoformat(last) if last else max(today, _day(first) or today)
    start = _day(first) or end - timedelta(days=min(DAYS - 1, (end - date.min).days))
    number = (end - start).days + 1
    if number < 1:
        raise ValidationFailed.of("query.from", "must not be later than `to`")
    if number > MOST_DAYS:
        raise ValidationFailed.of("query.from", f"must be at most {MOST_DAYS} days before `to`")
    return [(start + timedelta(days=one)).isoformat() for one in range(number)]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def day_view(day: str, counts: Counts, workflow: str | None) -> Json:
    """One day; of one workflow only where one is asked for."""
    of = _by_workflow(counts, workflow)
    by_workflow = {name: _happened(own) for name, own in sorted(of.items())}
    return {
        "date": day,
        **{name: sum(own[name] for own in by_workflow.values()) for name in _HAPPENED},
        "cost_usd": sum(own.get("cost", 0) for own in of.values()) / MICRO,
        "by_workflow": by_workflow,
        "by_code": _words("code", of),
    }


def open_view(counts: Counts, workflow: str | None) -> Json:
    of = _by_workflow(counts, workflow)
    return {
        **{name: sum(own.get(name, 0) for own in of.values()) for name in _OPEN},
        "by_reason": _words("reason", of),
    }


def _by_workflow(counts: Counts, workflow: str | None) -> dict[str, dict[str, int]]:
    """workflow -> name (`failed`, or `code|LLM_ERROR`) -> number."""
    found: dict[str, dict[str, int]] = {}
    for name, number in counts.items():
        kind, own, *word = name.split("|")
        if workflow in (None, own):
            found.setdefault(own, {})["|".join([kind, *word])] = number
    return found


def _happened(own: Counts) -> Json:
    numbers = {name: own.get(name, 0) for name in _HAPPENED}
    return {**numbers, "cost_usd": own.get("cost", 0) / MICRO}


def _words(kind: str, of: Mapping[str, Counts]) -> dict[str, int]:
    """Numbers by failure code, or by reason, of all workflows together."""
    found: dict[str, int] = {}
    for own in of.values():
        for name, number in own.items():
            before, _, word = name.partition("|")
            if before == kind and word:
                found[word] = found.get(word, 0) + number
    return dict(sorted(found.items()))
