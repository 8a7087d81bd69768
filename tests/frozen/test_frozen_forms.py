"""What a release has written is read, moved and ended by every later version; and what a version
later still has added is not lost by it.

A new stored attribute must be added in a new frozen set: `python -m tests.frozen VERSION`.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.run_attributes import ATTRIBUTES
from shared.adapters.dynamodb.run_codec import run_key
from shared.records.money import NO_USAGE
from shared.records.run import Dispatch, Run, Status, StepRecord
from shared.runs import transitions
from shared.runs.changes import Change
from shared.runs.timing import HOUR, MINUTE, Timing
from tests.contract.worlds import RealAdapters
from tests.fakes.world import MORNING
from tests.frozen import forms, sets
from tests.frozen.forms import REF, RUNS
from tests.support.aws import in_process_aws
from tests.support.samples import CLINICIAN

VERSIONS = sets.names()
NOW = MORNING + 2 * HOUR
EACH = pytest.mark.parametrize("version", VERSIONS)
ADDED = {"zz": {"M": {"of": {"S": "a later version"}}}}
"""An attribute that no version knows."""


Move = Callable[[Run], Change]


@pytest.fixture(scope="module", params=VERSIONS)
def restored(request: pytest.FixtureRequest) -> Iterator[tuple[str, RealAdapters]]:
    with in_process_aws() as clients:
        real = RealAdapters(clients)
        sets.restore(real, sets.load(request.param))
        yield request.param, real


@pytest.fixture(scope="module")
def real() -> Iterator[RealAdapters]:
    with in_process_aws() as clients:
        yield RealAdapters(clients)


@lru_cache(maxsize=1)
def written_now() -> sets.Set:
    with in_process_aws() as clients:
        return sets.as_written_now(RealAdapters(clients))


def test_every_frozen_item_is_read_as_it_was_meant(restored: tuple[str, RealAdapters]) -> None:
    version, real = restored
    frozen = sets.load(version)["reads"]
    assert list(sets.missing(frozen, sets.readings(real, frozen))) == []


def test_a_new_stored_attribute_must_be_added_in_a_new_frozen_set() -> None:
    """Otherwise no later version would be held to reading it."""
    now = sets.attributes(written_now()["items"])
    frozen = {name for v in VERSIONS for name in sets.attributes(sets.load(v)["items"])}
    assert now <= frozen, (
        f"{sorted(now - frozen)} are new: add a value to tests/frozen/forms.py and freeze them "
        "with the version that writes them: python -m tests.frozen VERSION"
    )


def test_every_store_of_the_table_has_its_forms_here(real: RealAdapters) -> None:
    stores = [
        name
        for name, held in vars(real).items()
        if type(held).__module__.startswith("shared.adapters") and hasattr(held, "_table")
    ]
    text = Path(forms.__file__).read_text("utf-8")
    assert len(stores) > 10
    assert [name for name in stores if f"real.{name}." not in text] == []


def test_every_attribute_of_a_run_and_every_kind_of_key_stands_in_the_frozen_sets() -> None:
    items = [item for v in VERSIONS for item in sets.load(v)["items"]["main"]]
    of_runs = {name for item in items if "ge" in item for name in item}
    assert {attribute.name for attribute in ATTRIBUTES.values()} <= of_runs, (
        "give each a value in tests/frozen/forms.py, and freeze it with the version that writes it"
    )
    prefixes = {item["pk"]["S"].partition("#")[0] for item in items}
    text = Path(keys.__file__).read_text("utf-8")
    known = set(re.findall(r'def \w+_pk\([^\n]*\n(?:    """[^"]*"""\n)?    return f"(\w)#', text))
    known |= {keys.GATES_PK, keys.PROVIDERS_PK, keys.HEALTH_PK}
    assert known <= prefixes, f"{sorted(known - prefixes)} stand in no frozen set"


@EACH
@pytest.mark.parametrize("name", RUNS)
def test_additions_of_a_later_version_outlive_what_this_one_does(
    real: RealAdapters, version: str, name: str
) -> None:
    """Read, moved, ended, retried: what this version does not know of a run stays where it is."""
    frozen = next(item for item in _runs(version) if item["pk"] == run_key(RUNS[name].id)["pk"])
    real.table.put(_with_additions(frozen))
    before = real.runs.get(RUNS[name].id)
    assert before is not None
    _expect_equal(before, version, name)
    run = before
    for move in _moves(before):
        run = real.runs.apply(move(run))
    after = real.table.get(run_key(run.id))
    assert after is not None
    assert run.is_terminal
    assert after["zz"] == ADDED["zz"]
    assert after["h"]["L"][: len(frozen["h"]["L"])] == _with_additions(frozen)["h"]["L"]
    for step, value in _with_additions(frozen)["sp"]["M"].items():
        assert after["sp"]["M"][step]["M"].items() >= value["M"].items() or step in run.steps


def _runs(version: str) -> list[Any]:
    held = sets._bytes(sets.load(version)["items"]["main"])
    return [item for item in held if "ge" in item]


def _with_additions(item: Any) -> Any:
    """The item as a later version might have left it."""
    history = [{"S": _lengthened(entry["S"])} for entry in item["h"]["L"]]
    steps = {name: {"M": {**step["M"], **ADDED}} for name, step in item["sp"]["M"].items()}
    return {**item, **ADDED, "h": {"L": history}, "sp": {"M": steps}}


def _lengthened(entry: str) -> str:
    """A history entry with a ninth field."""
    return f"{entry}{'|' * (8 - entry.count('|'))}of a later version"


def _expect_equal(run: Run, version: str, name: str) -> None:
    frozen = sets.load(version)["reads"].get(f"run {name}")
    assert list(sets.missing(frozen, sets.plain(run))) == []


def _moves(run: Run) -> list[Move]:
    """On to an end, and back from it where that is possible."""
    if run.status is Status.RUNNING:
        return [_checkpoint, _complete]
    if run.status is Status.QUEUED and run.gate is None and run.dispatch is Dispatch.MANUAL:
        return [_cancel]
    if run.status in (Status.SUCCEEDED, Status.CANCELLED):
        return []
    return [_to_the_worker, _claim, _checkpoint, _complete]


def _to_the_worker(run: Run) -> Change:
    if run.status is Status.FAILED:
        return transitions.retry(run, CLINICIAN, NOW, "retry", Timing())
    if run.status is Status.WAITING:
        return transitions.advance(run, CLINICIAN, NOW, "go", skip_validation=False)
    if run.gate is not None:
        return transitions.unpark(run, NOW, Timing())
    return transitions.execute(run, CLINICIAN, NOW, "ask", Timing())


def _claim(run: Run) -> Change:
    return transitions.claim(run.id, NOW, NOW + MINUTE, "claim9", {run.workflow})


def _checkpoint(run: Run) -> Change:
    return transitions.checkpoint(
        run, NOW, "c", "one", StepRecord(REF), lease_until=NOW, usage=NO_USAGE
    )


def _complete(run: Run) -> Change:
    return transitions.complete(run, NOW, "end", "two", StepRecord(REF), output=REF, usage=NO_USAGE)


def _cancel(run: Run) -> Change:
    return transitions.cancel(run, CLINICIAN, NOW, "stop")
