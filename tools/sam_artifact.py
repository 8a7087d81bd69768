"""Packs the one artifact that every function is deployed with: locked dependencies, shared/ and
functions/, compiled ahead.

`sam build` runs it through build.mk, once per function; all but the first call only hard-link what
lies in .build/ already. The compiled parts of both architectures lie side by side, so the artifact
does not depend on the parameter Architecture, and the same sources give the same bytes on every
machine. It must never read the template or the environment's secrets.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.startup import packing

PYTHON = "3.13"
MACHINES = ("x86_64", "aarch64")
GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
SERVICES = frozenset({"bedrock-runtime", "dynamodb", "s3", "secretsmanager", "sqs"})
"""botocore carries the descriptions of 400 services; these are the ones that shared.bootstrap asks
for.
"""
SOURCES = ("shared", "functions", "docs/openapi.json")
BUILD = Path(".build")
LIMIT = 250 * 1024 * 1024
PLAIN = os.environ.get("PLAIN", "") not in ("", "0")
"""Pack without the tricks of tools/startup."""
_FIXED_TIME = 1_577_836_800


class ArtifactError(Exception):
    """The artifact cannot be built, or would not run."""


def main(arguments: Sequence[str]) -> None:
    """Fill the directory named by the first argument."""
    if len(arguments) != 1 or not arguments[0]:
        raise ArtifactError("usage: python -m tools.sam_artifact ARTIFACTS_DIR (sam build sets it)")
    shutil.copytree(packed(), arguments[0], copy_function=_link, dirs_exist_ok=True)


def find_python() -> str | None:
    """An interpreter of the functions' version: this one, one on PATH, or one that pyenv or uv
    installed.
    """
    home = Path.home()
    roots = [
        Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions",
        home / ".local/share/uv/python",
    ]
    installed = [
        str(path) for root in roots for path in sorted(root.glob(f"*{PYTHON}*/bin/python{PYTHON}"))
    ]
    return next(
        (
            candidate
            for candidate in [sys.executable, f"python{PYTHON}", *installed]
            if _is_wanted(candidate)
        ),
        None,
    )


def _is_wanted(interpreter: str) -> bool:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [interpreter, "-I", "-c", code], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return answer.stdout.strip() == PYTHON


def dependencies() -> Path:
    """requirements.txt installed for both machines, once per content of the lock."""
    target = BUILD / f"deps-{_digest([Path('requirements.txt'), Path(__file__)])}"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
            trees = [_installed(Path(scratch) / machine, machine) for machine in MACHINES]
            check_compiled_parts(trees)
            for tree in trees[1:]:
                for part in tree.rglob("*.so"):
                    shutil.copy2(part, trees[0] / part.relative_to(tree))
            _publish(trees[0], target, "deps-")
    return target


def _installed(target: Path, machine: str) -> Path:
    platforms = [option for glibc in GLIBC for option in ("--platform", f"{glibc}_{machine}")]
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--no-deps",
        "--no-compile",
        "--only-binary=:all:",
    ]
    version = ["--implementation", "cp", "--python-version", PYTHON]
    done = subprocess.run(
        [*pip, *version, *platforms, "--target", str(target), "--requirement", "requirements.txt"],
        check=False,
    )
    if done.returncode:
        raise ArtifactError(f"pip could not install requirements.txt for {machine}")
    # Scripts name this machine's interpreter, and the records their hashes.
    shutil.rmtree(target / "bin", ignore_errors=True)
    for record in target.glob("*.dist-info/RECORD"):
        record.unlink()
    trim(target / "botocore" / "data")
    return target


def trim(data: Path) -> None:
    """Drop what botocore knows of other services. endpoints.json alone, of all services, takes 28
    ms of a cold start to read.
    """
    for service in data.iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    endpoints = json.loads((data / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        partition["services"] = {
            name: known for name, known in partition["services"].items() if name in SERVICES
        }
    (data / "endpoints.json").write_text(json.dumps(endpoints), encoding="utf-8")


def check_compiled_parts(trees: Sequence[Path]) -> None:
    """Every compiled module must name its machine, and exist for each, or one would
    hide the other.
    """
    parts = [{str(part.relative_to(tree)) for part in tree.rglob("*.so")} for tree in trees]
    tag = f"cpython-{PYTHON.replace('.', '')}"
    stems = [
        {name.replace(f".{tag}-{machine}-linux-gnu.so", "") for name in names}
        for machine, names in zip(MACHINES, parts, strict=True)
    ]
    if any(stem.endswith(".so") for names in stems for stem in names) or stems[0] != stems[1]:
        raise ArtifactError(
            f"compiled parts that do not fit side by side: {sorted(parts[0] ^ parts[1])}"
        )


def packed(*, plain: bool = PLAIN) -> Path:
    """The artifact of the present sources, once per content; `plain` without the tricks.

    Compiled where a Python of the functions' version is at hand.
    """
    sources = [path for name in SOURCES for path in _files(Path(name))]
    tools = [Path(__file__), *_files(Path(packing.__file__).parent)]
    digest = _digest([*sources, Path("requirements.txt"), *tools])
    family = "plain" if plain else "artifact"
    compiled, uncompiled = BUILD / f"{family}-{digest}-pyc", BUILD / f"{family}-{digest}"
    if compiled.exists():
        return compiled
    with _alone():
        if compiled.exists():
            return compiled
        compiler = find_python()
        target = compiled if compiler else uncompiled
        if not target.exists():
            _pack(dependencies(), sources, compiler, target, plain=plain)
    return target


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """SAM builds functions in parallel; the first of them does the work and the others
    wait for it.
    """
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _pack(
    deps: Path, sources: Sequence[Path], compiler: str | None, target: Path, *, plain: bool
) -> None:
    with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
        tree = Path(scratch) / "artifact"
        shutil.copytree(deps, tree, copy_function=_link)
        for path in sources:
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, tree / path)
        if compiler and not plain:
            packing.change(tree)
        if compiler:
            _compile(tree, compiler)
            if not plain and not packing.remember(tree, compiler):
                raise ArtifactError("a function does not start from its artifact")
        else:
            print(
                f"no Python {PYTHON} here: packing without .pyc files, cold starts will be slower",
                file=sys.stderr,
            )
        _normalise(tree)
        _report(tree)
        _publish(tree, target, "plain-" if plain else "artifact-")


def _compile(tree: Path, compiler: str) -> None:
    """Unchecked hashes: nobody changes the sources in a deployed artifact, so no import need look
    at them.
    """
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", "/var/task"]
    if subprocess.run(
        [compiler, "-I", "-m", "compileall", *options, str(tree)], check=False
    ).returncode:
        raise ArtifactError(f"some source does not compile under Python {PYTHON}")


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(
            f"{path.name if path.is_absolute() else path}\0".encode()
            + hashlib.sha256(path.read_bytes()).digest()
        )
    return digest.hexdigest()[:16]


def _normalise(tree: Path) -> None:
    for path in [tree, *tree.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.suffix == ".so" else 0o644)
        os.utime(path, (_FIXED_TIME, _FIXED_TIME))


def _publish(tree: Path, target: Path, family: str) -> None:
    """Move it into place whole, and drop what it replaces."""
    tree.rename(target)
    for other in BUILD.glob(f"{family}*"):
        if other != target:
            shutil.rmtree(other)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _report(tree: Path) -> None:
    sizes = [path.stat().st_size for path in tree.rglob("*") if path.is_file()]
    print(f"artifact: {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB unzipped", file=sys.stderr)
    if sum(sizes) > LIMIT:
        raise ArtifactError("the artifact is larger than the 250 MB that Lambda takes")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ArtifactError as exc:
        sys.exit(f"sam_artifact: {exc}")
