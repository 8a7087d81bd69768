"""The frozen sets: items, objects and readings of a version, as JSON beside this module."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from tests.contract.worlds import RealAdapters
from tests.frozen.forms import READS, write

HERE = Path(__file__).parent
BYTES = "base64"
Set = dict[str, Any]


def names() -> list[str]:
    """The versions that have a frozen set, oldest first."""
    return sorted(
        (file.stem for file in HERE.glob("*.json")),
        key=lambda name: [int(part) for part in name.split(".")],
    )


def path(version: str) -> Path:
    return HERE / f"{version}.json"


def load(version: str) -> Set:
    held: Set = json.loads(path(version).read_text("utf-8"))
    return held


def as_written_now(real: RealAdapters) -> Set:
    """What today's code writes, and reads of it."""
    write(real)
    items = {table: sorted(_items(real, table), key=_place) for table in ("main", "audit")}
    objects = {name: plain(data) for name, data in _objects(real)}
    return {"items": items, "objects": objects, "reads": readings(real, READS)}


def readings(real: RealAdapters, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What today's code reads under these names."""
    return {name: plain(READS[name](real)) for name in wanted}


def plain(value: Any) -> Any:
    """A value as JSON holds it: records as objects, bytes as base64."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, bytes):
        return {BYTES: base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {str(name): plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _table(real: RealAdapters, table: str) -> str:
    return real.name if table == "main" else real.audit_name


def _items(real: RealAdapters, table: str) -> Iterator[Any]:
    pages = real.clients.dynamodb.get_paginator("scan").paginate(TableName=_table(real, table))
    for found in pages:
        yield from (plain(item) for item in found["Items"])


def _place(item: Any) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _objects(real: RealAdapters) -> Iterator[tuple[str, bytes]]:
    s3 = real.clients.s3
    for found in sorted(
        s3.list_objects_v2(Bucket=real.name).get("Contents", []), key=lambda one: one["Key"]
    ):
        yield found["Key"], s3.get_object(Bucket=real.name, Key=found["Key"])["Body"].read()


def restore(real: RealAdapters, frozen: Set) -> None:
    """Put a frozen set back, as it was written then."""
    for table, items in frozen["items"].items():
        for item in items:
            real.clients.dynamodb.put_item(TableName=_table(real, table), Item=_bytes(item))
    for name, data in frozen["objects"].items():
        real.clients.s3.put_object(Bucket=real.name, Key=name, Body=_bytes(data))


def _bytes(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {BYTES}:
            return base64.b64decode(value[BYTES])
        return {name: _bytes(held) for name, held in value.items()}
    return [_bytes(held) for held in value] if isinstance(value, list) else value


def missing(frozen: Any, now: Any, where: str = "") -> Iterator[str]:
    """Where what is read now differs from what was read then. A field that is new may be there."""
    if isinstance(frozen, dict) and isinstance(now, dict):
        for name, held in frozen.items():
            yield from missing(held, now.get(name), f"{where}/{name}")
    elif isinstance(frozen, list) and isinstance(now, list) and len(frozen) == len(now):
        for place, (held, found) in enumerate(zip(frozen, now, strict=True)):
            yield from missing(held, found, f"{where}/{place}")
    elif frozen != now:
        yield f"{where}: {frozen!r} became {now!r}"


def attributes(items: Mapping[str, Any]) -> set[str]:
    """`kind: attribute` of everything in a set, nested names of a step included."""
    found = set()
    for table, held in items.items():
        for item in held:
            kind = _kind(table, item)
            found |= {f"{kind}: {_fixed(name)}" for name in item}
            for step in item.get("sp", {}).get("M", {}).values():
                found |= {f"{kind}: sp.{name}" for name in step["M"]}
    return found


def _kind(table: str, item: Any) -> str:
    named = item.get("k", {}).get("S", "run" if "ge" in item else "")
    return f"{table} {item['pk']['S'][0]} {item['sk']['S'].rstrip('0123456789')[:2]} {named}"


def _fixed(name: str) -> str:
    """An attribute's name without what is a call's, a count's or a shard's in it."""
    return next((mark for mark in ("h:", "#", "@") if name.startswith(mark)), name)
