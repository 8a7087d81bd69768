"""Profiles: what each phase of an orchestration asks of whom, which files it expects and which
checks it applies. Data, in JSON.

Read when first asked for and kept. A profile that changes gets a new version. Must never know a
run.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.workflows.definitions import ORCHESTRATION
from shared.workflows.orchestration.names import clean_path

ArtifactType = Literal["prd", "architecture", "code", "test", "data", "documentation", "other"]
CheckName = Literal[
    "expected_files",
    "not_empty",
    "parses",
    "no_credentials",
    "no_personal_data",
    "no_placeholders",
    "links_resolve",
]

_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=4_000, strip_whitespace=True)]
_FOLDER = Path(__file__).parent


class UnknownProfile(LookupError):
    """There is no profile of this name."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class ExpectedFile(_Part):
    """`path` is inside the phase's folder."""

    path: str
    type: ArtifactType
    description: _Text

    @model_validator(mode="after")
    def _clean(self) -> "ExpectedFile":
        if clean_path(self.path) != self.path:
            raise ValueError(f"{self.path} is not a clean relative path")
        return self


class Agent(_Part):
    """One model call of a phase. A second agent sees the first one's files."""

    agent_id: _Name
    prompt: _Text
    files: tuple[ExpectedFile, ...] = Field(min_length=1, max_length=8)


class CheckSpec(_Part):
    """A check, how much it counts, and whether its failure stops the run at the gate."""

    check: CheckName
    severity: Literal["blocking", "warning"]
    weight: int = Field(ge=1, le=10)

    @property
    def blocking(self) -> bool:
        return self.severity == "blocking"


class Phase(_Part):
    phase: str
    agents: tuple[Agent, ...] = Field(min_length=1, max_length=2)
    checks: tuple[CheckSpec, ...] = Field(min_length=1)

    @property
    def agent_ids(self) -> tuple[str, ...]:
        return tuple(agent.agent_id for agent in self.agents)

    @property
    def files(self) -> tuple[ExpectedFile, ...]:
        return tuple(file for agent in self.agents for file in agent.files)

    @model_validator(mode="after")
    def _once_each(self) -> "Phase":
        named: dict[str, list[str]] = {
            "agent": list(self.agent_ids),
            "file": [file.path.casefold() for file in self.files],
            "check": [check.check for check in self.checks],
        }
        for kind, names in named.items():
            if len(set(names)) < len(names):
                raise ValueError(f"{self.phase} names the same {kind} twice")
        # A phase that passes its gate has made files, so that what a later round makes can take
        # their place.
        if not any(check.check == "expected_files" and check.blocking for check in self.checks):
            raise ValueError(f"{self.phase} must have expected_files as a blocking check")
        return self


class Profile(_Part):
    name: _Name
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    title: _Text
    description: _Text
    phases: tuple[Phase, ...]

    @model_validator(mode="after")
    def _all_phases(self) -> "Profile":
        if tuple(phase.phase for phase in self.phases) != ORCHESTRATION.steps:
            raise ValueError(f"phases must be {', '.join(ORCHESTRATION.steps)}, in this order")
        return self

    def phase(self, name: str) -> Phase:
        return self.phases[ORCHESTRATION.steps.index(name)]


@cache
def known_profiles() -> tuple[str, ...]:
    """Their names, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


@cache
def profile(name: str) -> Profile:
    """Raises UnknownProfile."""
    if name not in known_profiles():
        raise UnknownProfile(name)
    return Profile.model_validate_json((_FOLDER / f"{name}.json").read_bytes())
