"""The offline composer: whole files for whatever is asked, and the faults that an intake may ask
for.
"""

import json
from typing import Any

import pytest

from local.model.answers import compose
from local.model.composers.orchestration import STAND_IN
from local.model.request import Call
from shared.records.money import TokenUsage
from shared.runs.model import ModelAnswer, StopReason
from shared.workflows.orchestration.answer import AgentAnswer, answer_schema, read_answer
from shared.workflows.orchestration.checks import MadeFile, Material, check_files
from shared.workflows.orchestration.profiles import Agent, Phase, known_profiles, profile
from shared.workflows.orchestration.prompt import (
    Commission,
    Source,
    shared_prompt,
    system_prompt,
    user_prompt,
)
from tests.unit.workflows.orchestration.studio import INTAKE

AWKWARD = (
    "\"Quote\" `tick` [link](nowhere.md) <tag> \n# head: - {a: b} 'x' \\ $HOME é \u2028 "
    + "long " * 200
)


def answer_to(phase: Phase, agent: Agent, intake: str | None, **more: Any) -> AgentAnswer:
    asked = Commission(
        profile("rest_api_service"),
        phase.phase,
        agent,
        intake,
        "Bread",
        more.pop("sources", ()),
        **more,
    )
    prompt = f"{shared_prompt(asked)}\n{user_prompt(asked)}"
    call = Call("m", system_prompt(), prompt, answer_schema(), 8_192, 1, True)
    reply = compose(call)
    assert reply.stop_reason == "end_turn"
    return read_answer(
        ModelAnswer(reply.text, "m", StopReason.COMPLETE, TokenUsage()), phase.phase, ()
    )


PLANNING = profile("rest_api_service").phase("planning")
PLANNER = PLANNING.agents[0]


@pytest.mark.parametrize("intake", [INTAKE, None, "", AWKWARD])
@pytest.mark.parametrize("name", known_profiles())
def test_every_expected_file_passes_every_check(name: str, intake: str | None) -> None:
    for phase in profile(name).phases:
        for agent in phase.agents:
            sources = (
                Source("planning/PRD.md", "prd", "# PRD"),
                Source("data/prepare.py", "code", ""),
            )
            made = answer_to(phase, agent, intake, sources=sources)
            files = [MadeFile(f"{phase.phase}/{file.path}", file.content) for file in made.files]
            expected = [f"{phase.phase}/{file.path}" for file in agent.files]
            known = frozenset([*expected, *(source.path for source in sources)])
            assert [file.path for file in files] == expected
            assert [
                one
                for one in check_files(phase.checks, Material(files, expected, known))
                if one.problems
            ] == []


def test_it_says_what_it_is_and_what_it_was_asked_for() -> None:
    made = answer_to(PLANNING, PLANNER, INTAKE)
    assert STAND_IN in made.notes
    for file in made.files:
        assert STAND_IN in file.content
        assert INTAKE[:40] in file.content


def test_the_same_request_has_the_same_answer() -> None:
    assert answer_to(PLANNING, PLANNER, INTAKE) == answer_to(PLANNING, PLANNER, INTAKE)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [("break", "expected_files"), ("leak", "no_credentials"), ("warn", "no_placeholders")],
)
@pytest.mark.parametrize("phase", profile("rest_api_service").phases, ids=lambda phase: phase.phase)
def test_an_intake_may_ask_for_a_fault_in_a_phase_once(phase: Phase, fault: str, rule: str) -> None:
    agent, intake = phase.agents[0], f"{INTAKE} [[offline: {fault} {phase.phase}]]"

    def failed(made: AgentAnswer) -> set[str]:
        files = [MadeFile(file.path, file.content) for file in made.files]
        material = Material(
            files, [file.path for file in agent.files], frozenset(file.path for file in files)
        )
        local = [spec for spec in phase.checks if spec.check != "links_resolve"]
        return {one.spec.check for one in check_files(local, material) if one.problems}

    assert failed(answer_to(phase, agent, intake)) == {rule}
    assert failed(answer_to(phase, agent, intake, findings=[])) == set()
    assert failed(answer_to(phase, agent, f"{INTAKE} [[offline: {fault} other]]")) == set()


def test_a_prompt_of_another_shape_makes_no_files() -> None:
    reply = compose(
        Call("m", "", "<phase_request>nothing</phase_request>", answer_schema(), 8_192, 1, True)
    )
    assert json.loads(reply.text)["files"] == []
