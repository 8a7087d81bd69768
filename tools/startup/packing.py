"""Puts the tricks into an artifact that is being packed."""

import shutil
import subprocess
from pathlib import Path

from tools.startup import deferring, tricks

_RUNTIME = Path(__file__).with_name("precompiled.py")
_ENTRANCES = {"functions": "functions", "functions/worker": "worker"}
"""Package -> the store that it installs; the worker's own is as large as that of all others."""
_RECORD = """
import importlib, sys
artifact, *modules = sys.argv[1:]
def start(names): return lambda: [importlib.import_module(name) for name in names]
sys.path.insert(0, artifact)
import precompiled
worker, sdk = "functions.worker.handler", "anthropic.resources.messages.messages"
precompiled.record("functions", start(name for name in modules if name != worker))
precompiled.record("worker", start(["shared.adapters.claude", sdk, worker]))
"""
_USED_LATER = (
    "botocore.session",
    "botocore.client",
    "botocore.handlers",
    "botocore.credentials",
    "shared.adapters.dynamodb.run_store",
    "shared.adapters.payload_store",
    "shared.engine.commands",
    "shared.engine.creation",
    "shared.engine.listing",
    "shared.engine.sweeper",
)
"""What functions import after their own import."""


def change(tree: Path) -> None:
    """Before it is compiled. Raises tricks.UnknownSource."""
    tricks.apply(tree)
    deferring.apply(tree)
    shutil.copyfile(_RUNTIME, tree / "precompiled.py")
    for package, store in _ENTRANCES.items():
        entrance = tree / package / "__init__.py"
        text = entrance.read_text(encoding="utf-8") if entrance.exists() else ""
        entrance.unlink(missing_ok=True)
        install = f"\nimport precompiled\n\nprecompiled.install({store!r})\n"
        entrance.write_text(text + install, encoding="utf-8")


def remember(tree: Path, interpreter: str) -> bool:
    """After it was compiled: store what a start compiles. False when the start failed; then the
    artifact is whole and only slower.
    """
    handlers = sorted(
        ".".join(path.relative_to(tree).with_suffix("").parts)
        for path in tree.glob("functions/*/handler.py")
    )
    command = [
        interpreter,
        "-I",
        "-S",
        "-B",
        "-c",
        _RECORD,
        str(tree.resolve()),
        *_USED_LATER,
        *handlers,
    ]
    return subprocess.run(command, cwd="/", check=False).returncode == 0
