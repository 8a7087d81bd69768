"""Imports what was built from its artifact alone: no site-packages, no environment, no checkout.

Run after `sam build`. It must never call a handler: it proves what was packed, not what it does.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

from tools.sam_artifact import PYTHON, find_python

LAZY = ("boto3", "anthropic")
"""What handlers import no earlier than they need it."""

_PROGRAM = """
import importlib, sys
artifact, *modules = sys.argv[1:]
sys.path.insert(0, artifact)
for name in modules:
    importlib.import_module(name)
files = [m.__file__ for m in list(sys.modules.values()) if getattr(m, "__file__", None)]
strangers = [file for file in files if not file.startswith((artifact, sys.base_prefix))]
assert not strangers, strangers
"""


def main(arguments: Sequence[str]) -> int:
    """How many of the functions built in the directory (first argument, by default .aws-sam/build)
    do not import.
    """
    interpreter = find_python()
    if interpreter is None:
        print(f"no Python {PYTHON} here, nothing was checked")
        return 0
    build = Path(arguments[0] if arguments else ".aws-sam/build").resolve()
    modules = _modules(build / "template.yaml")
    broken = [
        name for name, wanted in modules.items() if not _imports(interpreter, build / name, wanted)
    ]
    print(
        f"{len(modules) - len(broken)} of {len(modules)} functions import from their artifact alone"
    )
    return len(broken)


def _modules(built_template: Path) -> Mapping[str, Sequence[str]]:
    """Function -> what its artifact must be able to import."""
    resources = yaml_parse(built_template.read_text(encoding="utf-8"))["Resources"]
    handlers = {
        name: r["Properties"]["Handler"]
        for name, r in resources.items()
        if r["Type"] == "AWS::Serverless::Function"
    }
    return {
        name: [handler.rpartition(".")[0], *(LAZY if name == "Worker" else [])]
        for name, handler in handlers.items()
    }


def _imports(interpreter: str, artifact: Path, modules: Sequence[str]) -> bool:
    command = [interpreter, "-I", "-S", "-B", "-c", _PROGRAM, str(artifact), *modules]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        print(f"{artifact.name}: {done.stderr.strip()}", file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
