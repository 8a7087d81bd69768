"""An artifact's bytes: the service answers a presigned URL, which takes no token; what came is
checked against the sha256.
"""

import hashlib
from urllib.parse import urljoin

import httpx

from studio_runs_client.errors import BadDownload, ConnectionFailed, UnexpectedAnswer
from studio_runs_client.transport import Transport


def download(transport: Transport, run_id: str, artifact_id: str, sha256: str) -> bytes:
    """The bytes. A URL that has run out, or bytes that were cut, are fetched anew, as often as any
    request is tried.
    """
    for tried in range(transport.retries.tries):
        try:
            content = _fetched(transport, _location(transport, run_id, artifact_id))
        except httpx.HTTPError as exc:
            content, failure = (
                None,
                ConnectionFailed(f"the artifact's store does not answer: {exc}"),
            )
        else:
            failure = ConnectionFailed("the artifact's bytes came damaged")
            if content is not None and hashlib.sha256(content).hexdigest() == sha256:
                return content
        if tried + 1 < transport.retries.tries:
            transport.retries.pause(tried, None)
    if content is not None:
        raise BadDownload(f"artifact {artifact_id}: the bytes are not those of its sha256")
    raise failure


def _location(transport: Transport, run_id: str, artifact_id: str) -> str:
    path = f"/runs/{run_id}/artifacts/{artifact_id}/download"
    response = transport.raw("GET", path)
    location: str | None = response.headers.get("location")
    if response.status_code != 302 or location is None:
        raise UnexpectedAnswer(f"{path} was not answered with a redirect")
    return urljoin(transport.url + path, location)


def _fetched(transport: Transport, url: str) -> bytes | None:
    """The bytes of a presigned URL; None where it was refused. No token is sent there."""
    response = transport.http.get(url, headers={})
    return response.content if response.status_code == 200 else None
