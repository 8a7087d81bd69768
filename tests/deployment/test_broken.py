"""A template that is broken in one place deploys as well as a whole one, and the HTTP suite, asked
of the deployment, notices.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.deployment.deployment import ROOT, Deployment, Template
from tests.deployment.http_api import wire
from tests.deployment.standing import standing

pytestmark = pytest.mark.deployment
if "STUDIO_DEPLOYMENT" not in os.environ:
    pytest.skip("`make deploy-check` deploys the template to an emulator", allow_module_level=True)
PASSED, FAILED = 0, 1
"""How pytest ends."""


@dataclass(frozen=True)
class Fault:
    """What is broken, and the test that finds it."""

    name: str
    breaks: Callable[[Template], Template]
    found_by: str


def a_route_is_elsewhere(template: Template) -> Template:
    route_of(template, "ListProfiles")["Path"] = "/profile"
    return template


def a_route_is_open(template: Template) -> Template:
    route_of(template, "ListProfiles")["Auth"] = {"Authorizer": "NONE"}
    return template


def a_policy_is_missing(template: Template) -> Template:
    template["Resources"]["CreateProject"]["Properties"]["Policies"].remove({"Ref": "PutItems"})
    return template


def a_variable_is_missing(template: Template) -> Template:
    environment = template["Resources"]["ListEvents"]["Properties"]["Environment"]
    del environment["Variables"]["CURSOR_KEY_SECRET_ARN"]
    return template


def route_of(template: Template, function: str) -> Template:
    found: Template = template["Resources"][function]["Properties"]["Events"]["Route"]
    said: Template = found["Properties"]
    return said


FAULTS = (
    Fault(
        "route",
        a_route_is_elsewhere,
        "test_profiles.py::test_phases_say_who_makes_what_and_what_is_checked",
    ),
    Fault(
        "authorizer",
        a_route_is_open,
        "test_wrong_ways.py::test_without_a_valid_token_nothing_is_answered[GET /profiles]",
    ),
    Fault(
        "policy",
        a_policy_is_missing,
        "test_project_doors.py::test_a_project_is_made_and_listed_with_what_is_derived",
    ),
    Fault(
        "variable",
        a_variable_is_missing,
        "test_events.py::test_after_and_pages_go_on_where_one_left_off",
    ),
)


@pytest.fixture(scope="module")
def stood() -> Iterator[tuple[str, Deployment]]:
    with standing() as both:
        yield both


def played(url: str, *tests: str) -> int:
    """How pytest ends when it asks the deployment."""
    asked = {"STUDIO_WITNESS": "ministack", "STUDIO_WITNESS_URL": url}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "0"]
        + [f"tests/http/{test}" for test in tests],
        cwd=ROOT,
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (PASSED, FAILED), done.stdout
    return done.returncode


def test_what_is_whole_passes(stood: tuple[str, Deployment]) -> None:
    assert played(stood[0], *(fault.found_by for fault in FAULTS)) == PASSED


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_is_broken_is_found(stood: tuple[str, Deployment], fault: Fault) -> None:
    url, deployment = stood
    deployment.deploy(fault.breaks)
    deployment.settle()
    wire(deployment)
    assert played(url, fault.found_by) == FAILED
