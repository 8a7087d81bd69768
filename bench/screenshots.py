"""The README's pictures of the console, taken anew: `make screenshots`."""

import base64
import copy
import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.console import NAMES
from bench.many_runs import PATIENT, PROFILE, stack_with
from bench.palette import reduced
from local.demo.client import Client

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
RECORD = ROOT / "local" / "seed_record.json"
BEFORE = 240
"""Runs of the last month, so that the metrics have something to show."""
WARD = {"Bed 3": ("1951-01-02", "male"), "Bed 7": ("1989-06-30", "female")}
QUESTION = "Does the creatinine fit the kidney disease?"


class Staged:
    """What the pictures show, made through the API."""

    def __init__(self, client: Client) -> None:
        self._client = client
        client.call("PUT", f"/api/patients/{PATIENT}", {"label": "Bed 12"}, "admin")
        others = [self._admitted(label, *who) for label, who in WARD.items()]
        self.analysis = self._analysis()
        self.orchestration = self._orchestration("Bread planner", phases=2)
        client.call("POST", "/dev/model", {"script": ["missing_fields"]})
        self._diagnosis(others[0], "Is the dose of metformin right?", "ward-2")
        self._orchestration("Tide tables", phases=0)
        self._diagnosis(others[1], "What explains the tiredness?", "ward-1", "urgent")
        self.diagnosis = self._diagnosis(PATIENT, QUESTION, "ward-1")

    def _admitted(self, label: str, born: str, gender: str) -> str:
        record = copy.deepcopy(json.loads(RECORD.read_text(encoding="utf-8")))
        for entry in record["entry"]:
            if entry["resource"]["resourceType"] == "Patient":
                entry["resource"] |= {"birthDate": born, "gender": gender}
        patient = str(uuid.uuid4())
        clinician = self._client.call("GET", "/dev/users").body["users"]
        sub = next(one["sub"] for one in clinician if one["user"] == "clinician")
        for path, body in (
            ("", {"label": label}), (f"/clinicians/{sub}", {}), ("/record", record)
        ):  # fmt: skip
            self._client.call("PUT", f"/api/patients/{patient}{path}", body, "admin")
        return patient

    def _ended(self, path: str, body: Any, user: str) -> str:
        run: Any = self._client.call("POST", path, body, user, prefer="wait=25").data["run"]
        while run["status"] in ("queued", "running"):
            run = self._client.call(
                "GET", f"/runs/{run['id']}", user=user, prefer="wait=25"
            ).data["run"]  # fmt: skip
        return str(run["id"])

    def _diagnosis(self, patient: str, question: str, *tags: str) -> str:
        body = {"input_config": {"question": question}, "tags": list(tags)}
        return self._ended(f"/api/studio/patients/{patient}/diagnosis-runs", body, "clinician")

    def _orchestration(self, name: str, phases: int) -> str:
        intake = (
            "An app that tells a small bakery how much to bake of what, from last year's sales."
        )
        body = {"profile": PROFILE, "intake": intake, "project_name": name}
        run_id = self._ended("/runs", body, "member")
        for _ in range(phases):
            self._client.call("POST", f"/runs/{run_id}/next", {}, "member", prefer="wait=25")
        return run_id

    def _analysis(self) -> str:
        body = {"name": "Queue at the counter"}
        project = self._client.call("POST", "/api/projects", body, "member").data["project"]["id"]
        document = {
            "hypothesis": "People leave when more than five wait.",
            "audience": "Bakeries with one till",
            "evidence_notes": ["Two of five left on Saturday", "The till waits for the card"],
        }
        path = f"/api/projects/{project}"
        self._client.call("POST", f"{path}/inputs", {"input": document}, "member")
        return self._ended(f"{path}/generate", {}, "member")


class Camera:
    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address

    @contextmanager
    def page(
        self, user: str, at: str, theme: str = "light", width: int = 1280, height: int = 860
    ) -> Iterator[Page]:
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce", timezone_id="Europe/Berlin",
        )  # fmt: skip
        page = context.new_page()
        page.goto(f"{self._address}/console/{at}")
        page.get_by_role("button", name=user).first.click()
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        try:
            yield page
        finally:
            context.close()

    def take(self, name: str, seen: str, **where: Any) -> None:
        """A picture, when this text is on the page and nothing is being loaded."""
        with self.page(**where) as page:
            _settled(page, seen)
            _save(name, page.screenshot())

    def take_phones(self, name: str, seen: str, **where: Any) -> None:
        """Two phones side by side, light and dark."""
        pictures = []
        for theme in ("light", "dark"):
            with self.page(theme=theme, width=390, height=780, **where) as page:
                _settled(page, seen)
                pictures.append(base64.b64encode(page.screenshot()).decode())
        context = self._browser.new_context(viewport={"width": 804, "height": 780})
        page = context.new_page()
        images = "".join(f'<img src="data:image/png;base64,{one}">' for one in pictures)
        page.set_content(f"<style>body{{margin:0;display:flex;gap:24px}}</style>{images}")
        _save(name, page.screenshot())
        context.close()


def _settled(page: Page, seen: str) -> None:
    expect(page.get_by_text(seen).first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    page.wait_for_timeout(500)


def _save(name: str, png: bytes) -> None:
    small = reduced(png)
    (FOLDER / f"{name}.png").write_bytes(small)
    print(f"{name}.png {len(small) / 1000:.0f} kB", flush=True)


def shots(staged: Staged, camera: Camera) -> list[Callable[[], None]]:
    def one(name: str, seen: str, user: str, at: str, **more: Any) -> Callable[[], None]:
        return lambda: camera.take(name, seen, user=user, at=at, **more)

    phases = f"#/runs/{staged.orchestration}?tab=board"
    return [
        one("runs", "Bread planner", "Admin", "#/runs"),
        one("diagnosis-run", QUESTION, "Clinician", f"#/runs/{staged.diagnosis}"),
        one("orchestration-dark", "Execute data", "Member", phases, theme="dark"),
        one("metrics", "Runs that ended", "Admin", "#/metrics?days=30"),
        one("analysis-dark", "Evidence", "Member", f"#/runs/{staged.analysis}", theme="dark"),
        lambda: camera.take_phones("phone", "Bread planner", user="Admin", at="#/runs"),
    ]


def main() -> None:
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        raise SystemExit("Chromium is not installed")
    expect.set_options(timeout=60_000)
    with stack_with(BEFORE) as address, sync_playwright() as playwright:
        staged = Staged(Client(address))
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--headless", "--no-sandbox"]
        )
        for take in shots(staged, Camera(browser, address)):
            take()
        browser.close()


if __name__ == "__main__":
    main()
