"""A run's output, put together of what it names. Pure."""

from collections.abc import Callable
from typing import Any

from shared.records.run import PayloadRef, Run


def output_of(run: Run, read: Callable[[PayloadRef], Any]) -> Any:
    """The output as JSON, None for none. `read` gives what a reference of the run stands for.

    Where that is the artifact that the run made, the document stands beside the artifact's id,
    under the workflow's name.
    """
    if run.output is None:
        return None
    value = read(run.output)
    if not run.output.is_artifact:
        return value
    return {"artifact_id": run.made_artifact, run.workflow: value}
