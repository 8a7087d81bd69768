"""Serves the console under /console/ as a deployment does: packed, compressed, its named files kept
for ever, and with the headers that a page that shows patient data must have.

Knows no route of the API. The sources stay reachable by their own names, uncached.
"""

import gzip
import mimetypes
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from local.serving.messages import Request, Response, message
from tools.console_pack import ASSETS, PAGE, Packed, pack

PREFIX = "/console/"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
    "'self'; connect-src 'self' {downloads}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
FOR_EVER = "public, max-age=31536000, immutable"
SMALLEST_COMPRESSED = 1_000
"""CloudFront compresses what is larger than this."""
_PACKED_TYPES = ("text/", "application/json", "application/javascript", "image/svg+xml")


class Console:
    def __init__(self, folder: Path, downloads: str) -> None:
        """`downloads`: the origin that the presigned URLs of artifacts lead to."""
        self._folder = folder.resolve()
        self._headers = (
            ("Content-Security-Policy", POLICY.format(downloads=downloads)),
            *SECURITY_HEADERS,
        )
        self._packed = _remembered(self._folder)

    def serves(self, path: str) -> bool:
        return (path in ("/", "/console") or path.startswith(PREFIX)) and self._folder.is_dir()

    def handle(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return message(404, "Not Found")
        if not request.path.startswith(PREFIX):
            return Response(302, [("Location", PREFIX)])
        name = unquote(request.path.removeprefix(PREFIX) or PAGE)
        content = self._content(name)
        return (
            message(404, "Not Found") if content is None else self._answer(request, name, content)
        )

    def _content(self, name: str) -> bytes | None:
        if name == PAGE or name.startswith(ASSETS):
            return self._packed().files.get(name)
        wanted = (self._folder / name.replace("\0", "")).resolve()
        is_inside = wanted.is_relative_to(self._folder) and wanted.is_file()
        return wanted.read_bytes() if is_inside else None

    def _answer(self, request: Request, name: str, content: bytes) -> Response:
        media = mimetypes.guess_type(name)[0] or "application/octet-stream"
        charset = ";charset=utf-8" if media.startswith("text/") else ""
        headers = [
            ("Content-Type", media + charset),
            ("Cache-Control", FOR_EVER if name.startswith(ASSETS) else "no-store"),
            *self._headers,
        ]
        if not media.startswith(_PACKED_TYPES) or len(content) <= SMALLEST_COMPRESSED:
            return Response(200, headers, content)
        headers.append(("Vary", "Accept-Encoding"))
        if "gzip" not in request.joined_headers().get("accept-encoding", ""):
            return Response(200, headers, content)
        return Response(200, [*headers, ("Content-Encoding", "gzip")], _compressed(content))


@lru_cache(maxsize=64)
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _remembered(folder: Path) -> Callable[[], Packed]:
    """Packs again only when a source has changed."""
    known: dict[frozenset[tuple[str, int]], Packed] = {}

    def packed() -> Packed:
        files = (path for path in folder.rglob("*") if path.is_file())
        state = frozenset((str(path), path.stat().st_mtime_ns) for path in files)
        if state not in known:
            fresh = pack(folder)
            known.clear()
            known[state] = fresh
        return known[state]

    return packed
