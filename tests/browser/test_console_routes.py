"""Every call the console makes is a documented route, and every route has a place from which it is
called. Needs no browser.
"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "console"
OWN = sorted(path for path in CONSOLE.rglob("*.js") if "vendor" not in path.parts)
# Swagger's page is for people who read it in a tab of its own; the console leaves it alone.
NOT_CALLED = {("GET", "/docs")}
LOCAL_ONLY = {("GET", "/dev/users"), ("POST", "/dev/token")}
_CALL = re.compile(
    r"\b(get|post|put|patch|del|sendForBlob|sendForText|sendBare|addressOf)"
    r'\((?:"(\w+)", )?path`([^`]+)`'
)
_METHODS = {
    "get": "GET",
    "post": "POST",
    "put": "PUT",
    "patch": "PATCH",
    "del": "DELETE",
    "sendForBlob": "GET",
    "sendForText": "GET",
    "addressOf": "GET",
}
REFERENCES = {
    ("POST", "/api/studio/patients/{patientId}/diagnosis-runs"),
    ("GET", "/api/studio/patients/{patientId}/diagnosis-runs"),
    ("GET", "/api/studio/diagnosis-runs/{runId}"),
    ("PATCH", "/api/studio/diagnosis-runs/{runId}"),
    ("GET", "/api/studio/diagnosis-runs/{runId}/artifacts"),
    ("GET", "/api/studio/diagnosis-artifacts/{artifactId}"),
    ("POST", "/api/studio/diagnosis-runs/{runId}/execute"),
    ("POST", "/api/diagnosis-runs"),
    ("GET", "/api/diagnosis-runs"),
    ("GET", "/api/diagnosis-runs/{runId}"),
    ("POST", "/api/diagnosis-runs/{runId}/process"),
    ("POST", "/runs"),
    ("POST", "/runs/{runId}/next"),
    ("GET", "/runs/{runId}"),
    ("GET", "/runs/{runId}/artifacts"),
    ("GET", "/runs/{runId}/metrics"),
    ("POST", "/api/projects/{projectId}/generate"),
}
"""The routes of the five systems that this one unifies."""


def called() -> set[tuple[str, str]]:
    text = (CONSOLE / "api.js").read_text(encoding="utf-8")
    found = {
        (method or _METHODS[name], re.sub(r"\$\{(\w+)\}", r"{\1}", route))
        for name, method, route in _CALL.findall(text)
    }
    assert len(found) == text.count("path`"), (
        "a call of api.js is written in a way that this test does not read"
    )
    return found


def documented() -> set[tuple[str, str]]:
    document = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    return {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }


def test_every_call_is_a_documented_route() -> None:
    assert called() - LOCAL_ONLY <= documented()


def test_no_documented_route_is_an_orphan() -> None:
    assert documented() - NOT_CALLED <= called()


def test_every_route_of_the_references_is_called() -> None:
    assert called() >= REFERENCES


def test_every_call_of_the_api_module_is_used_by_a_page() -> None:
    names = set(re.findall(r"export const (\w+)", (CONSOLE / "api.js").read_text(encoding="utf-8")))
    used = "\n".join(path.read_text(encoding="utf-8") for path in OWN if path.name != "api.js")
    assert {name for name in names if not re.search(rf"\b{name}\b", used)} == set()


def test_requests_are_made_in_one_place() -> None:
    """But for the console's own settings and the sign-in service, neither of which is the API."""
    places = {
        str(path.relative_to(CONSOLE))
        for path in OWN
        if re.search(r"\bfetch\(", path.read_text(encoding="utf-8"))
    }
    assert places == {"http.js", "app.js", "auth/cognito.js"}


def test_nothing_is_written_as_markup_or_run_as_code() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML"
        r"|\beval\(|new Function|\bstyle=|javascript:"
    )
    assert [str(path) for path in OWN if forbidden.search(path.read_text(encoding="utf-8"))] == []


def test_nothing_comes_from_another_host() -> None:
    loads = re.compile(
        r"""(?:src|href)=["']?https?:|@import|url\(["']?(?:https?:)?//|from ["']https?:"""
        r"""|import\((?!"\./)"""
    )
    files = [*OWN, CONSOLE / "index.html", *(CONSOLE / "styles").glob("*.css")]
    assert [str(path) for path in files if loads.search(path.read_text(encoding="utf-8"))] == []


def test_the_page_has_no_inline_script_or_style() -> None:
    page = (CONSOLE / "index.html").read_text(encoding="utf-8")
    assert "<style" not in page
    assert re.search(r"\son\w+=|style=", page) is None
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page) == ["", ""]
