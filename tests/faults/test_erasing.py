"""The fault search over an erasure with a run in flight: all single faults and a sample of pairs.

`python -m tests.faults.erasing` plays every pair.
"""

from collections.abc import Iterator
from itertools import islice
from unittest.mock import patch

import pytest

from shared.ports import Scope, Unreadable
from shared.records.run import Run
from shared.runs.timing import MINUTE
from shared.workflows.erasure import workflow
from shared.workflows.erasure.walk import Walk
from tests.faults.erasing import broken, interruptions, play, sampled_pairs, strikes
from tests.support.workflows import register


@pytest.fixture(autouse=True)
def _workflows(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


def told(found: list[object]) -> str:
    return "\n".join(f"python -m tests.faults.erasing {one}" for one in found[:5])


def test_an_erasure_completes_wherever_it_meets_a_run() -> None:
    found = broken(interruptions())
    assert not found, told(list(found))


def test_no_single_fault_of_the_eraser_leaves_anything() -> None:
    found = broken(strikes("-1"))
    assert not found, told(list(found))


def test_no_sampled_pair_leaves_anything() -> None:
    found = broken(sampled_pairs(6))
    assert not found, told(list(found))


def test_an_eraser_that_does_not_wait_is_found() -> None:
    found = broken(interruptions(), patience=-MINUTE)
    assert any("nothing of the patient is left" in one.violations for one in found)


def test_an_eraser_that_sums_up_after_it_has_removed_is_found() -> None:
    honest = workflow.erase_run

    def hasty(runs, kept, row, org_id, now, usage_of):  # type: ignore[no-untyped-def]
        kept.remove(kept.of_run(org_id, row.id), now)
        honest(runs, kept, row, org_id, now, usage_of)

    def names() -> Iterator[str]:
        yield from interruptions()

    with patch.object(workflow, "erase_run", hasty):
        found = broken(names())
    assert any("what was spent" in one for outcome in found for one in outcome.violations)


def test_an_eraser_that_notes_what_it_has_not_done_yet_is_found() -> None:
    def hasty(self: Walk) -> Iterator[Run | Unreadable]:
        scope = Scope.of_subject(self.ctx.run.org_id, self.ctx.run.subject)
        while not self.noted.get("runs_done"):
            page = self.runs.page(scope, self.noted.get("runs_after"), self.at_once)
            self.noted["runs_after"], self.noted["runs_done"] = page.position, not page.position
            self._note()
            yield from (row for row in page.rows if getattr(row, "workflow", "") != "erasure")

    with patch.object(Walk, "rows", hasty):
        found = broken(islice((one for one in strikes("-1") if one.endswith("=die")), 0, None, 3))
    assert {"the receipt counts what was there", "nothing of the patient is left"} <= {
        one.partition(":")[0] for outcome in found for one in outcome.violations
    }


def test_a_history_is_made_of_its_name_alone() -> None:
    assert play("9/20=die") == play("9/20=die")
