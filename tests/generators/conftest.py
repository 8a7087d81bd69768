"""The five generators' workshop: an environment of their own under .build, and what they make in
it.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
WORKSHOP = ROOT / ".build" / "generators"
DOCUMENT = ROOT / "docs" / "openapi.json"
_SECONDS = 300


class Workshop:
    """Runs the generators' own programs; what they print is shown when they fail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = folder / "made"

    def python(self, *words: str) -> str:
        return self._run([str(self.folder / "venv" / "bin" / "python"), *words])

    def tool(self, name: str, *words: str) -> str:
        """A command that came with one of the Python packages."""
        return self._run([str(self.folder / "venv" / "bin" / name), *words])

    def npm(self, name: str, *words: str) -> str:
        """A command that came with one of the npm packages."""
        return self._run([str(self.folder / "node_modules" / ".bin" / name), *words])

    def fresh(self, name: str, *words: str) -> str:
        """A command of the environment that a test made."""
        return self._run([str(self.made / "fresh" / "bin" / name), *words])

    def node(self, *words: str) -> str:
        return self._run(["node", *words])

    def _run(self, command: Sequence[str]) -> str:
        bin_folder = str(self.folder / "venv" / "bin")
        environment = {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        said = f"{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, f"{' '.join(command)}\n{said[-6000:]}"
        return said


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    """An empty bench with the document on it. `make openapi-check` has brought the tools."""
    if not os.environ.get("STUDIO_GENERATORS"):
        pytest.skip("needs the generators, as `make openapi-check` brings them")
    shutil.rmtree(WORKSHOP / "made", ignore_errors=True)
    (WORKSHOP / "made").mkdir(parents=True)
    for source in (
        DOCUMENT,
        *HERE.glob("play*"),
        *HERE.glob("*.config.mjs"),
        HERE / "tsconfig.json",
    ):
        shutil.copy(source, WORKSHOP / source.name)
    return Workshop(WORKSHOP)
