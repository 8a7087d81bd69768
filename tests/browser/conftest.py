"""One Chromium and one local stack for all browser tests. Where there is no Chromium they are skipped, and say so."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from local.client import Client
from local.process import running_stack
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
PATIENCE_MS = 15_000

Open = Callable[..., Console]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip("the console was NOT tested: Chromium is not installed (apt-get install chromium)")
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


@pytest.fixture
def open_console(browser: Browser, url: str) -> Iterator[Open]:
    """Opens the console in a browser of its own, signed in as `user` if one is named. No page may break its policy or itself."""
    with opening(browser, url) as opens:
        yield opens


@contextmanager
def opening(browser: Browser, url: str) -> Iterator[Open]:
    contexts: list[Any] = []
    opened: list[Console] = []

    def opens(user: str | None = None, at: str = "#/runs", width: int = 1280, height: int = 900, **options: Any) -> Console:
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        opened.append(Console(context.new_page(), url))
        return opened[-1].start(user, at)

    yield opens
    problems = [problem for console in opened for problem in console.problems]
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture(autouse=True)
def _calm(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test leaves a script or a switched-off worker behind."""
    yield
    if "client" in request.fixturenames:
        client: Client = request.getfixturevalue("client")
        client.call("POST", "/dev/model", {"script": []})
        client.call("POST", "/dev/settings", {"worker_enabled": True, "quota_per_minute": 0})
