"""How much the console asks for: at the start, and with more runs than anybody pages through.

Counts, not times: a time says more of the machine than of the console.
"""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Request, Route, expect

from local.demo.client import Client
from tests.browser.conftest import Open
from tests.browser.console import Console

pytestmark = pytest.mark.browser

MOST_REQUESTS = 15
MOST_BYTES = 120_000
PAGE = 25


@pytest.mark.parametrize("user", ["member", "outsider"])
def test_few_requests_and_few_bytes_before_a_usable_list(
    open_console: Open, client: Client, user: str
) -> None:
    """Of a list whose page is full, too: another organisation's admin has one."""
    if user == "outsider":
        for number in range(PAGE):
            name = {"project_name": f"Number {number}", "intake": "An app."}
            client.call("POST", "/runs", {"profile": "analytics_forecast_app", **name}, user)
    console = open_console()
    sizes: list[int] = []
    requests: list[Request] = []

    def finished(request: Request) -> None:
        requests.append(request)

    console.page.on("requestfinished", finished)
    console.page.reload()
    console.sign_in(user)
    expect(console.page.get_by_role("search", name="Filter runs")).to_be_visible()
    expect(console.page.get_by_text("Loading runs")).to_have_count(0)
    if user == "outsider":
        expect(console.page.locator("main .run-list li")).to_have_count(PAGE)
    before_it = list(requests)
    for request in before_it:
        found = request.sizes()
        sizes.append(found["responseHeadersSize"] + found["responseBodySize"])
    urls = [urlsplit(one.url).path for one in before_it]
    assert len(urls) <= MOST_REQUESTS, urls
    assert sum(sizes) <= MOST_BYTES, dict(zip(urls, sizes, strict=True))


def test_named_files_are_kept_for_ever_and_the_page_is_not(open_console: Open) -> None:
    console = open_console()
    kept: dict[str, str] = {}
    console.page.on(
        "response",
        lambda answer: kept.update({answer.url: answer.headers.get("cache-control", "")}),
    )
    console.page.reload()
    console.sees("Who are you today?")
    assets = [control for url, control in kept.items() if "/assets/" in url]
    assert len(assets) >= 4
    assert all("immutable" in control for control in assets)
    assert kept[console.page.url.split("#")[0]] == "no-store"


class Endless:
    """Stands before the service with a list of runs that never ends, and counts what is asked."""

    def __init__(self, console: Console) -> None:
        self.asked: list[str] = []
        console.page.route("**/runs?**", self._page)
        console.page.route("**/diagnosis-runs?**", self._page)
        console.page.route("**/stats?**", self._stats)

    def _page(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        query = parse_qs(parts.query)
        self.asked.append(f"{parts.path}?{parts.query}")
        start = int(query.get("cursor", ["0"])[0])
        size = int(query["limit"][0])
        status = query.get("status", ["succeeded"])[0]
        runs = [_run(number, status) for number in range(start, start + size)]
        route.fulfill(
            json={"success": True, "data": {"runs": runs, "next_cursor": str(start + size)}}
        )

    def _stats(self, route: Route) -> None:
        self.asked.append(route.request.url)
        day = {"date": "2026-11-29", "created": 10_000, "succeeded": 9_000, "failed": 900}
        rest = {"cancelled": 100, "cost_usd": 150.0, "by_workflow": {}, "by_code": {}}
        opened = {"queued": 0, "running": 0, "waiting": 4_000, "by_reason": {"gate": 4_000}}
        route.fulfill(json={"success": True, "data": {"days": [day | rest], "open": opened}})


def _run(number: int, status: str) -> dict[str, Any]:
    at = "2026-11-29T10:00:00.000Z"
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "workflow": "orchestration",
        "status": status,
        "subject": {"type": "organisation", "id": "demo"},
        "project_name": f"Number {number}",
        "current_phase": "planning",
        "created_by": "nobody",
        "created_at": at,
        "updated_at": at,
        "first_started_at": at,
        "completed_at": at,
        "duration_seconds": 2.0,
        "attempt": 1,
        "tags": [],
        "usage": {"cost_usd": 0.015},
        "error_info": None,
        "blocked_by": None,
    }


@pytest.fixture
def endless(open_console: Open) -> tuple[Console, Endless]:
    console = open_console("admin", at="#/new", fresh=True)
    return console, Endless(console)


def test_requests_do_not_grow_with_the_number_of_runs(endless: tuple[Console, Endless]) -> None:
    console, service = endless

    def asked(at: str, text: str) -> int:
        service.asked.clear()
        console.go(at).sees(text)
        return len(service.asked)

    assert asked("#/runs", "Number 0") <= 3
    console.press("Older").sees("Number 25")
    assert len(service.asked) <= 4
    assert asked("#/runs?status=failed", "Number 0") <= 3
    assert asked("#/metrics", "9,000") <= 3
    assert asked("#/board", "4,000 open, 100 shown") <= 4


def test_what_is_sorted_here_is_looked_for_in_few_requests(
    endless: tuple[Console, Endless],
) -> None:
    console, service = endless
    console.go("#/runs?q=nowhere").sees("None found yet").sees("500 runs were looked through")
    lists = [one for one in service.asked if one.startswith("/runs?")]
    assert len(lists) == 5, json.dumps(lists)


def test_a_list_says_what_was_sorted_out_here_and_among_how_many(
    endless: tuple[Console, Endless],
) -> None:
    console, service = endless
    console.go("#/runs?creator=nobody&cost_from=0.01").sees("Number 24")
    console.sees("The service does not filter these runs by creator and cost, so this page does.")
    console.sees("These are from among the newest 100, back to").press("Older")
    console.sees("Number 100").sees("These are from among the next 100")
    service.asked.clear()
    console.go("#/runs?code=LLM_ERROR").sees("None found yet")
    lists = [one for one in service.asked if one.startswith("/runs?")]
    assert all("status=failed" in one for one in lists), "only what failed has a code"


def test_a_patients_list_ends_where_the_time_that_is_asked_for_begins(open_console: Open) -> None:
    """Their lists are filtered by the service by nothing but the status."""
    console = open_console("clinician", at="#/new", fresh=True)
    service = Endless(console)
    console.go("#/runs?scope=patients&range=today").sees("No run matches")
    assert len([one for one in service.asked if "diagnosis-runs" in one]) == 1
    console.page.get_by_text("More filters").click()
    expect(console.page.get_by_label("Patient", exact=True)).to_be_visible()
    console.press("Many at once")
    expect(console.button("Count what retry would reach")).to_have_count(0)


def test_a_run_that_cannot_be_read_breaks_neither_the_list_nor_its_page(
    open_console: Open,
) -> None:
    console = open_console("admin", at="#/new", fresh=True)
    whole = _run(1, "succeeded")
    spoilt = {"id": _run(2, "")["id"], "status": "unreadable"}
    page = {"runs": [spoilt, whole], "next_cursor": None}
    console.page.route(
        "**/runs?**", lambda route: route.fulfill(json={"success": True, "data": page})
    )
    one = {"success": True, "data": {"run": spoilt}}
    console.page.route(f"**/runs/{spoilt['id']}", lambda route: route.fulfill(json=one))
    events = {"success": True, "data": {"events": [], "next_cursor": None}}
    console.page.route("**/events?**", lambda route: route.fulfill(json=events))
    console.go("#/runs").sees("Unreadable").sees("Number 1")
    console.page.get_by_role("link", name="Unreadable").click()
    console.sees("This run cannot be read")
