"""Retention over the wire: what is past its time is counted, then erased; the rest stands."""

import json
from typing import Any

import pytest

from tests.support.care import Ward
from tests.support.raw_stores import RawStores
from tests.support.routes import BUNDLE
from tests.support.witness import CLOCK, needs_local

pytestmark = pytest.mark.rule("R-RETAIN-1")
DAY = 86_400


def keep(ward: Ward, days: int | None) -> Any:
    answer = ward.client.call("PATCH", "/organisation", {"retention_days": days}, "admin")
    return answer.data["organisation"]["retention_due"]


@needs_local(CLOCK)
def test_what_is_past_its_time_is_counted_and_erased(calendar: Ward) -> None:
    ward, marker = calendar, "canary-of-old"
    named = json.loads(json.dumps(BUNDLE))
    named["entry"][0]["resource"]["name"] = [{"family": marker}]
    assert ward.record(named).status == 200
    ward.client.call("PUT", f"/api/patients/{ward.patient}", {"label": marker}, "admin")
    old = ward.create(wait=20, tags=[marker], input_config={marker: marker}).data["run"]["id"]
    ward.advance(3 * DAY)
    new = ward.create(wait=20, tags=["stays"]).data["run"]["id"]
    assert keep(ward, 2)["runs"] >= 1
    ward.advance(900)
    assert ward.run(old)["erased_at"] is not None
    assert ward.run(new)["tags"] == ["stays"]
    assert ward.retry(old).code == "ERASED"
    ward.unassign("clinician")
    for _ in range(12):  # an hour's look each, and a request takes a minute and a half at most
        ward.advance(DAY // 4)
    due = ward.client.call("GET", "/organisation", None, "admin").data["organisation"]
    assert due["retention_due"] == {"runs": 0, "patients": 0}
    assert marker not in RawStores.of(ward).everything()
    assert ward.client.call("GET", f"/api/patients/{ward.patient}", None, "admin").status == 200
    assert ward.assign("clinician").status == 200
    assert ward.record(BUNDLE).data["record"]["version"] == 1
    keep(ward, None)
