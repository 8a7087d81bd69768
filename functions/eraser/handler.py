"""SQS: executes the erasure that a doorbell message names, or looks at an organisation whose runs
are kept for a stated time. The only function that may delete what is kept.
"""

from typing import Any

from shared.bootstrap import services
from shared.bootstrap_eraser import eraser, retention
from shared.sqs.erasures import deliver_erasures


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Which messages must be delivered again. The event source hands over one at a time."""
    one, remaining = eraser(), context.get_remaining_time_in_millis
    return deliver_erasures(
        event["Records"],
        lambda run_id: one.execute(run_id, remaining),
        lambda org_id: retention().look(org_id, remaining),
        services().dead_letters.bury,
    )
