"""One bucket of immutable objects: create-only writes, reads, presigned reads. Knows keys, never what the bytes mean."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from botocore.exceptions import ClientError

from shared.adapters.aws_errors import error_code, translated

if TYPE_CHECKING:
    from botocore.client import BaseClient

_PRESIGN_SECONDS = 300


class Bucket:
    """`client`: an S3 client (SigV4); `name`: the bucket's."""

    def __init__(self, client: "BaseClient", name: str) -> None:
        self._client, self.name = client, name

    def put_new(self, key: str, data: bytes, content_type: str = "application/json") -> None:
        """Write an object that does not exist yet. Keys hold the content's hash, so one that exists has these bytes (412)."""
        with translated():
            try:
                self._client.put_object(Bucket=self.name, Key=key, Body=data, ContentType=content_type, IfNoneMatch="*")
            except ClientError as exc:
                if error_code(exc) not in ("PreconditionFailed", "412"):
                    raise

    def get(self, key: str) -> bytes | None:
        with translated():
            try:
                data: bytes = self._client.get_object(Bucket=self.name, Key=key)["Body"].read()
            except ClientError as exc:
                if error_code(exc) not in ("NoSuchKey", "404"):
                    raise
                return None
        return data

    def presign(self, key: str, filename: str, content_type: str) -> str:
        """A URL that reads the object for five minutes and names the file."""
        params = {
            "Bucket": self.name,
            "Key": key,
            "ResponseContentDisposition": _attachment(filename),
            "ResponseContentType": content_type,
        }
        url: str = self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=_PRESIGN_SECONDS)
        return url


def _attachment(filename: str) -> str:
    """RFC 6266: the name as it is, after a plain one for who cannot read that form."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
