"""A typed client of Studio Runs.

with Client.local(user="clinician") as client:
    run = client.diagnoses.create(patient_id, {"question": "What first?"})
    run = client.runs.wait(run.id, timeout=300)
"""

from studio_runs_client import errors, models
from studio_runs_client.client import Client
from studio_runs_client.tokens import ClientCredentials, GivenToken, LocalTokens, Tokens
from studio_runs_client.transport import Answer, Retries

__all__ = [
    "Answer",
    "Client",
    "ClientCredentials",
    "GivenToken",
    "LocalTokens",
    "Retries",
    "Tokens",
    "errors",
    "models",
]
