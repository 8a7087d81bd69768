"""Imports the handler of every built function from its artifact alone: no site-packages, no environment, no checkout.

Run after `sam build`. It must never call a handler: it proves what was packed, not what it does.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

from local.sam_artifact import PYTHON, find_python

_PROGRAM = """
import importlib, sys
artifact, module, name = sys.argv[1:]
sys.path.insert(0, artifact)
assert callable(getattr(importlib.import_module(module), name))
strangers = {m.__file__ for m in list(sys.modules.values()) if getattr(m, "__file__", None)
             and not m.__file__.startswith((artifact, sys.base_prefix))}
assert not strangers, strangers
"""


def main(arguments: Sequence[str]) -> int:
    """How many of the built functions in the directory (first argument, by default .aws-sam/build) do not import."""
    interpreter = find_python()
    if interpreter is None:
        print(f"no Python {PYTHON} here, nothing was checked")
        return 0
    build = Path(arguments[0] if arguments else ".aws-sam/build").resolve()
    resources = yaml_parse((build / "template.yaml").read_text(encoding="utf-8"))["Resources"]
    functions = {name: r["Properties"]["Handler"] for name, r in resources.items() if r["Type"] == "AWS::Serverless::Function"}
    broken = [name for name, handler in functions.items() if not _imports(interpreter, build / name, handler)]
    print(f"{len(functions) - len(broken)} of {len(functions)} functions import from their artifact alone")
    return len(broken)


def _imports(interpreter: str, artifact: Path, handler: str) -> bool:
    module, _, name = handler.rpartition(".")
    command = [interpreter, "-I", "-S", "-B", "-c", _PROGRAM, str(artifact), module, name]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    if done.returncode:
        print(f"{artifact.name}: {done.stderr.strip()}", file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
