"""Five generators over the document, unedited: what they make compiles, and two of them play
create, wait, read, page and
cancel against a local stack.
"""

import uuid
from collections.abc import Callable

import httpx
import pytest

from local.demo.stack_process import running_stack
from tests.generators.conftest import ROOT, Workshop

pytestmark = pytest.mark.generators
PATIENT = "11111111-1111-4111-8111-111111111111"
MADE_CLIENT = "project_name_override: made-client\npackage_name_override: made_client\n"

MADE_BY_OAG = "import sys; sys.path.insert(0, 'made/oag'); import openapi_client;"
IMPORT_ALL = f"""{MADE_BY_OAG}
import importlib, pkgutil
for one in pkgutil.walk_packages(openapi_client.__path__, "openapi_client."):
    importlib.import_module(one.name)
"""


def openapi_python_client(workshop: Workshop) -> None:
    config = workshop.made / "openapi-python-client.yaml"
    config.write_text(MADE_CLIENT, "utf-8")
    said = workshop.tool(
        "openapi-python-client", "generate", "--path", "openapi.json", "--config", str(config),
        "--output-path", "made/opc", "--overwrite", "--fail-on-warning",
    )  # fmt: skip
    assert "WARNING" not in said.upper().replace("--FAIL-ON-WARNING", ""), said
    workshop.python("-m", "mypy", "made/opc/made_client")


def openapi_generator(workshop: Workshop) -> None:
    workshop.tool(
        "openapi-generator-cli", "generate", "-i", "openapi.json", "-g", "python", "-o", "made/oag"
    )
    workshop.python("-W", "error::SyntaxWarning", "-c", IMPORT_ALL)


def openapi_typescript(workshop: Workshop) -> None:
    workshop.npm("openapi-typescript", "openapi.json", "-o", "made/types.ts")


def hey_api(workshop: Workshop) -> None:
    workshop.npm("openapi-ts", "-f", "hey.config.mjs")


def orval(workshop: Workshop) -> None:
    workshop.npm("orval", "--config", "orval.config.mjs")


@pytest.mark.xfail(
    strict=True, reason="OpenAPITools/openapi-generator 17274: `const: true` is held against 'true'"
)
def test_the_fault_of_openapi_generators_own_is_still_there(workshop: Workshop) -> None:
    """When this passes, docs/client.md may stop naming the fault."""
    openapi_generator(workshop)
    body = {
        "success": True,
        "requestId": "r",
        "data": {"status": "ok", "version": "1", "worker_enabled": True},
    }
    workshop.python("-c", f"{MADE_BY_OAG}openapi_client.HealthAnswer.from_dict({body})")


@pytest.mark.parametrize("generate", [openapi_python_client, openapi_generator])
def test_a_python_generator_makes_what_compiles(
    workshop: Workshop, generate: Callable[[Workshop], None]
) -> None:
    generate(workshop)


def test_the_typescript_generators_make_what_compiles(workshop: Workshop) -> None:
    for generate in (openapi_typescript, hey_api, orval):
        generate(workshop)
    workshop.npm("tsc", "-p", ".")


def test_two_of_them_play_the_scenario(workshop: Workshop) -> None:
    with running_stack() as url:
        token = httpx.post(f"{url}/dev/token", json={"user": "clinician"}).json()["token"]

        def given() -> list[str]:
            return [url, token, PATIENT, f"t{uuid.uuid4().hex[:8]}"]

        openapi_python_client(workshop)
        assert "played" in workshop.python("play.py", *given())
        hey_api(workshop)
        workshop.npm(
            "esbuild",
            "play.ts",
            "--bundle",
            "--platform=node",
            "--format=esm",
            "--outfile=made/play.mjs",
        )
        assert "played" in workshop.node("made/play.mjs", *given())


def test_our_own_client_installs_as_its_page_says(workshop: Workshop) -> None:
    workshop.python("-m", "venv", "--clear", "made/fresh")
    workshop.fresh("pip", "install", "--quiet", f"{ROOT / 'client'}[cli]")
    assert "Exit codes" in workshop.fresh("runs", "--help")
