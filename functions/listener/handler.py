"""The table's stream: hears every write and counts it."""

from typing import Any

from shared.adapters.dynamodb.stream_records import told
from shared.bootstrap import services


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Records of one shard, in their order; all or, by an error, none of them are taken in.

    The event source has a window only because then it names the shard; no state is kept in it.
    """
    services().listener.hear(event.get("shardId"), told(event.get("Records", [])))
    return {"state": {}, "batchItemFailures": []}
