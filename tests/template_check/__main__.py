"""Both scanners over the CloudFormation that template.yaml becomes; exit 1 for a finding that
accepted.py has no reason for, and for a reason that nothing needs any more.
"""

import argparse
import json
import sys
from pathlib import Path

from local.template.translation import parameter_values, read, translate
from tests.template_check.accepted import ACCEPTED
from tests.template_check.findings import judge, of_checkov, of_nag

ROOT = Path(__file__).parents[2]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--checkov", type=Path, required=True, help="its command")
    arguments.add_argument("--modules", type=Path, required=True, help="cdk-nag's node_modules")
    given = arguments.parse_args()
    document = read(ROOT / "template.yaml")
    processed = translate(document, parameter_values(document, {}))
    template = given.modules.parent / "processed-template.json"
    template.write_text(json.dumps(processed, indent=1), "utf-8")
    kinds = {name: resource["Type"] for name, resource in processed["Resources"].items()}
    findings = of_checkov(given.checkov, template) + of_nag(given.modules, template)
    verdict = judge(findings, ACCEPTED, kinds)
    for rule, resource in verdict.open:
        print(f"found: {rule} at {resource}")
    for entry in verdict.stale:
        print(f"accepted, but nowhere found any more: {entry}")
    count = len(verdict.open)
    print(f"{len(kinds)} resources, {len(findings)} findings, {count} of them not accepted.")
    return 1 if verdict.open or verdict.stale else 0


if __name__ == "__main__":
    sys.exit(main())
