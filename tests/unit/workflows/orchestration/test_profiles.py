"""The profiles as data: they validate, say which version they are, and name only checks and files
that can be.
"""

import copy
import json
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from shared.runs.canonical import canonical_json, sha256_hex
from shared.workflows.definitions import ORCHESTRATION
from shared.workflows.orchestration import profiles
from shared.workflows.orchestration.checks import CHECKS
from shared.workflows.orchestration.names import artifact_type
from shared.workflows.orchestration.profiles import (
    ArtifactType,
    CheckName,
    Profile,
    UnknownProfile,
    known_profiles,
    profile,
)

FOLDER = Path(profiles.__file__).parent
# Whoever changes a profile gives it a new version and puts its hash here.
KNOWN = {
    ("analytics_forecast_app", "1.0.0"): "1a74f7343c00e296",
    ("data_pipeline", "1.0.0"): "5a434f1459607346",
    ("rest_api_service", "1.0.0"): "d10b7c9304090977",
}


def raw(name: str = "analytics_forecast_app") -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return read


def test_the_known_profiles_are_the_files() -> None:
    assert known_profiles() == ("analytics_forecast_app", "data_pipeline", "rest_api_service")
    assert [profile(name).name for name in known_profiles()] == list(known_profiles())


def test_a_profile_and_its_version_change_together() -> None:
    found = {
        (name, raw(name)["version"]): sha256_hex(canonical_json(raw(name)))[:16]
        for name in known_profiles()
    }
    assert found == KNOWN


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nope",
        "../profiles/analytics_forecast_app",
        "analytics_forecast_app.json",
        "ANALYTICS_FORECAST_APP",
    ],
)
def test_an_unknown_profile_is_none(name: str) -> None:
    with pytest.raises(UnknownProfile):
        profile(name)


def test_every_check_and_type_that_a_profile_may_name_exists() -> None:
    assert set(get_args(CheckName)) == set(CHECKS)
    assert {
        artifact_type(path)
        for path in ("PRD.md", "architecture.md", "a.py", "tests/a.py", "a.json", "a.md", "a.bin")
    } == set(get_args(ArtifactType))


@pytest.mark.parametrize("name", known_profiles())
def test_every_phase_has_agents_files_and_all_checks(name: str) -> None:
    chosen = profile(name)
    assert [phase.phase for phase in chosen.phases] == list(ORCHESTRATION.steps)
    assert chosen.phase("planning").agent_ids == ("planner",)
    for phase in chosen.phases:
        assert {check.check for check in phase.checks} == set(CHECKS)
        assert all(agent.files for agent in phase.agents)
        # They stand in the run's hot item, phase by phase.
        assert len(canonical_json({"agents": phase.agent_ids, "files": 24})) < 120


def _drop_phase(data: Any) -> None:
    data["phases"].pop()


def _swap_phases(data: Any) -> None:
    data["phases"].reverse()


def _climb(data: Any) -> None:
    data["phases"][0]["agents"][0]["files"][0]["path"] = "../PRD.md"


def _repeat_file(data: Any) -> None:
    files = data["phases"][0]["agents"][0]["files"]
    files.append({**files[0], "path": files[0]["path"].upper()})


def _repeat_agent(data: Any) -> None:
    agents = data["phases"][0]["agents"]
    agents.append(
        {**agents[0], "files": [{"path": "other.md", "type": "other", "description": "x"}]}
    )


def _unknown_check(data: Any) -> None:
    data["phases"][0]["checks"][0]["check"] = "is_pretty"


def _repeat_check(data: Any) -> None:
    data["phases"][0]["checks"].append(data["phases"][0]["checks"][0])


def _only_warn_of_missing_files(data: Any) -> None:
    data["phases"][0]["checks"][0]["severity"] = "warning"


def _weightless(data: Any) -> None:
    data["phases"][0]["checks"][0]["weight"] = 0


def _unknown_type(data: Any) -> None:
    data["phases"][0]["agents"][0]["files"][0]["type"] = "poem"


def _extra(data: Any) -> None:
    data["phases"][0]["agents"][0]["temperature"] = 1


def _no_version(data: Any) -> None:
    del data["version"]


def _three_agents(data: Any) -> None:
    agent = data["phases"][0]["agents"][0]
    data["phases"][0]["agents"] = [
        {
            **agent,
            "agent_id": f"agent_{n}",
            "files": [{"path": f"{n}.md", "type": "other", "description": "x"}],
        }
        for n in range(3)
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        _drop_phase, _swap_phases, _climb, _repeat_file, _repeat_agent, _unknown_check,
        _repeat_check, _only_warn_of_missing_files,
        _weightless, _unknown_type, _extra, _no_version, _three_agents,
    ],
)  # fmt: skip
def test_a_profile_that_cannot_work_is_refused(spoil: Any) -> None:
    data = copy.deepcopy(raw())
    Profile.model_validate_json(json.dumps(data))
    spoil(data)
    with pytest.raises(ValidationError):
        Profile.model_validate_json(json.dumps(data))
