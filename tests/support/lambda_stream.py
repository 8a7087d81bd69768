"""A table's stream as Lambda hands it over: in order, in batches, and some of it again."""

import json
import random
from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend
from moto.dynamodb.models.utilities import dynamo_json_dump

from tests.support.aws import REGION, Deployment

Record = dict[str, Any]


class Stream:
    """The one shard of a deployment's table."""

    def __init__(self, deployment: Deployment) -> None:
        tables = get_backend("dynamodb")["123456789012"][REGION].tables
        self._shard: Any = tables[deployment.name].stream_shard

    @property
    def shard(self) -> str:
        return str(self._shard.id)

    def records(self) -> list[Record]:
        """All that there is, as Lambda writes it."""
        return [json.loads(dynamo_json_dump(one.to_json())) for one in self._shard.items]

    def batches(self, chance: random.Random) -> Iterator[list[Record]]:
        """Everything once at least: a batch may come again, whole, halved, or grown."""
        records, start = self.records(), 0
        while start < len(records):
            end = start + chance.randint(1, 7)
            while chance.random() < 0.5:
                yield records[start : start + chance.randint(1, end - start)]
            yield records[start:end]
            if chance.random() < 0.3:
                yield records[chance.randint(0, start) : end]
            start = end
