"""`python -m tools.openapi` writes docs/openapi.json; with --check it fails when the document has
drifted.
"""

import argparse
import sys

from tools.openapi.document import DOCUMENT, ROOT, text
from tools.openapi.routes import UndescribedRoute


def main() -> int:
    """0 when the document is written, or with --check when it is what the code says."""
    parser = argparse.ArgumentParser(prog="python -m tools.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    try:
        made = text()
    except UndescribedRoute as exc:
        print(exc.args[0])
        return 1
    if is_check:
        same = DOCUMENT.exists() and DOCUMENT.read_text("utf-8") == made
        print(
            "docs/openapi.json is up to date"
            if same
            else "docs/openapi.json has drifted: run `make openapi`"
        )
        return 0 if same else 1
    DOCUMENT.write_text(made, "utf-8")
    print(f"wrote {DOCUMENT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
