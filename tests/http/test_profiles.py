"""GET /profiles: what POST /runs takes, so that nobody has to post a wrong one to learn it."""

from local.demo.client import Client


def test_every_profile_that_is_shown_can_be_run(client: Client) -> None:
    shown = client.call("GET", "/profiles", None, "member").data["profiles"]
    assert [one["name"] for one in shown] == sorted(one["name"] for one in shown)
    for one in shown:
        body = {"profile": one["name"], "intake": "Something."}
        run = client.call("POST", "/runs", body, "member").data["run"]
        assert [phase["phase"] for phase in run["phases"]] == [
            phase["phase"] for phase in one["phases"]
        ]
        client.call("POST", f"/runs/{run['id']}/cancel", None, "member")


def test_phases_say_who_makes_what_and_what_is_checked(client: Client) -> None:
    for one in client.call("GET", "/profiles", None, "patient").data["profiles"]:
        for phase in one["phases"]:
            assert phase["agents"]
            assert phase["files"]
            assert "expected_files" in phase["checks"]
            assert "prompt" not in phase
