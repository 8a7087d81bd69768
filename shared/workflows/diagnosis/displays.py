"""What HL7's small code tables call a code that came without a display. Data only; knows no
record.

Sources: HL7 v3 ObservationInterpretation, v2 table 0078, data-absent-reason, v3 NullFlavor, v3
ActCode (encounter classes), v2 table 0203's kin are left out: they name identifiers.
"""

from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.fhir import text

_INTERPRETATIONS = {
    "HH": "Critical high",
    "LL": "Critical low",
    "AA": "Critical abnormal",
    "H": "High",
    "L": "Low",
    "A": "Abnormal",
    "N": "Normal",
    "HU": "Significantly high",
    "LU": "Significantly low",
    "H>": "Significantly high",
    "L<": "Significantly low",
    "HX": "above high threshold",
    "LX": "below low threshold",
    "S": "Susceptible",
    "I": "Intermediate",
    "R": "Resistant",
    "SDD": "Susceptible-dose dependent",
    "SYN-R": "Synergy - resistant",
    "SYN-S": "Synergy - susceptible",
    "NS": "Non-susceptible",
    "POS": "Positive",
    "NEG": "Negative",
    "DET": "Detected",
    "ND": "Not detected",
    "IND": "Indeterminate",
    "E": "Equivocal",
    "RR": "Reactive",
    "NR": "Non-reactive",
    "WR": "Weakly reactive",
    "EXP": "Expected",
    "UNE": "Unexpected",
    "B": "Better",
    "W": "Worse",
    "U": "Significant change up",
    "D": "Significant change down",
    "IE": "Insufficient evidence",
    "<": "Off scale low",
    ">": "Off scale high",
    "CAR": "Carrier",
    "QCF": "Quality control failure",
    "TOX": "Cytotoxic substance present",
    "MS": "Moderately susceptible",
    "VS": "Very susceptible",
    "null": "No range defined, or normal ranges do not apply",
}
_ABSENT = {
    "UNK": "unknown",
    "ASKU": "asked but unknown",
    "NASK": "not asked",
    "NAV": "temporarily unavailable",
    "NA": "not applicable",
    "NI": "no information",
    "MSK": "masked",
    "OTH": "other",
    "NAVU": "not available",
    "QS": "sufficient quantity",
    "TRC": "trace",
}
_CLASSES = {
    "AMB": "ambulatory",
    "EMER": "emergency",
    "FLD": "field",
    "HH": "home health",
    "IMP": "inpatient encounter",
    "ACUTE": "inpatient acute",
    "NONAC": "inpatient non-acute",
    "OBSENC": "observation encounter",
    "PRENC": "pre-admission",
    "SS": "short stay",
    "VR": "virtual",
}
_ROLES = {
    "MTH": "mother",
    "NMTH": "natural mother",
    "FTH": "father",
    "NFTH": "natural father",
    "PRN": "parent",
    "BRO": "brother",
    "NBRO": "natural brother",
    "SIS": "sister",
    "NSIS": "natural sister",
    "SIB": "sibling",
    "SON": "natural son",
    "DAU": "natural daughter",
    "SONC": "son",
    "DAUC": "daughter",
    "CHILD": "child",
    "NCHILD": "natural child",
    "AUNT": "aunt",
    "MAUNT": "maternal aunt",
    "PAUNT": "paternal aunt",
    "UNCLE": "uncle",
    "MUNCLE": "maternal uncle",
    "PUNCLE": "paternal uncle",
    "COUSN": "cousin",
    "GRMTH": "grandmother",
    "MGRMTH": "maternal grandmother",
    "PGRMTH": "paternal grandmother",
    "GRFTH": "grandfather",
    "MGRFTH": "maternal grandfather",
    "PGRFTH": "paternal grandfather",
    "GRPRN": "grandparent",
    "TWIN": "twin",
    "TWINBRO": "twin brother",
    "TWINSIS": "twin sister",
    "FTWIN": "fraternal twin",
    "ITWIN": "identical twin",
    "HSIB": "half-sibling",
    "HBRO": "half-brother",
    "HSIS": "half-sister",
    "NEPHEW": "nephew",
    "NIECE": "niece",
    "FAMMEMB": "family member",
    "SPS": "spouse",
    "HUSB": "husband",
    "WIFE": "wife",
}
_TABLES = (
    ("observationinterpretation", _INTERPRETATIONS),
    ("observation-interpretation", _INTERPRETATIONS),
    ("2.16.840.1.113883.5.83", _INTERPRETATIONS),
    ("v2-0078", _INTERPRETATIONS),
    ("v2/0078", _INTERPRETATIONS),
    ("v3-nullflavor", _ABSENT),
    ("2.16.840.1.113883.5.1008", _ABSENT),
    ("v3/nullflavor", _ABSENT),
    ("v3-actcode", _CLASSES),
    ("v3/actcode", _CLASSES),
    ("v3-rolecode", _ROLES),
    ("v3/rolecode", _ROLES),
)


def small_display(coding: Mapping[str, Any]) -> str | None:
    """The table's words for the coding's code, None when its system has no small table or the
    table no such code.
    """
    system, code = text(coding.get("system")), text(coding.get("code"))
    if not system or not code:
        return None
    low = system.lower()
    return next((table.get(code) for name, table in _TABLES if low.endswith(name)), None)


def interpretation_of(code: str) -> str | None:
    """What an interpretation's code says where it came as a bare string."""
    return _INTERPRETATIONS.get(code)
