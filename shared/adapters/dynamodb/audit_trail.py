"""AuditTrail over a DynamoDB table of its own, to which functions may only add.

A look at one patient or run is one item. A look at several (a list) is an item for each of them,
written in one transaction of puts, so that the entry stands whole or not at all: it needs no other
permission than PutItem, and the trail can be read as soon as the answer is there.
"""

from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.adapters.dynamodb.table import Table
from shared.records.audit import About, AuditEntry, AuditQuery, Look, Outcome

BY_PATIENT, BY_PERSON, BY_RUN = "by-patient", "by-person", "by-run"
_DAY = 86_400_000
_END = 10**13 - 1
_MOST_EXAMINED, _PAGE = 1_000, 100
_TRANSACTION = 100
"""Puts that one transaction takes."""


class DynamoAuditTrail:
    """Implements shared.ports.AuditTrail. `retention_days`: how long an entry is kept."""

    def __init__(self, table: Table, retention_days: int) -> None:
        self._table, self._kept = table, retention_days * _DAY

    def write(self, entry: AuditEntry) -> None:
        items = [self._item(entry, about, place) for place, about in enumerate(entry.about)]
        if len(items) == 1:
            self._table.put_new(items[0])
            return
        for start in range(0, len(items), _TRANSACTION):
            self._table.put_all_new(items[start : start + _TRANSACTION])

    def looks(
        self, query: AuditQuery, position: str | None, limit: int
    ) -> tuple[list[Look], str | None]:
        """Newest first; the position after the last one, None at the end.

        A page may be short and still have a next one.
        """
        if query.since is not None and query.until is not None and query.since >= query.until:
            return [], None
        index, attribute, partition = _index_of(query)
        found: list[Look] = []
        end = keys.sk_at(position)
        for _ in range(_MOST_EXAMINED // _PAGE):
            items, after = self._table.query_order(
                index,
                (attribute, partition),
                first=f"{query.since or 0:013d}",
                end=end or f"{_END if query.until is None else query.until:013d}",
                limit=_PAGE - 1,  # it looks one further
            )
            for number, item in enumerate(items, 1):
                if _matches(look := _look(item), query):
                    found.append(look)
                if len(found) == limit:
                    end = after if number == len(items) else item["sk"]["S"]
                    return found, keys.position_after(end)
            end = after
            if end is None:
                break
        return found, keys.position_after(end)

    # --- writing ---------------------------------------------------------------------------------

    def _item(self, entry: AuditEntry, about: About, place: int) -> Item:
        org, (patient, run_id) = keys.pack(entry.org_id), about
        values = {
            "pk": org,
            "sk": _order(entry, place),
            "p": f"{org}#{keys.pack(patient)}",
            "u": f"{org}#{keys.pack(entry.person)}",
            **({"r": f"{org}#{keys.pack(run_id)}", "rn": keys.pack(run_id)} if run_id else {}),
            **self._said(entry),
        }
        return wire(values)

    def _said(self, entry: AuditEntry) -> dict[str, Any]:
        return {
            "by": keys.pack(entry.person),
            "ro": " ".join(entry.roles),
            "ac": entry.action,
            "oc": entry.outcome.value,
            "rq": entry.request_id,
            "ttl": (entry.at + self._kept) // 1_000,
        }


def _order(entry: AuditEntry, place: int) -> str:
    """Sorts by time; one request's entries differ by their place."""
    return f"{entry.at:013d}#{keys.pack(entry.request_id)}#{place}"


def _index_of(query: AuditQuery) -> tuple[str | None, str, str]:
    """(index, its partition attribute, the partition) with the fewest entries that hold all that is
    asked for.
    """
    org = keys.pack(query.org_id)
    if query.run_id is not None:
        return BY_RUN, "r", f"{org}#{keys.pack(query.run_id)}"
    if query.patient_id is not None:
        return BY_PATIENT, "p", f"{org}#{keys.pack(query.patient_id)}"
    if query.person is not None:
        return BY_PERSON, "u", f"{org}#{keys.pack(query.person)}"
    return None, "pk", org


def _matches(look: Look, query: AuditQuery) -> bool:
    return query.patient_id in (None, look.patient_id) and query.person in (None, look.person)


def _look(item: Item) -> Look:
    v = plain(item)
    return Look(
        at=int(v["sk"].partition("#")[0]),
        person=keys.unpack(v["by"]),
        roles=tuple(v["ro"].split()),
        action=v["ac"],
        patient_id=keys.unpack(v["p"].partition("#")[2]),
        run_id=keys.unpack(v["rn"]) if "rn" in v else None,
        outcome=Outcome(v["oc"]),
        request_id=v["rq"],
    )
