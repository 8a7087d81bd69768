"""Holds answers against docs/openapi.json: the route, the status, the headers and every field of
the body must stand in it.

The document leaves its answers open, so that a client bears a new field; here they are closed, so
that nothing undocumented passes. An answer that differs says what to do.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
WHAT_TO_DO = (
    "What a route answers is written down in tools/openapi/routes/ and its fields in "
    "tools/openapi/answers/; "
    "run `make openapi` after a change there. If the document is right, mend the code."
)
_OURS = ("x-request-id", "idempotency-replayed", "idempotency-status", "retry-after", "location")
"""The headers that the document has to know, in lower case. A gateway adds others."""
_PARAMETER = re.compile(r"\\\{\w+\\\}")
_UTC = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z", re.ASCII)
_SHOWN = 300
Json = dict[str, Any]


_FORMATS = FormatChecker(["uuid", "date"])


def _is_utc(value: object) -> bool:
    return not isinstance(value, str) or _UTC.fullmatch(value) is not None


_FORMATS.checks("date-time")(_is_utc)


class Undocumented(AssertionError):
    """The service answered something that its document does not say."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}\n{WHAT_TO_DO}")


class Documented:
    """One document, ready to check answers against."""

    def __init__(self, document: Json) -> None:
        self._document = _closed(document)
        self._paths = [
            (re.compile(_PARAMETER.sub("[^/]+", re.escape(path))), path)
            for path in sorted(document["paths"], key=lambda path: (path.count("{"), path))
        ]
        self._validators: dict[str, Draft202012Validator] = {}

    def check(
        self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        """Raise Undocumented unless the document says that the route may answer this.

        Header names are in lower case.
        """
        where = f"{method} {path} -> {status}"
        template = self._template(path.partition("?")[0])
        operation = self._document["paths"].get(template, {}).get(method.lower())
        if operation is None:
            if (status, body) == (404, b'{"message":"Not Found"}') or status == 401:
                return
            raise Undocumented(where, "the document has no such route")
        answer = operation["responses"].get(str(status))
        if answer is None:
            raise Undocumented(where, f"the route has no answer {status}: {body[:_SHOWN]!r}")
        if "$ref" in answer:
            answer = self._document["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
        _check_headers(where, answer, headers)
        self._check_body(where, answer, headers, body)

    def _template(self, path: str) -> str | None:
        return next((known for pattern, known in self._paths if pattern.fullmatch(path)), None)

    def _check_body(
        self, where: str, answer: Json, headers: Mapping[str, str], body: bytes
    ) -> None:
        content = answer.get("content", {})
        if not content:
            if body:
                raise Undocumented(where, f"it has a body: {body[:_SHOWN]!r}")
            return
        media = headers.get("content-type", "").partition(";")[0]
        if media not in content:
            raise Undocumented(where, f"its content type is {media!r}")
        if media == "application/json":
            self._check_json(where, content[media]["schema"], json.loads(body))

    def _check_json(self, where: str, schema: Json, body: Any) -> None:
        name = json.dumps(schema)
        if name not in self._validators:
            whole = {**schema, "components": self._document["components"]}
            self._validators[name] = Draft202012Validator(whole, format_checker=_FORMATS)
        found = best_match(self._validators[name].iter_errors(body))
        if found is not None:
            raise Undocumented(where, _told(found))
        for output in _diagnoses(body):
            self._check_json(where, {"$ref": "#/components/schemas/DiagnosisOutput"}, output)


@lru_cache(maxsize=1)
def documented() -> Documented:
    """The committed document."""
    return Documented(json.loads(DOCUMENT.read_text("utf-8")))


def _told(error: ValidationError) -> str:
    message = error.message if len(error.message) <= _SHOWN else f"{error.message[:_SHOWN]}..."
    return f"{error.json_path} differs from the document: {message}"


def _check_headers(where: str, answer: Json, headers: Mapping[str, str]) -> None:
    known = {name.lower() for name in answer.get("headers", {})}
    for name in _OURS:
        if name in headers and name not in known:
            raise Undocumented(where, f"it has a header {name}")
    if "x-request-id" in known and "x-request-id" not in headers and not _is_gateways(answer):
        raise Undocumented(where, "it has no x-request-id")


def _is_gateways(answer: Json) -> bool:
    """Whether the gateway itself may have answered, which names no request."""
    return "GatewayError" in json.dumps(answer)


def _diagnoses(body: Any) -> Iterator[Json]:
    """The outputs that the worker made: a person's may be any object, so that the document leaves
    them open.
    """
    data = body.get("data") if isinstance(body, dict) else None
    run = data.get("run") if isinstance(data, dict) else None
    if isinstance(run, dict) and run.get("workflow") == "diagnosis" and run.get("artifact_id"):
        yield run["output"]


def _closed(document: Json) -> Json:
    """The document with every object of named fields closed."""

    def close(part: Any) -> Any:
        if isinstance(part, list):
            return [close(one) for one in part]
        if not isinstance(part, dict):
            return part
        closed = {name: close(one) for name, one in part.items()}
        if part.get("type") == "object" and "properties" in part:
            closed.setdefault("additionalProperties", False)
        return closed

    return cast("Json", close(document))
