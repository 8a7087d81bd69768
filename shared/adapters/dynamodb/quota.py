"""Per-caller quotas: a token bucket kept as one number, the time at which the bucket would be full
again.

That is the generic cell rate algorithm (ATM Forum TM 4.0): N requests at once, then one every
minute/N. One write a request, and none at all where no quota is set.
"""

from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.errors import RateLimited
from shared.ports import Clock
from shared.runs.timing import MINUTE, SECOND

_TRIES = 20


class DynamoQuota:
    """Implements shared.ports.Quota.

    `per_minute`: how many requests a caller may make at once and in a minute; 0 is no quota.
    """

    def __init__(self, table: Table, clock: Clock, per_minute: int) -> None:
        self._table, self._clock, self._per_minute = table, clock, per_minute

    def admit(self, org_id: str, person: str) -> None:
        """Take a token. Raises RateLimited with the seconds until there is one."""
        if self._per_minute <= 0:
            return
        interval = MINUTE // self._per_minute
        key = wire({"pk": keys.quota_pk(org_id, person), "sk": "Q"})
        for _ in range(_TRIES):
            now = self._clock.now_ms()
            full_at = self._take(key, "attribute_not_exists(pk) OR f <= :now", now, now + interval)
            if full_at is None:
                return
            over = full_at + interval - (now + self._per_minute * interval)
            if over > 0:
                raise RateLimited(-(-over // SECOND))
            if self._take(key, "f = :seen", now, full_at + interval, seen=full_at) is None:
                return
        raise RateLimited(1)

    def _take(
        self, key: Item, condition: str, now: int, full_at: int, seen: int | None = None
    ) -> int | None:
        """None when written; else when the bucket would be full again, as somebody else has left
        it.
        """
        values: dict[str, Any] = {":f": full_at, ":t": full_at // SECOND + 60}
        values |= {":now": now} if seen is None else {":seen": seen}
        refused = self._table.try_update(
            Key=key,
            UpdateExpression="SET f = :f, #t = :t",
            ConditionExpression=condition,
            ExpressionAttributeNames={"#t": "ttl"},
            ExpressionAttributeValues=wire(values),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        return None if refused is None else int(plain(refused).get("f", now))
