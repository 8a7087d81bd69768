"""Whose an artifact is: the subject's of the run that made it, wherever it was linked since."""

from shared.errors import RunUnreadable
from shared.ports import RunStore
from shared.records.artifact import Artifact
from shared.records.run import Run


def is_of_subject(runs: RunStore, artifact: Artifact, run: Run) -> bool:
    """Whether the artifact is of the run's own subject; false where its maker cannot be read."""
    if artifact.run_id == run.id:
        return True
    try:
        maker = runs.get(artifact.run_id)
    except RunUnreadable:
        return False
    return maker is not None and maker.org_id == run.org_id and maker.subject == run.subject
