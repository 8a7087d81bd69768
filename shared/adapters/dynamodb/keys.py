"""Every key string of the table, and nothing else.

Long because all of them stand in one file.

The access patterns are listed in docs/data-model.md.

Ids are packed (a UUID is 22 characters of base64url) because they stand in the hot item several
times.
"""

import base64
import binascii
import hashlib
import uuid
from urllib.parse import quote, unquote

from shared.ports import Scope
from shared.runs.due import OPEN_SHARDS

SUBJECT_INDEX, CREATOR_INDEX, ORG_INDEX, RARE_INDEX, OPEN_INDEX = (
    "by-subject",
    "by-creator",
    "by-org",
    "by-rare",
    "by-open",
)
THING_SK = "R"
_TAG_BYTES, _BULKS = 16, "B"


def pack(identifier: str) -> str:
    """A canonical UUID as `~` and 22 characters, anything else percent-encoded, so that `#` and `|`
    separate.
    """
    try:
        value = uuid.UUID(identifier)
    except ValueError:
        return _quoted(identifier)
    if str(value) != identifier:
        return _quoted(identifier)
    return "~" + base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")


def _quoted(text: str) -> str:
    """`quote` leaves `~` alone, which here says that a UUID follows."""
    return quote(text, safe="@.:-").replace("~", "%7E")


def unpack(packed: str) -> str:
    if packed.startswith("~"):
        return str(uuid.UUID(bytes=base64.urlsafe_b64decode(packed[1:] + "==")))
    return unquote(packed)


def thing_pk(run_id: str) -> str:
    """Where anything that a POST creates lives, whatever its kind: so a reused Idempotency-Key
    meets its first use.
    """
    return f"R#{pack(run_id)}"


def id_of(pk: str) -> str:
    """The id of what lives at such a key."""
    return unpack(pk.split("#")[1])


def payload_sk(gen: str, sha256: str) -> str:
    return f"P#{gen}#{base64.urlsafe_b64encode(binascii.unhexlify(sha256)).decode().rstrip('=')}"


LEDGER = "L#"


def reached_sk(step: str) -> str:
    """Beside an erasure: how far one of its steps has come."""
    return f"E#{step}"


def answer_sk(key: str) -> str:
    return f"{LEDGER}{key}"


def subject(org_id: str, kind: str, identifier: str) -> str:
    return f"S#{pack(org_id)}#{kind}#{pack(identifier)}"


def keys_of_run(run_id: str) -> str:
    """The Idempotency-Keys that were used for changes of a run."""
    return f"K#{pack(run_id)}"


def uploads_of(org_id: str, patient_id: str) -> str:
    return f"UP#{pack(org_id)}#{pack(patient_id)}"


def creator(org_id: str, person: str) -> str:
    return f"C#{pack(org_id)}#{pack(person)}"


def organisation(org_id: str) -> str:
    return f"G#{pack(org_id)}"


TAGS = "T#"
"""Beside a run: an entry for each of its tags, in the lists of the runs that bear it."""


def tag_sk(tag: str, created_at: int) -> str:
    """Of those who race to create a run, each has an entry of their own."""
    return f"{_tag(tag)}#{created_at:x}"


def tagged(partition: str, tag: str) -> str:
    """The part of an organisation's or creator's list that bears a tag."""
    return f"{_tag(tag)}#{partition}"


def bulks_by_tag(org_id: str, tag: str) -> str:
    """The bulks whose filter names a tag: an erasure takes it out of them."""
    return f"{_tag(tag)}#{_BULKS}#{pack(org_id)}"


def bulks_by_tag_entry(org_id: str, sk: str) -> str:
    """The same list, found from a run's entry of the tag."""
    return f"{sk.rpartition('#')[0]}#{_BULKS}#{pack(org_id)}"


def _tag(tag: str) -> str:
    """A tag may hold anything, and keys hold no text of people's."""
    digest = hashlib.sha256(tag.encode()).digest()[:_TAG_BYTES]
    return TAGS + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def rare(org_id: str, status: str) -> str:
    return f"X#{pack(org_id)}#{status}"


def open_shard(run_id: str) -> int:
    return uuid.UUID(run_id).bytes[-1] % OPEN_SHARDS


def due_partition(shard: int, gate: str | None) -> str:
    """A partition of the index of open runs: a shard's, or of what is parked at a gate.

    No gate's name is a number.
    """
    return f"{shard}" if gate is None else f"{gate}/{shard}"


GATES_PK = "GATES"
"""Under which the gates in use stand."""


def gate_sk(gate: str) -> str:
    return f"G#{gate}"


BULKS_DUE = "bulk"
"""The partition of the index of what is due in which bulks stand that go on. No gate bears it."""
WEBHOOKS = "D#"
WEBHOOK_SK = "W"
DELIVERY_SHARDS = 4


def webhook_pk(webhook_id: str) -> str:
    """Under which a webhook stands with its deliveries: the sender may touch such keys alone."""
    return f"{WEBHOOKS}{pack(webhook_id)}"


def delivery_sk(delivery_id: str) -> str:
    return f"M#{pack(delivery_id)}"


def webhooks_of_org(org_id: str) -> str:
    return f"HG#{pack(org_id)}"


def deliveries_of(webhook_id: str) -> str:
    return f"HD#{pack(webhook_id)}"


def deliveries_due(shard: int) -> str:
    """A partition of the index of what is due in which deliveries wait. No gate bears the name."""
    return f"delivery/{shard}"


def delivery_shard(webhook_id: str) -> int:
    return uuid.UUID(webhook_id).bytes[-1] % DELIVERY_SHARDS


PROVIDERS_PK = "PROVIDERS"
"""Under which every provider's model says whether it takes calls, by its gate's name."""
HEALTH_PK = "HEALTH"
"""Under which the sweeper writes down what it saw."""


def order(created_at: int, identifier: str) -> bytes:
    """Sorts by creation time, then id; 24 bytes."""
    return created_at.to_bytes(8, "big") + _uuid_of(identifier).bytes


def _uuid_of(identifier: str) -> uuid.UUID:
    """People's names need not be UUIDs; a list sorts them by one all the same."""
    try:
        return uuid.UUID(identifier)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_URL, identifier)


def from_order(value: bytes) -> tuple[int, str]:
    return int.from_bytes(value[:8], "big"), str(uuid.UUID(bytes=bytes(value[8:24])))


def position_after(sk: str | None) -> str | None:
    """A list's position behind an item, by its sort key; None at the end."""
    return None if sk is None else sk.encode().hex()


def sk_at(position: str | None) -> str | None:
    """The sort key that a position names; None for the list's beginning."""
    return None if position is None else bytes.fromhex(position).decode()


def of_scope(scope: Scope) -> tuple[str, str, str]:
    """(index, its partition attribute, the partition) of a list."""
    if scope.kind == "subject":
        kind, _, identifier = scope.key.partition("#")
        return SUBJECT_INDEX, "s", subject(scope.org_id, kind, identifier)
    if scope.kind == "creator":
        return CREATOR_INDEX, "c", _part(creator(scope.org_id, scope.key), scope)
    if scope.kind == "rare":
        return RARE_INDEX, "x", rare(scope.org_id, scope.key)
    return ORG_INDEX, "g", _part(organisation(scope.org_id), scope)


def _part(partition: str, scope: Scope) -> str:
    return partition if scope.tag is None else tagged(partition, scope.tag)


BUDGETS, SPENT = "S#", "U#"
BUDGETS_COUNTED = "budget/count"
"""The partition of the index of what is due in which budgets stand whose past is being counted. No
gate bears the name.
"""


def budgets_pk(org_id: str) -> str:
    return f"B#{pack(org_id)}"


def budget_sk(scope: str) -> str:
    """What is allowed."""
    return f"{BUDGETS}{pack(scope)}"


def spent_sk(scope: str, span: str) -> str:
    """What was spent of it in a span: a month, or `total`."""
    return f"{SPENT}{pack(scope)}#{span}"


def scope_of(sk: str) -> str:
    """Of either."""
    return unpack(sk.split("#")[1])


def span_of(sk: str) -> str:
    return sk.rpartition("#")[2]


def counts_pk(org_id: str) -> str:
    return f"N#{pack(org_id)}"


def counts_sk(day: str) -> str:
    """A day, or `open` for what is open now."""
    return f"D#{day}"


def day_of(sk: str) -> str:
    return sk.removeprefix("D#")


RETENTION_DUE = "retention"
"""The partition of the index of what is due in which organisations stand that keep runs for a
stated time.
"""


def organisation_pk(org_id: str) -> str:
    return f"O#{pack(org_id)}"


def organisation_of(pk: str) -> str:
    return unpack(pk.split("#")[1])


def quota_pk(org_id: str, person: str) -> str:
    return f"Q#{pack(org_id)}#{pack(person)}"


def patient_pk(org_id: str, patient_id: str) -> str:
    return f"P#{pack(org_id)}#{pack(patient_id)}"


def patient_of(pk: str) -> str:
    """The patient beside whom something stands."""
    return unpack(pk.split("#")[2])


RECORD_SK = "F"
"""Beside a patient: the version of their record that is in force."""
RECORD_END = "G"
"""Behind it and all its versions."""


def record_version_sk(version: int) -> str:
    return f"{RECORD_SK}#{version:08d}"


def assigned_sk(person: str) -> str:
    return f"C#{pack(person)}"


ENDED = "E#"
"""Beside a patient: assignments that have ended, in the order of their ends."""


def ended_sk(at: int, person: str) -> str:
    return f"{ENDED}{at:013d}#{pack(person)}"


def clinicians_of(org_id: str, patient_id: str) -> str:
    return f"PS#{pack(org_id)}#{pack(patient_id)}"


def patients_of_org(org_id: str) -> str:
    return f"PG#{pack(org_id)}"


def patients_of_clinician(org_id: str, person: str) -> str:
    return f"PC#{pack(org_id)}#{pack(person)}"


def patient_of_user(org_id: str, person: str) -> str:
    return f"PU#{pack(org_id)}#{pack(person)}"


def assessments_of(org_id: str, patient_id: str) -> str:
    return f"AP#{pack(org_id)}#{pack(patient_id)}"


def projects_of_org(org_id: str) -> str:
    return f"JG#{pack(org_id)}"


def projects_of_person(org_id: str, person: str) -> str:
    return f"JC#{pack(org_id)}#{pack(person)}"


def input_sk(version: int) -> str:
    """A project's inputs stand beside it, numbered."""
    return f"I#{version:08d}"
