"""The scenario, played with the client that openapi-python-client made: create, wait, read, page,
cancel.
"""

import sys
from uuid import UUID

sys.path.insert(0, "made/opc")

from made_client.api.diagnosis_runs_of_a_patient import create_patient_run
from made_client.api.runs import cancel_run, get_run, list_runs
from made_client.client import AuthenticatedClient
from made_client.models import (
    CancelledAnswer,
    CreateDiagnosisRun,
    DispatchMode,
    ErrorAnswer,
    RunAnswer,
    RunsAnswer,
    StudioRunAnswer,
)
from made_client.models.input_config import InputConfig
from made_client.types import UNSET

url, token, patient, tag = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=token, raise_on_unexpected_status=True)
config = InputConfig(question="What first?")


def created(**more: object) -> UUID:
    body = CreateDiagnosisRun(input_config=config, tags=[tag], **more)
    answer = create_patient_run.sync(
        UUID(patient), client=client, body=body, idempotency_key=f"{tag}{len(more)}"
    )
    assert isinstance(answer, StudioRunAnswer), answer
    return answer.data.run.id


run_id = created()
assert created() == run_id, "the same key made another run"
for _ in range(10):
    read = get_run.sync(run_id, client=client, prefer="wait=20")
    assert isinstance(read, RunAnswer), read
    if read.data.run.status == "succeeded":
        break
assert read.data.run.status == "succeeded", read.data.run.status
assert read.data.run.usage.cost_usd > 0

created(dispatch=DispatchMode.MANUAL)
found, cursor = [], UNSET
while True:
    page = list_runs.sync(client=client, tag=tag, limit=1, cursor=cursor)
    assert isinstance(page, RunsAnswer), page
    found += [row.id for row in page.data.runs]
    if page.data.next_cursor is None:
        break
    cursor = page.data.next_cursor
assert len(found) == 2, found

cancelled = cancel_run.sync(found[0], client=client)
assert isinstance(cancelled, CancelledAnswer), cancelled
assert cancelled.data.run.status == "cancelled"
refused = cancel_run.sync(run_id, client=client)
assert isinstance(refused, ErrorAnswer), refused
assert refused.error.code == "CONFLICT"
print("played")
