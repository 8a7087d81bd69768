"""What a new version of a record would change, counted by resource type.

Knows nothing of what the resources mean.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from shared.runs.canonical import canonical_json

Counts = dict[str, int]
Digests = Mapping[tuple[str, str], bytes]


def digests(resources: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], bytes]:
    """(type, id) -> sha256 of all that stands under it.

    What has no id is named by its own content.
    """
    found: dict[tuple[str, str], list[bytes]] = {}
    for resource in resources:
        digest = hashlib.sha256(canonical_json(resource)).digest()
        kind, identifier = resource.get("resourceType"), resource.get("id")
        name = identifier if isinstance(identifier, str) and identifier else digest.hex()
        found.setdefault((str(kind), name), []).append(digest)
    return {name: hashlib.sha256(b"".join(sorted(held))).digest() for name, held in found.items()}


def changes(before: Digests, after: Digests) -> dict[str, Counts]:
    """{added, removed, changed: {resource type: how many}}, types in the order of the alphabet."""
    return {
        "added": _by_type(name for name in after if name not in before),
        "removed": _by_type(name for name in before if name not in after),
        "changed": _by_type(
            name for name in after if name in before and after[name] != before[name]
        ),
    }


def _by_type(names: Iterable[tuple[str, str]]) -> Counts:
    return dict(sorted(Counter(kind for kind, _ in names).items()))
