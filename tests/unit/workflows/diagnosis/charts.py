"""Small FHIR bundles made by hand, and the call under test with its usual arguments."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.workflows.diagnosis.context_pack import MAX_BYTES, build_context_pack

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
PATIENT_ID = "7d0c4c1e-6f5b-4a87-9a54-0c4a4f2d9b11"

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": PATIENT_ID,
    "name": [
        {
            "use": "official",
            "family": "Quartermain",
            "given": ["Zebulon", "Ignatius"],
            "prefix": ["Mr."],
        },
        {"use": "maiden", "family": "O'Dwyer-Pembridge"},
    ],
    "identifier": [
        {"system": "http://hospital.example/mrn", "value": "MRN-7731902"},
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "912-44-8071"},
        {"type": {"coding": [{"code": "DL"}]}, "value": "S99817263"},
        {"type": {"coding": [{"code": "PPN"}]}, "value": "X49281736X"},
    ],
    "telecom": [
        {"system": "phone", "value": "617-555-0143"},
        {"system": "email", "value": "zeb.q@mailhost.example"},
    ],
    "gender": "male",
    "birthDate": "1954-06-13",
    "address": [
        {
            "line": ["1081 Wardlow Terrace Unit 71"],
            "city": "Tewksbridge",
            "state": "Massachusetts",
            "postalCode": "01464",
            "country": "US",
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/geolocation",
                    "extension": [
                        {"url": "latitude", "valueDecimal": 42.536308992024445},
                        {"url": "longitude", "valueDecimal": -71.64853220241066},
                    ],
                }
            ],
        }
    ],
    "contact": [
        {
            "name": {"text": "Wilhelmina Fothergill"},
            "telecom": [{"value": "+49 30 1234567"}],
            "address": {"line": ["9 Elmsgate Row"]},
        }
    ],
    "photo": [{"url": "http://photos.example/zebq-7731"}],
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName",
            "valueString": "Karleen Hagenau",
        },
        {
            "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
            "valueAddress": {"city": "Nordwick", "state": "Massachusetts", "country": "US"},
        },
        {
            "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
            "valueCode": "M",
        },
        {
            "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
            "extension": [{"url": "text", "valueString": "White"}],
        },
    ],
}

# Every way in which the patient above may be written; none may appear in a pack.
CANARIES = (
    *(
        "Zebulon",
        "Ignatius",
        "Quartermain",
        "O'Dwyer",
        "ODwyer",
        "Pembridge",
        "Wilhelmina",
        "Fothergill",
        "Karleen",
        "Hagenau",
    ),
    *(
        "Tewksbridge",
        "Nordwick",
        "Massachusetts",
        "1081 Wardlow",
        "Wardlow Terrace",
        "Elmsgate Row",
        "01464",
    ),
    *(
        "MRN-7731902",
        "7731902",
        "912-44-8071",
        "912448071",
        "S99817263",
        "X49281736X",
        PATIENT_ID,
        PATIENT_ID.replace("-", ""),
    ),
    *(
        "617-555-0143",
        "6175550143",
        "(617) 555-0143",
        "zeb.q@mailhost.example",
        "+49 30 1234567",
        "photos.example/zebq-7731",
    ),
    *(
        "1954-06-13",
        "06/13/1954",
        "13 June 1954",
        "June 13, 1954",
        "13.6.1954",
        "19540613",
        "1954-06-13T10:00:00Z",
        "zebulonquartermain",
        "42.536308992024445",
        "71.64853220241066",
    ),
)


def patient(**changes: Any) -> dict[str, Any]:
    """The usual patient with some fields replaced; None removes one."""
    return {key: value for key, value in {**PATIENT, **changes}.items() if value is not None}


def bundle(
    *resources: Mapping[str, Any], who: Mapping[str, Any] | None = PATIENT
) -> dict[str, Any]:
    everything = [*([who] if who else []), *resources]
    entries = [
        {"fullUrl": f"urn:uuid:{one['id']}", "resource": one} if "id" in one else {"resource": one}
        for one in everything
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def snomed(code: str, display: str | None = None, text: str | None = None) -> dict[str, Any]:
    return _concept("http://snomed.info/sct", code, display, text)


def loinc(code: str, display: str | None = None, text: str | None = None) -> dict[str, Any]:
    return _concept("http://loinc.org", code, display, text)


def _concept(system: str, code: str, display: str | None, text: str | None) -> dict[str, Any]:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})


def condition(
    display: str = "Hypertension", status: str | None = "active", **fields: Any
) -> dict[str, Any]:
    stated = {"clinicalStatus": {"coding": [{"code": status}]}} if status else {}
    return {"resourceType": "Condition", "code": snomed("38341003", display), **stated, **fields}


def observation(
    code: str = "718-7",
    display: str = "Hemoglobin",
    category: str | None = "laboratory",
    **fields: Any,
) -> dict[str, Any]:
    stated = {"category": [{"coding": [{"code": category}]}]} if category else {}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": loinc(code, display),
        **stated,
        **fields,
    }


def quantity(value: Any, unit: str = "g/dL") -> dict[str, Any]:
    return {"value": value, "unit": unit}


def pack(
    record: Any = None,
    *,
    input_config: Mapping[str, Any] | None = None,
    artifacts: Sequence[Mapping[str, Any]] = (),
    assessment: Mapping[str, Any] | None = None,
    as_of: datetime = AS_OF,
    other_identifiers: Sequence[str] = (),
    max_bytes: int = MAX_BYTES,
) -> dict[str, Any]:
    return build_context_pack(
        bundle=record,
        input_config=input_config or {},
        artifacts=artifacts,
        assessment=assessment,
        as_of=as_of,
        other_identifiers=other_identifiers,
        max_bytes=max_bytes,
    )
