"""One Chromium and one local stack for all browser tests.

Where there is no Chromium they are skipped, and say so.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from local.demo.client import Client
from local.demo.stack_process import running_stack
from tests.browser.console import Console

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
]
PATIENCE_MS = 30_000

Open = Callable[..., Console]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip(
            "the console was NOT tested: Chromium is not installed (apt-get install chromium)"
        )
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def url(browser: Browser) -> Iterator[str]:
    with running_stack() as address:
        yield address


@pytest.fixture(scope="session")
def client(url: str) -> Client:
    return Client(url)


@pytest.fixture(scope="session")
def kept(browser: Browser) -> Iterator[dict[str, Console]]:
    """A signed-in page of each user, from one test to the next: loading and signing in would take
    most of the time.
    """
    consoles: dict[str, Console] = {}
    yield consoles
    for console in consoles.values():
        console.page.context.close()


@pytest.fixture
def open_console(browser: Browser, url: str, kept: dict[str, Console]) -> Iterator[Open]:
    """The console, signed in as `user` if one is named; `fresh`: in a browser that was never here.

    No page may break itself or its policy.

    Each user has one page at a time: a second one in the same test is a fresh one.
    """
    with opening(browser, url) as opens_fresh:
        used: dict[str, Console] = {}

        def opens(
            user: str | None = None, at: str = "#/runs", fresh: bool = False, **options: Any
        ) -> Console:
            if user is None or fresh or options or user in used:
                return opens_fresh(user, at, **options)
            used[user] = (
                kept.pop(user)
                if user in kept
                else Console(_context(browser).new_page(), url).start(user, "#/new")
            )
            return used[user].go(at)

        yield opens
        problems = [problem for console in used.values() for problem in console.problems]
        for user, console in used.items():
            kept[user] = console.forget()
    assert problems == []


@contextmanager
def opening(browser: Browser, url: str) -> Iterator[Open]:
    """Opens consoles in browsers of their own."""
    opened: list[Console] = []

    def opens(user: str | None = None, at: str = "#/runs", **options: Any) -> Console:
        opened.append(Console(_context(browser, **options).new_page(), url))
        return opened[-1].start(user, at)

    yield opens
    problems = [problem for console in opened for problem in console.problems]
    for console in opened:
        console.page.context.close()
    assert problems == []


def _context(
    browser: Browser, width: int = 1280, height: int = 900, **options: Any
) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", **options
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


@pytest.fixture(autouse=True)
def _calm(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test leaves a script or a switched-off worker behind."""
    yield
    if "client" in request.fixturenames:
        client: Client = request.getfixturevalue("client")
        client.call("POST", "/dev/model", {"script": []})
        client.call("POST", "/dev/settings", {"worker_enabled": True, "quota_per_minute": 0})
