"""The console in Chromium over a local stack with many runs: `make bench-console RUNS=10000`.

For each view that is clicked: seconds until it can be used, CPU seconds of the stack meanwhile,
requests, and kilobytes as sent; then the first visit on a slow line. Fails where a view asks for
more than its share of requests, however many runs there are.
"""

import argparse
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, Request, sync_playwright

from bench.many_runs import stack_with

NAMES = ("chromium", "chromium-browser", "google-chrome")
MOST_REQUESTS, MOST_LOOKS, MOST_AT_FIRST, MOST_SIGNED_IN = 4, 8, 15, 6
"""Of a view, of one that looks through several pages, before the first list, and from the choice of
a user to it: the token, the other pages' script and what those need is asked for, too.
"""
ROUND_TRIP_MS, BYTES_PER_SECOND = 150, 180_000
QUIET_MS = 300
LISTED = "main .run-list li, main .empty"
"""What can be clicked in a list of runs, or that there is nothing."""
_UNTIL = """async ([selector, waits]) => {
  const usable = () => document.querySelector(selector) && !document.querySelector(waits);
  while (!usable()) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => requestAnimationFrame(resolve));
  return performance.now() - window.begun;
}"""
_BEGIN = "() => { window.begun = performance.now(); }"


@dataclass
class Seen:
    """What was asked since the last step."""

    page: Page
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        self.requests.append(request)

    def kilobytes(self, first: int | None = None) -> float:
        """As sent, of all requests or of the first so many."""
        self.page.wait_for_timeout(QUIET_MS)
        sizes = [one.sizes() for one in self.requests[:first] if one.response()]
        return sum(one["responseHeadersSize"] + one["responseBodySize"] for one in sizes) / 1000


class Walk:
    """One person's way through the console."""

    def __init__(self, page: Page, address: str, user: str) -> None:
        self._page, self._seen, self._user = page, Seen(page), user
        self.faults: list[str] = []
        page.goto(f"{address}/console/")
        choice = page.get_by_role("button", name=re.compile(rf"^{user} ?[SRK]")).first
        choice.wait_for()
        self._step("sign in, list", choice.click, most=MOST_SIGNED_IN)

    def click(self, name: str, label: str, role: str = "button", until: str = LISTED,
              most: int = MOST_REQUESTS) -> None:  # fmt: skip
        target = self._page.get_by_role(role, name=label, exact=True).first  # type: ignore[arg-type]
        self._step(name, target.click, until, most)

    def choose(self, name: str, label: str, value: str) -> None:
        self._step(name, lambda: self._page.get_by_label(label).select_option(value))

    def find(self, name: str, text: str) -> None:
        self._page.get_by_label("Id or name").fill(text)
        self._step(name, lambda: self._page.keyboard.press("Enter"), most=MOST_LOOKS)

    def clear(self) -> None:
        self._page.get_by_role("button", name="Clear").click()
        self._page.evaluate(_BEGIN)
        self._page.evaluate(_UNTIL, [LISTED, ".skeleton"])

    def _step(self, name: str, act: object, until: str = LISTED, most: int = MOST_REQUESTS) -> None:
        assert callable(act)
        self._page.wait_for_timeout(QUIET_MS)
        self._seen.requests.clear()
        self._page.evaluate(_BEGIN)
        cpu = time.process_time()
        act()
        seconds = self._page.evaluate(_UNTIL, [until, ".skeleton"]) / 1000
        asked, used = len(self._seen.requests), time.process_time() - cpu
        if asked > most:
            self.faults.append(f"{self._user}, {name}: {asked} requests")
        print(f"{self._user:<10} {name:<28} {seconds:>6.2f} {used:>6.2f} {asked:>4} "
              f"{self._seen.kilobytes():>7.1f}", flush=True)  # fmt: skip


def patients(walk: Walk) -> None:
    walk.click("next page", "Older")
    walk.click("status: failed", "Failed")
    walk.clear()
    walk.click("status: waiting", "Waiting")
    walk.clear()


CHARTS = "main .chart-grid svg"


def admins(walk: Walk) -> None:
    walk.click("next page", "Older")
    walk.click("status: failed", "Failed")
    walk.clear()
    walk.click("status: waiting", "Waiting")
    walk.clear()
    walk.choose("workflow: analysis", "Workflow", "analysis")
    walk.clear()
    walk.find("name, not there", "nowhere")
    walk.clear()
    walk.click("metrics", "Metrics", "link", CHARTS)
    walk.click("board", "Board", "link", "main .board")
    walk.click("patients", "Patients", "link", "main .plain-list li")
    walk.click("list again", "Runs", "link")


def others(walk: Walk) -> None:
    walk.click("next page", "Older")
    walk.click("status: failed", "Failed")
    walk.clear()
    walk.click("metrics", "Metrics", "link", CHARTS)
    walk.click("board", "Board", "link", "main .board, main .empty")
    walk.click("list again", "Runs", "link")


WALKS = (("Admin", admins), ("Clinician", others), ("Member", others), ("Patient", patients))


def slow_visit(browser: Browser, address: str) -> list[str]:
    """A first visit at 150 ms round trips and 180 kB/s: first paint, and a usable list."""
    with _page(browser) as page:
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", {
            "offline": False, "latency": ROUND_TRIP_MS,
            "downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND,
        })  # fmt: skip
        seen = Seen(page)
        page.goto(f"{address}/console/", wait_until="commit")
        page.get_by_role("button", name="Admin").first.wait_for()
        paint = page.evaluate(
            "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
        )
        choice = page.evaluate("() => performance.now()")
        page.evaluate(_BEGIN)
        page.get_by_role("button", name="Admin").first.click()
        usable = page.evaluate(_UNTIL, [LISTED, ".skeleton"])
        asked, kilobytes = len(seen.requests), seen.kilobytes(len(seen.requests))
        print(f"slow line: first paint {paint / 1000:.2f} s, sign-in {choice / 1000:.2f} s, "
              f"the list {usable / 1000:.2f} s after the click; {asked} requests, "
              f"{kilobytes:.1f} kB", flush=True)  # fmt: skip
    return [f"slow line: {asked} requests"] if asked > MOST_AT_FIRST else []


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        yield context.new_page()
    finally:
        context.close()


def look(address: str) -> list[str]:
    """What is at fault."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        raise SystemExit("Chromium is not installed")
    found: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--headless", "--no-sandbox"]
        )
        print(f"{'as':<10} {'click':<28} {'s':>6} {'CPU':>6} {'req':>4} {'kB':>7}")
        for user, way in WALKS:
            with _page(browser) as page:
                walk = Walk(page, address, user)
                way(walk)
                found += walk.faults
        found += slow_visit(browser, address)
        browser.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--stack", help="one that is running, instead of one that is filled")
    asked = parser.parse_args()
    if asked.stack:
        found = look(asked.stack)
    else:
        with stack_with(asked.runs) as address:
            found = look(address)
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
