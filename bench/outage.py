"""An hour in which the model's provider lets nobody in, over the local stack: `make outage`.

Fifty runs are queued, the provider refuses every call for an hour of stack time, then takes them
again. Prints what each kind of refusal cost the runs, and fails where one of the bounds is broken:
no run fails or loses an attempt, no history grows by more than four entries, the provider sees at
most a hundred refused calls, and under a spend limit about one a minute.
"""

import sys
import time
from contextlib import suppress
from typing import Any

from local.demo.client import Client
from local.demo.stack_process import running_stack

RUNS, HOUR, MINUTE = 50, 60, 60
PATIENT = "11111111-1111-4111-8111-111111111111"
REFUSALS = {
    "529": "provider_overloaded",
    "429": "provider_rate_limited",
    "spend_limit": "provider_spend_limit",
}
PLAIN_EVENTS = 6
"""Of a run that nothing holds up: made, claimed, three checkpoints, success."""
GROWN_AT_MOST, REFUSED_AT_MOST = 4, 100


class Broken(Exception):
    """A bound does not hold."""


class Outage:
    """One kind of refusal, played on a running stack."""

    def __init__(self, client: Client, word: str) -> None:
        self._client, self._word = client, word

    def play(self) -> str:
        """A line of the table. Raises Broken."""
        before = self._calls()
        self._script({"forever": self._word})
        runs = [self._create() for _ in range(RUNS)]
        time.sleep(2)
        for _ in range(HOUR):
            self._advance()
        refused = self._calls() - before
        self._require(refused <= REFUSED_AT_MOST, f"{refused} calls were refused")
        if self._word == "spend_limit":
            self._require(55 <= refused <= 65, f"{refused} probes in an hour")
        for run_id in runs:
            why = self._get(f"/runs/{run_id}/why")["waiting_for"][0]["reason"]
            self._require(why == REFUSALS[self._word], f"a run waits for {why}")
        self._script()
        minutes = self._minutes_until_ended(runs)
        grown = max(self._grown(run_id) for run_id in runs)
        self._require(grown <= GROWN_AT_MOST, f"a history grew by {grown}")
        return f"{self._word:14}{RUNS:6}{refused:10}{grown:8}{minutes:10}"

    def _minutes_until_ended(self, runs: list[str]) -> int:
        left, minutes = set(runs), 0
        while left and minutes < 20:
            self._advance()
            minutes += 1
            left -= {one for one in left if self._get(f"/runs/{one}")["run"]["completed_at"]}
        ends = [self._get(f"/runs/{run_id}")["run"] for run_id in runs]
        told = {(run["status"], run["attempt"]) for run in ends}
        self._require(told == {("succeeded", 1)}, f"runs ended as {sorted(told)}")
        return minutes

    def _grown(self, run_id: str) -> int:
        return len(self._get(f"/runs/{run_id}/events")["events"]) - PLAIN_EVENTS

    def _require(self, holds: bool, what: str) -> None:
        if not holds:
            raise Broken(f"{self._word}: {what}")

    def _calls(self) -> int:
        return int(self._client.call("GET", "/dev/model").body["calls"])

    def _script(self, *words: Any) -> None:
        self._client.call("POST", "/dev/model", {"script": list(words)})

    def _advance(self) -> None:
        """It is answered when all that fell due is done; a busy machine may not be so quick."""
        with suppress(TimeoutError):
            self._client.call("POST", "/dev/clock", {"advance_seconds": MINUTE})

    def _get(self, path: str) -> Any:
        return self._client.call("GET", path, None, "clinician").data

    def _create(self) -> str:
        path = f"/api/studio/patients/{PATIENT}/diagnosis-runs"
        made = self._client.call("POST", path, {"input_config": {}}, "clinician")
        return str(made.data["run"]["id"])


def main() -> None:
    print(f"{'refusal':14}{'runs':>6}{'refused':>10}{'grown':>8}{'minutes':>10}")
    with running_stack() as url:
        for word in REFUSALS:
            try:
                print(Outage(Client(url), word).play(), flush=True)
            except Broken as broken:
                sys.exit(str(broken))


if __name__ == "__main__":
    main()
