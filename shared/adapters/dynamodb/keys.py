"""Every key string of the table, and nothing else. The access patterns are listed in docs/data-model.md.

Ids are packed (a UUID is 22 characters of base64url) because they stand in the hot item several times.
"""

import base64
import binascii
import uuid
from urllib.parse import quote, unquote

from shared.ports import Scope

SUBJECT_INDEX, CREATOR_INDEX, ORG_INDEX, RARE_INDEX, OPEN_INDEX = "by-subject", "by-creator", "by-org", "by-rare", "by-open"
OPEN_SHARDS = 4
THING_SK = "R"


def pack(identifier: str) -> str:
    """A canonical UUID as `~` and 22 characters, anything else percent-encoded, so that `#` and `|` separate."""
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
    """Where anything that a POST creates lives, whatever its kind: so a reused Idempotency-Key meets its first use."""
    return f"R#{pack(run_id)}"


def id_of(pk: str) -> str:
    """The id of what lives at such a key."""
    return unpack(pk.split("#")[1])


def payload_sk(gen: str, sha256: str) -> str:
    return f"P#{gen}#{base64.urlsafe_b64encode(binascii.unhexlify(sha256)).decode().rstrip('=')}"


LEDGER = "L#"


def answer_sk(key: str) -> str:
    return f"{LEDGER}{key}"


def subject(org_id: str, kind: str, identifier: str) -> str:
    return f"S#{pack(org_id)}#{kind}#{pack(identifier)}"


def creator(org_id: str, person: str) -> str:
    return f"C#{pack(org_id)}#{pack(person)}"


def organisation(org_id: str) -> str:
    return f"G#{pack(org_id)}"


def rare(org_id: str, status: str) -> str:
    return f"X#{pack(org_id)}#{status}"


def open_shard(run_id: str) -> str:
    return str(uuid.UUID(run_id).bytes[-1] % OPEN_SHARDS)


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


def of_scope(scope: Scope) -> tuple[str, str, str]:
    """(index, its partition attribute, the partition) of a list."""
    if scope.kind == "subject":
        kind, _, identifier = scope.key.partition("#")
        return SUBJECT_INDEX, "s", subject(scope.org_id, kind, identifier)
    if scope.kind == "creator":
        return CREATOR_INDEX, "c", creator(scope.org_id, scope.key)
    if scope.kind == "rare":
        return RARE_INDEX, "x", rare(scope.org_id, scope.key)
    return ORG_INDEX, "g", organisation(scope.org_id)


def link_sk(run_id: str) -> str:
    return f"L#{pack(run_id)}"


def quota_pk(org_id: str, person: str) -> str:
    return f"Q#{pack(org_id)}#{pack(person)}"


def patient_pk(org_id: str, patient_id: str) -> str:
    return f"P#{pack(org_id)}#{pack(patient_id)}"


def assigned_sk(person: str) -> str:
    return f"C#{pack(person)}"


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
