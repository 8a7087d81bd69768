"""The context pack: all that a model is told about a patient, and nothing that says who the patient is.

Built from a FHIR R4 bundle, the run's settings, the artifacts attached to it and an assessment. The same inputs give the same bytes
(`canonical_json`), whatever the order of the bundle's entries. Bounded in size: `omitted` counts what was left out of each section,
`shortened` names the free-form parts that were cut, `not_used` counts the resources of types that no section reads.
Pure: it has no clock, and it never raises on a bundle's content.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.runs.canonical import canonical_json, sha256_hex
from shared.workflows.diagnosis.attachments import Attachments, fitted, scrubbed
from shared.workflows.diagnosis.budget import SECTIONS, Sized, select, sized
from shared.workflows.diagnosis.demographics import demographics
from shared.workflows.diagnosis.facts import Fact, allergy, condition, family_history, immunisation, procedure, report
from shared.workflows.diagnosis.fhir import Held, Record
from shared.workflows.diagnosis.identity import identity_terms
from shared.workflows.diagnosis.medications import SOURCES, medication
from shared.workflows.diagnosis.observations import observation
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.scrub import Scrubber
from shared.workflows.diagnosis.terminology import RESOURCE_TYPES

CONTEXT_SCHEMA_VERSION = "context-pack/1"
MAX_BYTES = 60_000
MIN_BYTES = 8_192

_BUILDERS: dict[str, Callable[[Reader, Held], Fact | None]] = {
    "Condition": condition,
    "AllergyIntolerance": allergy,
    "Observation": observation,
    "Procedure": procedure,
    "Immunization": immunisation,
    "DiagnosticReport": report,
    "FamilyMemberHistory": family_history,
    **dict.fromkeys(SOURCES, medication),
}
# Read without being facts themselves.
_SUPPORTING = {"Patient", "Medication"}


def build_context_pack(
    *,
    bundle: Mapping[str, Any] | None,
    input_config: Mapping[str, Any],
    artifacts: Sequence[Mapping[str, Any]],
    assessment: Mapping[str, Any] | None,
    as_of: datetime,
    other_identifiers: Sequence[str] = (),
    max_bytes: int = MAX_BYTES,
) -> dict[str, Any]:
    """At most `max_bytes` of canonical JSON (raises ValueError below MIN_BYTES). `as_of`, aware, is the day that ages refer to.
    Artifacts and assessment have the fields of the API's resources; artifacts without `sequence_order` stay in the order given.
    `other_identifiers`: ids of the patient that the record does not hold, to be scrubbed with those it does."""
    if max_bytes < MIN_BYTES:
        raise ValueError(f"a context pack needs at least {MIN_BYTES} bytes")
    record = Record(bundle)
    reader = Reader(record, Scrubber(identity_terms(record, other_identifiers)))
    facts, left_out, not_used = _facts(reader)
    candidates, left_out["duplicates"] = sized(facts)
    today = as_of.astimezone(UTC).date().isoformat()
    pack = {
        "schema_version": CONTEXT_SCHEMA_VERSION,
        "as_of": reader.day(today),
        "record_available": bool(record.held),
        "patient": demographics(record, today),
        "not_used": dict(not_used),
    }
    return _fill(pack, candidates, scrubbed(reader, input_config, artifacts, assessment), left_out, max_bytes)


def context_hash(pack: Mapping[str, Any]) -> str:
    """SHA-256 of the pack's canonical JSON, in hexadecimal."""
    return sha256_hex(canonical_json(pack))


def _facts(reader: Reader) -> tuple[list[Fact], Counter[str], Counter[str]]:
    """Facts, what was left out for its own sake, and the resources that no section reads."""
    facts: list[Fact] = []
    left_out, not_used = Counter[str](), Counter[str]()
    for held in reader.record.held:
        build = _BUILDERS.get(held.type)
        if build is None:
            if held.type not in _SUPPORTING:
                not_used[held.type if held.type in RESOURCE_TYPES else "Unknown"] += 1
        elif reason := _unfit(reader, held):
            left_out[reason] += 1
        elif (fact := build(reader, held)) is not None:
            facts.append(fact)
        else:
            not_used[held.type] += 1
    return facts, left_out, not_used


def _unfit(reader: Reader, held: Held) -> str | None:
    resource = held.resource
    if "entered-in-error" in (reader.code(resource.get("status")), reader.word(resource.get("verificationStatus"))):
        return "entered_in_error"
    return "of_another_subject" if reader.record.is_of_another(held) else None


def _fill(pack: dict[str, Any], candidates: list[Sized], whole: Attachments, left_out: Counter[str], max_bytes: int) -> dict[str, Any]:
    """The record gets what the attachments leave, and they leave it at least half of what it could use."""
    # Measured with every count at its largest, so that what is then counted out can only be shorter.
    totals = Counter(candidate.fact.section for candidate in candidates) + left_out
    totals["artifacts"] = len(whole.artifacts) + whole.artifacts_left_out
    empty = {**pack, **Attachments().parts, **{section: [] for section in SECTIONS}, "omitted": totals, "shortened": list(whole.parts)}
    room = max_bytes - len(canonical_json(empty))
    wanted = sum(len(candidate.form) + 1 for candidate in candidates)
    attached = fitted(whole, room - min(wanted, room // 2))
    spent = len(canonical_json(attached.parts)) - len(canonical_json(Attachments().parts))
    sections, omitted = select(candidates, room - max(0, spent))
    omitted |= {**left_out, "artifacts": attached.artifacts_left_out}
    counted = {name: count for name, count in omitted.items() if count}
    return {**pack, **attached.parts, **sections, "omitted": counted, "shortened": attached.shortened}
