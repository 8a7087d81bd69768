"""Writes docs/openapi.json: every endpoint's own schema, merged. `python -m local.openapi --check` fails when it has drifted."""

import argparse
import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.openapi.merge import OpenAPIMerge

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "openapi.json"


def merged() -> str:
    """The document of all functions that have an endpoint, in the order of their names."""
    merge = OpenAPIMerge(title="Studio Runs", version="1", description="Durable runs of LLM workflows.", on_conflict="error")
    for folder in sorted((ROOT / "functions").iterdir()):
        endpoint = getattr(_module(folder), "endpoint", None) if (folder / "handler.py").exists() else None
        if endpoint is not None:
            merge.add_schema(_schema(folder.name, endpoint))
    return json.dumps(_sorted_paths(merge.get_openapi_schema()), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _module(folder: Path) -> Any:
    return importlib.import_module(f"functions.{folder.name}.handler")


def _schema(name: str, endpoint: Any) -> dict[str, Any]:
    """An endpoint's schema with the function's name as operation id, and without Powertools' own validation answer."""
    schema: dict[str, Any] = json.loads(endpoint.app.get_openapi_json_schema(title=name, version="1"))
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["operationId"] = name
            operation["security"] = [] if name in ("health", "openapi", "docs") else [{"token": []}]
    for unused in ("ValidationError", "HTTPValidationError"):
        schema.get("components", {}).get("schemas", {}).pop(unused, None)
    return schema


def _sorted_paths(schema: dict[str, Any]) -> dict[str, Any]:
    schema["paths"] = {re.sub(r"<(\w+)>", r"{\1}", path): operations for path, operations in schema["paths"].items()}
    schema.setdefault("components", {})["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    return schema


def main() -> int:
    """0 when the document is written, or with --check when it is what the code says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    text = merged()
    if parser.parse_args().check:
        same = DOCUMENT.exists() and DOCUMENT.read_text("utf-8") == text
        print("docs/openapi.json is up to date" if same else "docs/openapi.json has drifted: run `make openapi`")
        return 0 if same else 1
    DOCUMENT.write_text(text, "utf-8")
    print(f"wrote {DOCUMENT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
