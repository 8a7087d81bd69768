"""Serves the console's files under /console/, with the headers a page that shows patient data must have. Knows no route of the API."""

import mimetypes
from pathlib import Path
from urllib.parse import unquote

from local.proxy import Request, Response, message

PREFIX = "/console/"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self' {downloads}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)


class Console:
    def __init__(self, folder: Path, downloads: str) -> None:
        """`downloads`: the origin that the presigned URLs of artifacts lead to."""
        self._folder = folder.resolve()
        self._headers = (("Content-Security-Policy", POLICY.format(downloads=downloads)), *SECURITY_HEADERS)

    def serves(self, path: str) -> bool:
        return (path in ("/", "/console") or path.startswith(PREFIX)) and self._folder.is_dir()

    def handle(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return message(404, "Not Found")
        if not request.path.startswith(PREFIX):
            return Response(302, [("Location", PREFIX)])
        name = unquote(request.path.removeprefix(PREFIX) or "index.html")
        wanted = (self._folder / name.replace("\0", "")).resolve()
        if not wanted.is_relative_to(self._folder) or not wanted.is_file():
            return message(404, "Not Found")
        media = mimetypes.guess_type(wanted.name)[0] or "application/octet-stream"
        charset = ";charset=utf-8" if media.startswith("text/") else ""
        return Response(200, [("Content-Type", media + charset), *self._headers], wanted.read_bytes())
