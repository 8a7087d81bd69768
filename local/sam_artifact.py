"""Packs the one artifact that every function is deployed with: locked dependencies, shared/ and functions/, compiled ahead.

`sam build` runs it through build.mk, once per function; all but the first call only hard-link what lies in .build/ already.
The compiled parts of both architectures lie side by side, so the artifact does not depend on the parameter Architecture,
and the same sources give the same bytes on every machine. It must never read the template or the environment's secrets.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

PYTHON = "3.13"
MACHINES = ("x86_64", "aarch64")
GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
SERVICES = frozenset({"dynamodb", "s3", "secretsmanager", "sqs"})
"""botocore carries the descriptions of 400 services; these are the ones that shared.bootstrap asks for."""
SOURCES = ("shared", "functions", "docs/openapi.json")
BUILD = Path(".build")
LIMIT = 250 * 1024 * 1024
_FIXED_TIME = 1_577_836_800


class ArtifactError(Exception):
    """The artifact cannot be built, or would not run."""


def main(arguments: Sequence[str]) -> None:
    """Fill the directory named by the first argument."""
    if len(arguments) != 1 or not arguments[0]:
        raise ArtifactError("usage: python -m local.sam_artifact ARTIFACTS_DIR (sam build sets it)")
    compiler = find_python()
    if compiler is None:
        print(f"no Python {PYTHON} here: packing without .pyc files, cold starts will be slower", file=sys.stderr)
    artifact = packed(dependencies(), compiler)
    shutil.copytree(artifact, arguments[0], copy_function=_link, dirs_exist_ok=True)


def find_python() -> str | None:
    """An interpreter of the functions' version, from PATH or as uv knows it."""
    uv = shutil.which("uv")
    found = subprocess.run([uv, "python", "find", "--no-python-downloads", PYTHON], capture_output=True, text=True) if uv else None
    candidates = [sys.executable, f"python{PYTHON}", found.stdout.strip() if found else ""]
    return next((candidate for candidate in candidates if candidate and _is_wanted(candidate)), None)


def _is_wanted(interpreter: str) -> bool:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([interpreter, "-I", "-c", code], capture_output=True, text=True)
    except OSError:
        return False
    return answer.stdout.strip() == PYTHON


def dependencies() -> Path:
    """requirements.txt installed for both machines, once per content of the lock."""
    target = BUILD / f"deps-{_digest([Path('requirements.txt'), Path(__file__)])}"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=_build_directory()) as scratch:
            trees = [_installed(Path(scratch) / machine, machine) for machine in MACHINES]
            _check_compiled_parts(trees)
            for tree in trees[1:]:
                for part in tree.rglob("*.so"):
                    shutil.copy2(part, trees[0] / part.relative_to(tree))
            _publish(trees[0], target, "deps-")
    return target


def _installed(target: Path, machine: str) -> Path:
    platforms = [option for glibc in GLIBC for option in ("--platform", f"{glibc}_{machine}")]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--no-compile", "--only-binary=:all:"]
    version = ["--implementation", "cp", "--python-version", PYTHON]
    done = subprocess.run([*pip, *version, *platforms, "--target", str(target), "--requirement", "requirements.txt"])
    if done.returncode:
        raise ArtifactError(f"pip could not install requirements.txt for {machine}")
    # Scripts name this machine's interpreter.
    shutil.rmtree(target / "bin", ignore_errors=True)
    for service in (target / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    return target


def _check_compiled_parts(trees: Sequence[Path]) -> None:
    """Every compiled module must name its machine, and exist for each, or one would hide the other."""
    parts = [{str(part.relative_to(tree)) for part in tree.rglob("*.so")} for tree in trees]
    tag = f"cpython-{PYTHON.replace('.', '')}"
    stems = [{name.replace(f".{tag}-{machine}-linux-gnu.so", "") for name in names} for machine, names in zip(MACHINES, parts, strict=True)]
    if any(stem.endswith(".so") for names in stems for stem in names) or stems[0] != stems[1]:
        raise ArtifactError(f"compiled parts that do not fit side by side: {sorted(parts[0] ^ parts[1])}")


def packed(deps: Path, compiler: str | None) -> Path:
    """The artifact of the present sources, once per content."""
    sources = [path for name in SOURCES for path in _files(Path(name))]
    target = BUILD / f"artifact-{_digest([*sources, Path('requirements.txt'), Path(__file__)], 'pyc' if compiler else 'py')}"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=_build_directory()) as scratch:
            tree = Path(scratch) / "artifact"
            shutil.copytree(deps, tree, copy_function=_link)
            for path in sources:
                (tree / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, tree / path)
            if compiler:
                _compile(tree, compiler)
            _normalise(tree)
            _publish(tree, target, "artifact-")
            _report(target)
    return target


def _compile(tree: Path, compiler: str) -> None:
    """Unchecked hashes: nobody changes the sources in a deployed artifact, so no import need look at them."""
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", "/var/task"]
    if subprocess.run([compiler, "-I", "-m", "compileall", *options, str(tree)]).returncode:
        raise ArtifactError(f"some source does not compile under Python {PYTHON}")


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def _digest(paths: Sequence[Path], *words: str) -> str:
    digest = hashlib.sha256(repr(words).encode())
    for path in paths:
        digest.update(f"{path.name if path.is_absolute() else path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _normalise(tree: Path) -> None:
    for path in [tree, *tree.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.suffix == ".so" else 0o644)
        os.utime(path, (_FIXED_TIME, _FIXED_TIME))


def _build_directory() -> Path:
    BUILD.mkdir(exist_ok=True)
    return BUILD


def _publish(tree: Path, target: Path, family: str) -> None:
    """Move it into place whole; where another process was faster, its copy is the same."""
    try:
        tree.rename(target)
    except OSError:
        if not target.exists():
            raise
        return
    for other in BUILD.glob(f"{family}*"):
        if other != target:
            shutil.rmtree(other, ignore_errors=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _report(artifact: Path) -> None:
    sizes = [path.stat().st_size for path in artifact.rglob("*") if path.is_file()]
    print(f"artifact: {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB unzipped", file=sys.stderr)
    if sum(sizes) > LIMIT:
        raise ArtifactError("the artifact is larger than the 250 MB that Lambda takes")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ArtifactError as exc:
        sys.exit(f"sam_artifact: {exc}")
