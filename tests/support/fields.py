"""The fields that API.md promises of everything that an answer shows, so that a missing or an extra
one is noticed.
"""


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


RUN = names(
    "id workflow org_id status subject created_by created_at updated_at started_at "
    "completed_at deadline_at dispatch attempt "
    "max_attempts available_at current_step artifact_id artifacts_count tags metadata steps "
    "input output error_info errors usage "
    "first_started_at duration_seconds start_at blocked_by warnings record erased_at"
)
LEFT_OUT_OF_ROWS = names(
    "input output steps errors context_pack artifact_data input_config output_data "
    "diagnosis_result intake phases"
)
"""What no row of a list holds, in whatever door's word."""
ROW = RUN - LEFT_OUT_OF_ROWS

STUDIO = names("patient_id clinician_user_id input_config output_data")
ASSESSMENT = names(
    "patient_id assessment_id correlation_id schema_version context_pack diagnosis_result"
)
RUNS = names("profile project_name intake current_phase phases total_duration_seconds")
PROJECT = names("project_id input_version pipeline_version")

STEP = names("name status started_at completed_at duration_seconds attempt usage metrics error")
USAGE = names(
    "model calls lost_calls reused_calls input_tokens output_tokens thinking_tokens "
    "cache_read_tokens cache_write_tokens cost_usd uncertain_usd saved_usd"
)
ERROR_INFO = names("code message step at validation_errors")
ERROR = names("at attempt step code message")
EVENT = names("seq at actor attempt from to step code artifacts")
ARTIFACT_ROW = names(
    "id artifact_type artifact_name phase path description storage_path content_type "
    "size_bytes sha256 sequence_order created_at"
)
ARTIFACT = ARTIFACT_ROW | {"artifact_data"}
PHASE = names("phase status started_at completed_at duration_seconds agent_ids artifacts_count")
DIAGNOSIS_METADATA = names(
    "model usage prompt_version schema_version context_hash created_at warnings"
)
METRICS = names(
    "total_duration_seconds total_token_usage total_cost_usd phases_metrics agents_metrics "
    "governance_score governance_violations "
    "hygiene_score artifacts_total errors_count projection"
)
PHASE_METRICS = names(
    "phase duration_seconds token_usage cost_usd agents_executed artifacts_generated "
    "governance_passed governance_warnings"
)
