"""Which code systems are terminologies: their displays are vocabulary, whatever name or number they
equal.

By URL, by OID, and by what HL7 and national bodies publish. Knows no record.
"""

import re
from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.terminology import HL7_PREFIXES, SYSTEMS

_OIDS = [
    "6.96",
    "6.1",
    "6.88",
    "6.59",
    "6.69",
    "6.3",
    "6.90",
    "6.103",
    "6.104",
    "6.42",
    "6.2",
    "6.12",
    "6.73",
    "6.8",
    "6.43.1",
    "5.",
    "3.26.1.1",
    "13.",
]
_OID = re.compile(
    r"^(?:urn:oid:)?2\.16\.840\.1\.113883\.(?:" + "|".join(map(re.escape, _OIDS)) + r")"
)
_KNOWN = re.compile(
    r"snomed|loinc|rxnorm|icd-?(?:9|10|11|o)|/atc|whocc\.no|unitsofmeasure|sid/(?:cvx|ndc|icd)"
    r"|fdasis|unii|nucc\.org|ama-assn|"
    r"/bfarm/|/dimdi/|/CodeSystem|mesh|ncithesaurus|orpha|human-phenotype|dicom|medcin|multum"
    r"|umls|ihtsdo",
    re.IGNORECASE,
)


def is_terminology(system: Any) -> bool:
    """Whether a `Coding.system` names a public terminology."""
    return isinstance(system, str) and (
        system in SYSTEMS
        or system.startswith(HL7_PREFIXES)
        or _OID.match(system) is not None
        or _KNOWN.search(system[:300]) is not None
    )


def is_coding(value: Mapping[Any, Any]) -> bool:
    """Whether an object is a Coding of a terminology."""
    return is_terminology(value.get("system"))


def is_quantity(value: Mapping[Any, Any]) -> bool:
    """Whether an object gives a number with its unit."""
    return isinstance(value.get("unit") or value.get("units"), str) or isinstance(
        value.get("comparator"), str
    )
