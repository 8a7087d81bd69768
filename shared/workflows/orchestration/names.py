"""Names of files that a model made up: what is kept of them, what kind of file they say it is, and
how it is served.

A clean path is relative, has no part that leads elsewhere, and is safe in a URL, a header and on
any file system. Knows no content and no run.
"""

import re
import unicodedata
from collections.abc import Iterable

MAX_PARTS = 8
MAX_PART_BYTES = 100
_UNSAFE = re.compile(r'[<>:"|?*%#\\^`{}~;&$!\'=,]+')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_PYTHON_OWN = re.compile(r"__\w+__\.py")

_CODE = frozenset({
    "py", "ipynb", "js", "mjs", "cjs", "ts", "tsx", "jsx", "vue", "java", "kt", "scala", "go", "rs",
    "rb", "php", "c", "h", "cc", "cpp",
    "hpp", "cs", "swift", "r", "sql", "sh", "bash", "ps1", "css", "scss", "html", "htm", "tf",
})  # fmt: skip
_DATA = frozenset(
    {
        "csv",
        "tsv",
        "json",
        "jsonl",
        "ndjson",
        "yaml",
        "yml",
        "toml",
        "xml",
        "parquet",
        "avsc",
        "proto",
        "ini",
        "cfg",
        "env",
    }
)
_TEXT = frozenset({"md", "markdown", "rst", "txt", "adoc"})
_UNENDED_CODE = frozenset({"dockerfile", "makefile", "procfile", "jenkinsfile"})
_TEST = re.compile(
    r"(?:^|/)(?:tests?|__tests__|specs?)/|(?:^|/)(?:test_[^/]*|[^/]*[_.](?:test|spec))\.\w+$"
)
_PRD = re.compile(r"(?:^|[^a-z])prd(?:[^a-z]|$)|product[-_ ]?requirements")
_ARCHITECTURE = re.compile(
    r"architect|system[-_ ]?design|(?:^|/)adrs?(?:/|[-_ ]\d)|(?:^|[^a-z])c4(?:[^a-z]|$)"
)

PLAIN = "text/plain; charset=utf-8"
JSON = "application/json"
# What a browser would run is served as text.
_CONTENT_TYPES = {
    "md": "text/markdown; charset=utf-8", "markdown": ("text/markdown; "
        "charset=utf-8"), "csv": "text/csv; charset=utf-8",
    "json": JSON, "yaml": "application/yaml", "yml": "application/yaml", "toml": "application/toml",
    "py": "text/x-python; charset=utf-8",
}  # fmt: skip


def clean_path(path: str) -> str:
    """The path as it is kept, `unnamed` when nothing is left of it."""
    parts = unicodedata.normalize("NFC", path[:2_000]).replace("\\", "/").split("/")
    kept = [part for part in map(_clean_part, parts) if part]
    return "/".join(kept[-MAX_PARTS:]) or "unnamed"


def _clean_part(part: str) -> str:
    visible = "".join(
        char for char in part if unicodedata.category(char)[0] not in "CZ" or char == " "
    )
    composed = unicodedata.normalize("NFC", re.sub(r" +", "-", visible.strip()))
    safe = _UNSAFE.sub("-", composed).lstrip("-").rstrip(".")
    if not safe.strip(".-"):
        return ""
    return _shortened(f"file-{safe}" if _DEVICES.match(safe) else safe)


def _shortened(part: str) -> str:
    """At most MAX_PART_BYTES, with its ending."""
    if len(part.encode()) <= MAX_PART_BYTES:
        return part
    stem, dot, ending = part.rpartition(".")
    tail = f"{dot}{ending}" if stem and len(ending) <= 10 else ""
    head = part.encode()[: MAX_PART_BYTES - len(tail.encode())]
    return head.decode(errors="ignore").rstrip(".") + tail


def without_phase(path: str, phase: str) -> str:
    """A path inside the phase's folder, also when it was given with that folder."""
    return path.removeprefix(f"{phase}/")


def is_internal(path: str) -> bool:
    """Whether the file's name begins with `_`; Python's own (`__init__.py`) mean something else by
    it.
    """
    name = path.rsplit("/", 1)[-1]
    return name.startswith("_") and not _PYTHON_OWN.fullmatch(name)


def distinct(path: str, taken: Iterable[str]) -> str:
    """The path, numbered when one that a file system could take for the same is taken already."""
    names = {name.casefold() for name in taken}
    folder, slash, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    candidate, number = path, 1
    while candidate.casefold() in names:
        number += 1
        numbered = f"{stem}-{number}{dot}{ending}" if stem else f"{name}-{number}"
        candidate = f"{folder}{slash}{numbered}"
    return candidate


def ending_of(path: str) -> str:
    """`md` of `docs/A.MD`; empty when it has none."""
    return (
        path.rsplit("/", 1)[-1].lower().rpartition(".")[2] if "." in path.rsplit("/", 1)[-1] else ""
    )


def artifact_type(path: str) -> str:
    """prd, architecture, test, code, data, documentation or other, by name and ending."""
    name, ending = path.lower(), ending_of(path)
    if ending in _TEXT or ending == "":
        if _PRD.search(name):
            return "prd"
        if _ARCHITECTURE.search(name):
            return "architecture"
    if _TEST.search(name) and ending not in _TEXT:
        return "test"
    if ending in _CODE or name.rsplit("/", 1)[-1] in _UNENDED_CODE:
        return "code"
    if ending in _DATA:
        return "data"
    return "documentation" if ending in _TEXT else "other"


def content_type(path: str) -> str:
    """By ending, for a file that is what its ending says."""
    return _CONTENT_TYPES.get(ending_of(path), PLAIN)
