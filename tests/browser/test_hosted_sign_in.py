"""Signing in through hosted pages: the requests that leave the browser, and what is believed of
what comes back.
"""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from local.demo.client import Client
from tests.browser.conftest import Open
from tests.browser.console import Console

pytestmark = pytest.mark.browser

HOSTED = "https://sign-in.example"
CLIENT_ID = "console-client"


class Hosted:
    """Stands where the hosted pages are: remembers what it was asked, and answers as they would."""

    def __init__(self, page: Page, url: str, token: str) -> None:
        self.asked: list[dict[str, str]] = []
        self.token_claims: dict[str, object] = {}
        self._token = token
        self.lasts = 3600
        page.route(
            "**/console/config.json",
            lambda route: route.fulfill(
                json={"mode": "cognito", "api": "", "domain": HOSTED, "clientId": CLIENT_ID}
            ),
        )
        page.route(re.compile(re.escape(f"{url}/console/") + r"(\?.*)?$"), self._page)
        page.route(f"{HOSTED}/**", self._answer)

    def _page(self, route: Route) -> None:
        """A deployment's policy names its sign-in service."""
        answer = route.fetch()
        policy = answer.headers["content-security-policy"].replace(
            "connect-src 'self'", f"connect-src 'self' {HOSTED}"
        )
        route.fulfill(response=answer, headers=answer.headers | {"content-security-policy": policy})

    def _answer(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        fields = parse_qs(route.request.post_data or parts.query)
        self.asked.append(
            {"path": parts.path} | {name: values[0] for name, values in fields.items()}
        )
        if parts.path == "/oauth2/token":
            body = {
                "id_token": self.id_token(),
                "refresh_token": "refresh-me",
                "token_type": "Bearer",
            }
            route.fulfill(json=body, headers={"access-control-allow-origin": "*"})
        else:
            route.fulfill(body="<title>Hosted</title>", content_type="text/html")

    def id_token(self) -> str:
        """The demo user's claims, as if this service had made them; the stack's own signature no
        longer fits, which only the API minds.
        """
        claims = json.loads(base64.urlsafe_b64decode(self._token.split(".")[1] + "=="))
        claims |= {
            "aud": CLIENT_ID,
            "nonce": self.asked[0].get("nonce"),
            "exp": int(time.time()) + self.lasts,
            **self.token_claims,
        }
        return ".".join(
            ["e30", base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), "x"]
        )


@pytest.fixture
def start(open_console: Open, url: str, client: Client) -> Callable[[], tuple[Console, Hosted]]:
    def starts() -> tuple[Console, Hosted]:
        console = open_console()
        hosted = Hosted(console.page, url, client.token("member"))
        console.page.goto(console.url + "#/new")
        console.page.reload()
        console.press("Sign in")
        expect(console.page).to_have_title("Hosted")
        return console, hosted

    return starts


def test_the_way_there_and_back(start: Callable[[], tuple[Console, Hosted]]) -> None:
    console, hosted = start()
    [asked] = hosted.asked
    assert asked["path"] == "/oauth2/authorize"
    assert {
        name: asked[name]
        for name in ("response_type", "client_id", "code_challenge_method", "redirect_uri")
    } == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "code_challenge_method": "S256",
        "redirect_uri": console.url,
    }
    # The API refuses the made-up signature; that the console shows its page all the same is what is
    # wanted here.
    console.page.route(
        "**/runs?*",
        lambda route: route.fulfill(
            json={"success": True, "data": {"runs": [], "next_cursor": None}}
        ),
    )
    requests: list[str] = []
    console.page.on("request", lambda request: requests.append(urlsplit(request.url).path))
    console.page.goto(f"{console.url}?code=the-code&state={asked['state']}")
    console.sees("What shall be done?")
    assert "/runs" not in requests, "another page was shown before the one that was left"
    exchange = hosted.asked[1]
    challenge = (
        base64.urlsafe_b64encode(hashlib.sha256(exchange["code_verifier"].encode()).digest())
        .decode()
        .rstrip("=")
    )
    assert challenge == asked["code_challenge"]
    assert (exchange["grant_type"], exchange["code"], exchange["redirect_uri"]) == (
        "authorization_code",
        "the-code",
        console.url,
    )
    assert "the-code" not in console.page.url


def test_a_state_that_was_not_made_here_is_refused(
    start: Callable[[], tuple[Console, Hosted]],
) -> None:
    console, hosted = start()
    console.page.goto(f"{console.url}?code=the-code&state=forged")
    console.sees("This sign-in was not started here")
    assert [asked["path"] for asked in hosted.asked] == ["/oauth2/authorize"]


@pytest.mark.parametrize("claims", [{"nonce": "another"}, {"aud": "another-client"}])
def test_a_token_made_for_another_sign_in_is_refused(
    start: Callable[[], tuple[Console, Hosted]], claims: dict[str, object]
) -> None:
    console, hosted = start()
    hosted.token_claims = claims
    console.page.goto(f"{console.url}?code=the-code&state={hosted.asked[0]['state']}")
    console.sees("The token was not made for this sign-in")
    assert console.page.evaluate("sessionStorage['studio-runs.session']") is None


def test_a_state_is_good_for_one_return(start: Callable[[], tuple[Console, Hosted]]) -> None:
    console, hosted = start()
    address = f"{console.url}?code=the-code&state={hosted.asked[0]['state']}"
    console.page.goto(address)
    console.sees("What shall be done?")
    console.page.evaluate("sessionStorage.removeItem('studio-runs.session')")
    console.page.goto(address)
    console.sees("This sign-in was not started here")


def test_a_token_about_to_run_out_is_refreshed_and_signing_out_ends_it_there_too(
    start: Callable[[], tuple[Console, Hosted]],
) -> None:
    console, hosted = start()
    hosted.lasts = 30
    console.page.goto(f"{console.url}?code=the-code&state={hosted.asked[0]['state']}")
    console.sees("What shall be done?")
    hosted.lasts = 3600
    console.page.route(
        "**/runs?*",
        lambda route: route.fulfill(
            json={"success": True, "data": {"runs": [], "next_cursor": None}}
        ),
    )
    console.go("#/runs").sees("No runs yet")
    refresh = hosted.asked[-1]
    assert (refresh["grant_type"], refresh["refresh_token"], refresh["client_id"]) == (
        "refresh_token",
        "refresh-me",
        CLIENT_ID,
    )
    console.page.get_by_label("Account and theme").click()
    console.press("Sign out")
    expect(console.page).to_have_title("Hosted")
    assert hosted.asked[-1] == {
        "path": "/logout",
        "client_id": CLIENT_ID,
        "logout_uri": console.url,
    }
