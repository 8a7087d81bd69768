"""What is attached before a run's first start is part of its context pack: stored anew, or linked by whoever may see it."""

from typing import Any

import pytest

from local.client import Client
from tests.support.care import Ward, any_uuid
from tests.support.waiting import until

pytestmark = pytest.mark.rule("R-ATTACH-1")
ECG: dict[str, Any] = {"artifact_type": "ecg_analysis", "artifact_name": "ECG of today", "artifact_data": {"rhythm": "atrial fibrillation"}}


def artifact(answer: Any) -> Any:
    assert answer.status == 201, answer.body
    return answer.data["artifact"]


def pack(client: Client, run_id: str) -> Any:
    """What the model was sent."""
    return client.call("GET", f"/api/diagnosis-runs/{run_id}", None, "clinician").data["run"]["context_pack"]


def listed(client: Client, run_id: str) -> list[str]:
    return [row["id"] for row in client.call("GET", f"/api/studio/diagnosis-runs/{run_id}/artifacts", None, "clinician").data["artifacts"]]


def test_new_and_linked_artifacts_reach_the_model_in_their_order(ward: Ward, client: Client) -> None:
    earlier = ward.create(wait=20).data["run"]["artifact_id"]
    run_id = ward.a_run()
    ids = [
        artifact(ward.attach(run_id, **ECG))["id"],
        artifact(ward.attach(run_id, artifact_id=earlier))["id"],
        artifact(ward.attach(run_id, artifact_type="report", artifact_name="A text", artifact_data="Irregular since May."))["id"],
    ]
    assert ids[1] == earlier
    assert listed(client, run_id) == ids
    ward.execute(run_id)
    run = ward.run(run_id, wait=20)
    sent = pack(client, run_id)["artifacts"]
    assert [one["name"] for one in sent] == ["ECG of today", sent[1]["name"], "A text"]
    assert (sent[0]["data"], sent[2]["data"]) == ({"rhythm": "atrial fibrillation"}, "Irregular since May.")
    assert sent[1]["data"]["summary"]
    assert listed(client, run_id) == [*ids, run["artifact_id"]]
    assert run["artifacts_count"] == 4


def test_one_artifact_serves_several_runs_and_is_the_same_in_each(ward: Ward, client: Client) -> None:
    first, second = ward.a_run(), ward.a_run()
    made = artifact(ward.attach(first, **ECG))
    again = artifact(ward.attach(second, artifact_id=made["id"]))
    assert again == made
    assert listed(client, first) == listed(client, second) == [made["id"]]


def test_naming_it_twice_changes_nothing(ward: Ward) -> None:
    run_id = ward.a_run()
    made = artifact(ward.attach(run_id, **ECG))
    assert artifact(ward.attach(run_id, artifact_id=made["id"])) == made
    assert (ward.run(run_id)["artifacts_count"], len(ward.events(run_id))) == (1, 2)


def test_many_who_attach_at_once_all_find_their_place(ward: Ward) -> None:
    from concurrent.futures import ThreadPoolExecutor

    run_id = ward.a_run()
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda n: artifact(ward.attach(run_id, **ECG | {"artifact_name": f"ECG {n}"})), range(16)))
    assert sorted(one["sequence_order"] for one in made) == list(range(1, 17))
    assert ward.run(run_id)["artifacts_count"] == 16


def test_after_the_first_start_it_is_too_late(ward: Ward, client: Client) -> None:
    spare = artifact(ward.attach(ward.a_run(), **ECG))["id"]
    for status in ("running", "succeeded", "failed", "cancelled"):
        run_id = ward.a_run(status)
        assert ward.attach(run_id, **ECG).code == ward.attach(run_id, artifact_id=spare).code == "CONFLICT"
        assert listed(client, run_id) == []


def test_queued_again_after_a_start_is_too_late_too(ward: Ward) -> None:
    ward.script("529")
    run_id = ward.create().data["run"]["id"]
    until(lambda: ward.run(run_id), lambda run: (run["status"], run["attempt"]) == ("queued", 1))
    assert ward.attach(run_id, **ECG).code == "CONFLICT"
    ward.cancel(run_id)


def test_only_what_one_may_see_can_be_linked(ward: Ward, client: Client) -> None:
    """Another patient's artifact: through a run of theirs that the caller may see, or not at all."""
    other = Ward(client, any_uuid()).admitted()
    theirs = artifact(other.attach(other.a_run(), **ECG))["id"]
    run_id = ward.a_run()
    assert artifact(ward.attach(run_id, artifact_id=theirs))["id"] == theirs
    other.unassign("clinician")
    hidden = artifact(other.attach(other.a_run(user="admin"), "admin", **ECG))["id"]
    assert ward.attach(run_id, artifact_id=hidden).code == "FORBIDDEN"
    assert ward.attach(run_id, "admin", artifact_id=hidden).status == 201


def test_what_does_not_exist_for_the_caller_is_a_404(ward: Ward, client: Client) -> None:
    assert client.call("PUT", f"/api/patients/{ward.patient}", {}, "outsider").status == 201
    abroad = artifact(ward.attach(ward.a_run(user="outsider"), "outsider", **ECG))["id"]
    run_id = ward.a_run()
    for missing in (abroad, any_uuid(), run_id, ward.assessment(), ward.patient):
        assert ward.attach(run_id, artifact_id=missing).code == "NOT_FOUND", missing
    assert ward.run(run_id)["artifacts_count"] == 0


def test_an_artifact_is_seen_by_whoever_may_see_a_run_it_belongs_to(ward: Ward, client: Client) -> None:
    other = Ward(client, any_uuid()).admitted()
    other.assign("other-clinician")
    made = artifact(ward.attach(ward.a_run(), **ECG))["id"]
    path = f"/api/studio/diagnosis-artifacts/{made}"
    assert client.call("GET", path, None, "other-clinician").code == "FORBIDDEN"
    assert artifact(other.attach(other.a_run(), artifact_id=made))["id"] == made
    assert client.call("GET", path, None, "other-clinician").data["artifact"]["artifact_data"] == ECG["artifact_data"]
    other.unassign("other-clinician")
    assert client.call("GET", path, None, "other-clinician").code == "FORBIDDEN"


def test_a_phases_artifact_is_its_creators_to_see_and_to_attach(ward: Ward, client: Client) -> None:
    body = {"profile": "analytics_forecast_app", "intake": "A forecast of beds"}
    orchestration = client.call("POST", "/runs", body, "clinician").data["run"]["id"]
    client.call("POST", f"/runs/{orchestration}/next", None, "clinician", prefer="wait=25")
    (made, *_) = client.call("GET", f"/runs/{orchestration}/artifacts", None, "clinician").data["artifacts"]
    path = f"/api/studio/diagnosis-artifacts/{made['id']}"
    shown = {user: client.call("GET", path, None, user).status for user in ("clinician", "admin", "other-clinician", "member", "outsider")}
    assert shown == {"clinician": 200, "admin": 200, "other-clinician": 403, "member": 403, "outsider": 404}
    assert artifact(ward.attach(ward.a_run(), artifact_id=made["id"]))["id"] == made["id"]


def test_what_could_not_be_attached_does_not_exist(ward: Ward, client: Client) -> None:
    """The record was written first, but no run names it: under its key it can be found by nobody."""
    key = any_uuid()
    run_id = ward.a_run("running")
    assert ward.attach(run_id, key=key, **ECG).code == "CONFLICT"
    again = ward.attach(run_id, key=key, **ECG)
    assert again.code == "CONFLICT"
    assert ward.run(run_id)["artifacts_count"] == 0
