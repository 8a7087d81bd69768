"""The packing of artifacts, as far as it goes without a package index; `make sam-check` proves the
real thing.
"""

import json
from pathlib import Path

import pytest

from tools import sam_artifact

SO = "cpython-313-{}-linux-gnu.so"


def trees(tmp_path: Path, *names: list[str]) -> list[Path]:
    """A tree for each machine, with the compiled parts named; `{}` is the machine."""
    made = []
    for machine, parts in zip(sam_artifact.MACHINES, names, strict=True):
        (tmp_path / machine).mkdir()
        for part in parts:
            (tmp_path / machine / part.format(machine)).touch()
        made.append(tmp_path / machine)
    return made


def test_compiled_parts_that_name_their_machine_fit_side_by_side(tmp_path: Path) -> None:
    found = trees(tmp_path, [f"jiter.{SO}", "plain.py"], [f"jiter.{SO}", "plain.py"])
    sam_artifact.check_compiled_parts(found)
    assert {part.name for tree in found for part in tree.glob("*.so")} == {
        f"jiter.{SO.format(m)}" for m in sam_artifact.MACHINES
    }


@pytest.mark.parametrize(
    "names",
    [(["fast.abi3.so"], ["fast.abi3.so"]), ([f"fast.{SO}"], []), ([f"fast.{SO}"], [f"other.{SO}"])],
    ids=["same name on both", "missing on one", "different"],
)
def test_compiled_parts_that_would_hide_each_other_are_refused(
    tmp_path: Path, names: tuple[list[str], list[str]]
) -> None:
    with pytest.raises(sam_artifact.ArtifactError, match="do not fit side by side"):
        sam_artifact.check_compiled_parts(trees(tmp_path, *names))


def test_only_the_services_asked_for_are_kept(tmp_path: Path) -> None:
    for service in ("dynamodb", "ec2"):
        (tmp_path / service).mkdir()
    partition = {
        "partition": "aws",
        "defaults": {"protocols": ["https"]},
        "services": {"dynamodb": {"endpoints": {}}, "ec2": {}},
    }
    (tmp_path / "endpoints.json").write_text(json.dumps({"partitions": [partition], "version": 3}))
    sam_artifact.trim(tmp_path)
    kept = {
        "partitions": [{**partition, "services": {"dynamodb": {"endpoints": {}}}}],
        "version": 3,
    }
    assert json.loads((tmp_path / "endpoints.json").read_text()) == kept
    assert {path.name for path in tmp_path.iterdir()} == {"dynamodb", "endpoints.json"}


def test_without_a_directory_to_fill_nothing_is_built() -> None:
    with pytest.raises(sam_artifact.ArtifactError, match="ARTIFACTS_DIR"):
        sam_artifact.main([""])
