"""One bucket of immutable objects: create-only writes, reads, presigned reads.

Knows keys, never what the bytes mean.
"""

import base64
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from botocore.exceptions import ClientError

from shared.adapters.aws_errors import error_code, translated
from shared.errors import StoreUnavailable

if TYPE_CHECKING:
    from botocore.client import BaseClient

_PRESIGN_SECONDS = 300
_DELETED_AT_ONCE = 1_000
_LISTED_AT_ONCE = 1_000


class Bucket:
    """`client`: an S3 client (SigV4); `name`: the bucket's."""

    def __init__(self, client: "BaseClient", name: str) -> None:
        self._client, self.name = client, name

    def put_new(self, key: str, data: bytes, content_type: str = "application/json") -> None:
        """Write an object that does not exist yet.

        Keys hold the content's hash, so one that exists has these bytes (412).
        """
        with translated():
            try:
                self._client.put_object(
                    Bucket=self.name, Key=key, Body=data, ContentType=content_type, IfNoneMatch="*"
                )
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

    def size(self, key: str) -> int | None:
        """How many bytes the object has; None when there is none."""
        with translated():
            try:
                size: int = self._client.head_object(Bucket=self.name, Key=key)["ContentLength"]
            except ClientError as exc:
                if error_code(exc) not in ("NoSuchKey", "NotFound", "404"):
                    raise
                return None
        return size

    def versions(self, prefix: str) -> list[tuple[str, str]]:
        """(key, version) of every version and delete marker of the objects under a prefix."""
        found, marker = self.some_versions(prefix, None)
        while marker is not None:
            some, marker = self.some_versions(prefix, marker)
            found += some
        return found

    def some_versions(
        self, prefix: str, after: tuple[str, str] | None, limit: int = _LISTED_AT_ONCE
    ) -> tuple[list[tuple[str, str]], tuple[str, str] | None]:
        """So many of them at most, and after which the next ones come, None at the end."""
        start = {} if after is None else {"KeyMarker": after[0], "VersionIdMarker": after[1]}
        with translated():
            answer = self._client.list_object_versions(
                Bucket=self.name, Prefix=prefix, MaxKeys=limit, **start
            )
        kinds = ("Versions", "DeleteMarkers")
        found = [(one["Key"], one["VersionId"]) for kind in kinds for one in answer.get(kind, [])]
        if not answer.get("IsTruncated"):
            return found, None
        return found, (answer["NextKeyMarker"], answer["NextVersionIdMarker"])

    def delete_versions(self, found: Sequence[tuple[str, str]]) -> None:
        """Delete these versions for good; those that are gone are no error."""
        for start in range(0, len(found), _DELETED_AT_ONCE):
            some = found[start : start + _DELETED_AT_ONCE]
            objects = [{"Key": key, "VersionId": version} for key, version in some]
            with translated():
                answer = self._client.delete_objects(
                    Bucket=self.name, Delete={"Objects": objects, "Quiet": True}
                )
            if answer.get("Errors"):
                raise StoreUnavailable("versions of objects were not deleted")

    def presign_put(self, key: str, sha256: str, seconds: int) -> tuple[str, dict[str, str]]:
        """A URL that takes one object for that long, and the headers that must come with it.

        The bytes' sha256 is signed, so S3 refuses any others, and with them any other size.
        """
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        params = {"Bucket": self.name, "Key": key, "ChecksumSHA256": checksum}
        url: str = self._client.generate_presigned_url(
            "put_object", Params=params, ExpiresIn=seconds
        )
        return url, {"x-amz-checksum-sha256": checksum}

    def presign(self, key: str, filename: str, content_type: str) -> str:
        """A URL that reads the object for five minutes and names the file."""
        params = {
            "Bucket": self.name,
            "Key": key,
            "ResponseContentDisposition": _attachment(filename),
            "ResponseContentType": content_type,
        }
        url: str = self._client.generate_presigned_url(
            "get_object", Params=params, ExpiresIn=_PRESIGN_SECONDS
        )
        return url


def _attachment(filename: str) -> str:
    """RFC 6266: the name as it is, after a plain one for who cannot read that form."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
