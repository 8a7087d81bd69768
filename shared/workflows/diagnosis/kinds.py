"""Which resource types are read: those that are facts, and those that only help to read others.
Data only.
"""

from shared.workflows.diagnosis.fhir_version import FOREIGN_TYPES

_MEDICATIONS_LIST = (
    "MedicationRequest MedicationStatement MedicationAdministration MedicationDispense"
)
MEDICATIONS = frozenset(_MEDICATIONS_LIST.split())
_FACT_TYPES_LIST = """
    AdverseEvent AllergyIntolerance ClinicalImpression Composition Condition DetectedIssue Device
    DeviceUseStatement DiagnosticReport DocumentReference Encounter FamilyMemberHistory Flag
    Immunization List Observation Procedure QuestionnaireResponse
    """
FACT_TYPES = MEDICATIONS | frozenset(_FACT_TYPES_LIST.split())
_SUPPORTING_LIST = "Binary BodyStructure Medication Patient Questionnaire Specimen Substance"
SUPPORTING = frozenset(_SUPPORTING_LIST.split())
READ = FACT_TYPES | SUPPORTING | FOREIGN_TYPES
