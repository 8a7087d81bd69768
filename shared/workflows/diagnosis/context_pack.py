"""The context pack: all that a model is told about a patient, and nothing that says who the
patient is.

Built from a FHIR R4 bundle, the run's settings, the artifacts attached to it and an assessment.
The same inputs give the same bytes (`canonical_json`), whatever the order of the bundle's
entries. Bounded in size: `omitted` counts what was left out, whole facts and parts of them,
`shortened` names the texts that were cut, `not_used` counts the resources of types that no
section reads, `warnings` says in sentences what a reader must know. Pure: it has no clock, and it
never raises on a bundle's content.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.runs.canonical import canonical_json, sha256_hex
from shared.workflows.diagnosis import events_of_care, medications, procedures, reports
from shared.workflows.diagnosis.allergies import allergy
from shared.workflows.diagnosis.attachments import Attachments, fitted, scrubbed
from shared.workflows.diagnosis.budget import everything_cut, ranked, select
from shared.workflows.diagnosis.chart import NOT_UNDERSTOOD, Chart
from shared.workflows.diagnosis.conditions import condition
from shared.workflows.diagnosis.demographics import demographics
from shared.workflows.diagnosis.facts import Fact
from shared.workflows.diagnosis.family import family_history
from shared.workflows.diagnosis.fhir import Held, opened
from shared.workflows.diagnosis.folding import folded_facts
from shared.workflows.diagnosis.identity import identity_terms
from shared.workflows.diagnosis.kinds import FACT_TYPES, READ
from shared.workflows.diagnosis.links import Links
from shared.workflows.diagnosis.none_known import empty_list
from shared.workflows.diagnosis.notices import record_warnings
from shared.workflows.diagnosis.observations import observation
from shared.workflows.diagnosis.questionnaires import questionnaire
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.scrub import Scrubber
from shared.workflows.diagnosis.sections import BY_NAME, SECTIONS
from shared.workflows.diagnosis.terminology import RESOURCE_TYPES

CONTEXT_SCHEMA_VERSION = "context-pack/2"
MAX_BYTES = 60_000
MIN_BYTES = 8_192

# Sections, the resource types that may state that they are empty, and the word for what they hold.
_NONE_OF = (
    ("allergies", {"AllergyIntolerance"}, "allergy"),
    ("current_medications", {"MedicationStatement"}, "medication"),
    ("active_conditions", {"Condition"}, "problem"),
)
_CONTRADICTION = (
    "The record states that no {} is known, and holds some: one of both is wrong or outdated."
)
_Builder = Callable[[Reader, Held], Fact | None]
_BUILDERS: dict[str, _Builder] = {
    "Condition": condition,
    "AllergyIntolerance": allergy,
    "Procedure": procedures.procedure,
    "Immunization": procedures.immunisation,
    "DiagnosticReport": reports.report,
    "DocumentReference": reports.document,
    "FamilyMemberHistory": family_history,
    "Flag": events_of_care.flag,
    "AdverseEvent": events_of_care.adverse_event,
    "DetectedIssue": events_of_care.detected_issue,
    "DeviceUseStatement": events_of_care.device_use,
    "Device": events_of_care.device,
    "Encounter": events_of_care.encounter,
    "ClinicalImpression": events_of_care.impression,
    "QuestionnaireResponse": questionnaire,
    **dict.fromkeys(medications.SOURCES, medications.medication),
}
_MANY: dict[str, Callable[[Reader, Held], list[Fact]]] = {
    "List": empty_list,
    "Composition": reports.composition,
}


def build_context_pack(
    *,
    bundle: Mapping[str, Any] | None,
    chart: Chart | None = None,
    input_config: Mapping[str, Any],
    artifacts: Sequence[Mapping[str, Any]],
    assessment: Mapping[str, Any] | None,
    as_of: datetime,
    other_identifiers: Sequence[str] = (),
    max_bytes: int = MAX_BYTES,
) -> dict[str, Any]:
    """At most `max_bytes` of canonical JSON (raises ValueError below MIN_BYTES). `as_of`, aware,
    is the day that ages refer to. Artifacts and assessment have the fields of the API's
    resources; artifacts without `sequence_order` stay in the order given. `other_identifiers`:
    ids of the patient that the record does not hold, to be scrubbed with those it does. `chart`:
    the bundle sorted, where its check has sorted it already.
    """
    if max_bytes < MIN_BYTES:
        raise ValueError(f"a context pack needs at least {MIN_BYTES} bytes")
    chart = chart or Chart(opened(bundle), READ)
    today = as_of.astimezone(UTC).date().isoformat()
    reader = Reader(chart, Scrubber(identity_terms(chart.record, other_identifiers)), today)
    facts, not_used = _facts(reader)
    left_out = Counter(chart.set_apart)
    left_out[NOT_UNDERSTOOD] += sum(fact.cuts.not_understood for fact in facts)
    folded, duplicates = folded_facts(facts)
    left_out["duplicates"] += duplicates
    pack = {
        "schema_version": CONTEXT_SCHEMA_VERSION,
        "as_of": reader.day(today),
        "record_available": bool(chart.record.held),
        "patient": demographics(chart.patients, today),
        "not_used": dict(not_used),
        "warnings": [*record_warnings(chart), *_contradictions(folded)]
        if bundle is not None
        else [],
    }
    whole = scrubbed(reader, input_config, artifacts, assessment)
    return _fill(pack, ranked(folded), whole, +left_out, max_bytes)


def context_hash(pack: Mapping[str, Any]) -> str:
    """SHA-256 of the pack's canonical JSON, in hexadecimal."""
    return sha256_hex(canonical_json(pack))


def _facts(reader: Reader) -> tuple[list[Fact], Counter[str]]:
    """Facts, and the resources that no section reads."""
    links = Links(reader.chart)
    facts: list[Fact] = []
    not_used = Counter[str]()
    for held in reader.chart.held:
        if held.type not in READ:
            not_used[held.type if held.type in RESOURCE_TYPES else "Unknown"] += 1
        elif held.type in FACT_TYPES:
            found = _facts_of(reader, links, held)
            facts += found
            if not found and held.type not in _MANY:
                not_used[held.type] += 1
    return facts, not_used


def _facts_of(reader: Reader, links: Links, held: Held) -> list[Fact]:
    if held.type == "Observation":
        return [observation(reader, links, held)]
    if held.type in _MANY:
        return _MANY[held.type](reader, held)
    found = _BUILDERS[held.type](reader, held)
    return [found] if found else []


def _contradictions(facts: Sequence[Fact]) -> list[str]:
    """That none is known of what the record holds elsewhere."""
    held = {fact.section for fact in facts}
    none = [fact for fact in facts if fact.section == "none_known"]
    found = []
    for section, kinds, word in _NONE_OF:
        if section in held and any(
            fact.kind in kinds or word[:6] in str(fact.item["name"]).lower() for fact in none
        ):
            found.append(_CONTRADICTION.format(word))
    return found


def _fill(
    pack: dict[str, Any],
    candidates: list[Fact],
    whole: Attachments,
    left_out: Counter[str],
    max_bytes: int,
) -> dict[str, Any]:
    """The record gets what the attachments leave, and they leave it at least half of what it
    could use.
    """
    # Measured with every count at its largest, so that what is then counted out can only be
    # shorter.
    counted, texts = everything_cut(candidates)
    totals = counted + left_out
    totals["artifacts"] = len(whole.artifacts) + whole.artifacts_left_out
    empty = {
        **pack,
        **Attachments().parts,
        **{section: [] for section in SECTIONS if counted[section] or BY_NAME[section].always},
        "omitted": totals,
        "shortened": [*whole.parts, *texts],
    }
    room = max_bytes - len(canonical_json(empty))
    wanted = sum(len(candidate.form) + 1 for candidate in candidates)
    attached = fitted(whole, room - min(wanted, room // 2))
    spent = len(canonical_json(attached.parts)) - len(canonical_json(Attachments().parts))
    chosen = select(candidates, room - max(0, spent))
    omitted = {**(chosen.omitted + left_out), "artifacts": attached.artifacts_left_out}
    return {
        **pack,
        **attached.parts,
        **{name: items for name, items in chosen.sections.items() if items or BY_NAME[name].always},
        "omitted": {name: count for name, count in omitted.items() if count},
        "shortened": [*attached.shortened, *chosen.shortened],
    }
