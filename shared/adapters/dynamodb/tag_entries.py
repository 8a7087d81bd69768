"""The entries by which lists find what bears a tag."""

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, wire
from shared.records.run import Run


def tag_items(run: Run) -> list[Item]:
    """An entry for each tag, beside the run, by which its lists find it."""
    org, creator = keys.organisation(run.org_id), keys.creator(run.org_id, run.created_by)
    return [
        wire(
            {
                "pk": keys.thing_pk(run.id),
                "sk": keys.tag_sk(tag, run.created_at),
                "o": keys.order(run.created_at, run.id),
                "g": keys.tagged(org, tag),
                "c": keys.tagged(creator, tag),
            }
        )
        for tag in dict.fromkeys(run.tags)
    ]
