"""The demo of a diagnosis: a patient and a record, a run watched to its end, and what came out."""

import uuid

import httpx

from local.demo.terminal import Terminal

QUESTION = "What should the treating clinician look at first?"


def play_diagnosis(terminal: Terminal, name: str, record: bytes) -> int:
    """The exit code of the run's outcome. Raises ApiError for a record that the service refuses."""
    patient = str(uuid.uuid4())
    users = httpx.get(f"{terminal.url}/dev/users").json()["users"]
    clinician = next(user["sub"] for user in users if user["user"] == "clinician")
    with terminal.client("admin") as admin, terminal.client("clinician") as client:
        admin.patients.put(patient)
        admin.patients.assign(patient, clinician)
        held = client.patients.put_record(patient, record)
        count = sum(held.resources.values())
        terminal.note(f"patient {patient}: {name}, version {held.version}, {count} resources")
        outcome = terminal.type(
            "clinician", "create", "diagnosis", patient, "--question", QUESTION, "--watch"
        )
        run = client.diagnoses.list(patient).first()
    if run is not None:
        terminal.type("clinician", "events", run.id)
        terminal.type("clinician", "artifacts", run.id)
    return outcome
