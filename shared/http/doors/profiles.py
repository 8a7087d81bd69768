"""A profile as GET /profiles shows it. Prompts are not shown."""

from shared.http.views import Json
from shared.workflows.orchestration.profiles import Phase, Profile


def profile_view(profile: Profile) -> Json:
    return {
        "name": profile.name,
        "title": profile.title,
        "description": profile.description,
        "version": profile.version,
        "phases": [_phase(phase) for phase in profile.phases],
    }


def _phase(phase: Phase) -> Json:
    return {
        "phase": phase.phase,
        "agents": list(phase.agent_ids),
        "files": [file.path for file in phase.files],
        "checks": [check.check for check in phase.checks],
    }
