"""Freeze the forms that today's code writes: `python -m tests.frozen VERSION`.

A set that is there stays as it is, because items of that version stand in somebody's table.
`--overwrite` is for a version that is not released yet.
"""

import argparse
import json
import sys

from tests.contract.worlds import RealAdapters
from tests.frozen.sets import as_written_now, path
from tests.support.aws import in_process_aws


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", help="the release that writes these forms, as 0.2.0")
    parser.add_argument("--overwrite", action="store_true", help="only before that release")
    asked = parser.parse_args()
    file = path(asked.version)
    if file.exists() and not asked.overwrite:
        print(
            f"{file.name} is frozen: items of {asked.version} stand in tables, and every later "
            "version has to read them. Freeze what is new under the next version. Only while "
            f"{asked.version} is not released: --overwrite.",
            file=sys.stderr,
        )
        return 1
    if file.exists():
        print(f"WARNING: {file.name} is overwritten. Never do so once {asked.version} is released.")
    with in_process_aws() as clients:
        frozen = as_written_now(RealAdapters(clients))
    file.write_text(json.dumps(frozen, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    print(f"{file.name}: {sum(map(len, frozen['items'].values()))} items")
    return 0


if __name__ == "__main__":
    sys.exit(main())
